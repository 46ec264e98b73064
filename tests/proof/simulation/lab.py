"""A desk on a sandbox without a network: rewound to its first moment before each schedule."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from bot.config import StripeRefunds
from bot.desk import Desk
from bot.desk.performers import shop_performers
from bot.gateways.stripe import Payments
from bot.gateways.transport import Transport
from bot.gateways.woocommerce import Shop
from bot.journal import Journal
from bot.operations import Performer
from bot.sandbox import shop as shops
from bot.sandbox.bank import StripeGateway
from bot.sandbox.shop import Order
from bot.sandbox.stripe import TEST_KEY, Stripe
from tests.proof.simulation.database import Database
from tests.proof.simulation.moments import Process, Time
from tests.proof.simulation.scheduler import Actor, Scheduler
from tests.proof.simulation.wire import ShopDoor, StripeDoor, Wire, Wires
from tests.proof.simulation.workers import Heart, Work
from tests.world import a_settings

KEY, SECRET = f"ck_{'5a' * 20}", f"cs_{'a5' * 20}"
ADDRESS = "https://shop.example"


@dataclass(eq=False)
class Seat:
    """Where one process after the other runs the desk: its gateways stay, its clock is the process's."""

    name: str
    process: Process
    desk: Desk = field(init=False)
    performers: dict[str, Performer] = field(init=False)

    def now(self) -> datetime:
        """What the clock of the process that sits here shows."""
        return self.process.clock()


@dataclass(eq=False)
class Lab:
    """All a schedule needs. ``way`` says who is asked to pay card payments back, "" without a bank."""

    way: str = ""
    time: Time = field(default_factory=Time)
    seats: dict[str, Seat] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    paid_blindly: int = 0  # minor units that people paid by hand while a payment of the desk was out of sight

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.time, Random(0))
        self.wires = Wires(self.scheduler)
        self.database = Database(self.reach)
        self.shop = shops.Shop(url=ADDRESS, clock=self.time.now)
        self.stripe = Stripe(clock=self.time.now)
        self.shop.gateways["stripe"] = StripeGateway(self.shop, self.stripe)
        self.payments = self._payments() if self.way else None
        self.carrier = Wire("shop", ShopDoor(self.shop.state), self.wires)
        self.rewind()
        for name in ("office", "worker 1", "worker 2", "worker 3"):
            self.seats[name] = self._seat(name)

    def reach(self, point: str, *, alone: bool = False) -> None:
        """A point of the present schedule."""
        self.scheduler.reach(point, alone=alone)

    def rewind(self) -> None:
        """Back to a shop without orders and a desk without returns, at the beginning of time."""
        self.time.seconds, self.paid_blindly = 0.0, 0
        self.shop.reset()
        self.shop.state.race_seconds = 0
        self.shop.key(consumer_key=KEY, consumer_secret=SECRET)
        self.stripe.reset()
        self.database.rewind()
        self.processes.clear()
        for seat in self.seats.values():
            seat.process = Process(seat.name, self.time)

    def pays_unseen(self, order: Order) -> bool:
        """Whether a bank paid, or still may pay, what no row of the shop shows."""
        booked = sum(int((row.amount or 0) * 100) for row in self.shop.refunds(order.id))
        return bool(self.shop.state.late) or self.shop.ledger.refunded(order.id) > booked

    def begin(self, random: Random, stay: float) -> Scheduler:
        """A new scheduler for the next schedule."""
        self.scheduler = Scheduler(self.time, random, stay)
        self.wires.scheduler, self.wires.count = self.scheduler, 0
        return self.scheduler

    def start_worker(self, name: str) -> Journal:
        """A new process at the seat ``name``, with one thread that works and one that beats."""
        seat = self.seats[name]
        seat.process = process = Process(f"{name}#{len(self.processes)}", self.time, skew=seat.process.skew)
        self.processes.append(process)
        journal = Journal(
            self.database.engine,
            process.clock,
            seat.performers,
            owner=process.name,
            monotonic=process.monotonic,
            held=process.claims,
        )
        self.scheduler.add(process.name, process, Work(self.scheduler, self.database, process, journal))
        self.scheduler.add(f"{process.name} heart", process, Heart(self.scheduler, process, journal))
        return journal

    def start_person(self, name: str, body: Any) -> Actor:
        """A person who does one thing in a browser of their own, at the office."""
        process = Process(name, self.time)
        return self.scheduler.add(name, process, body)

    @property
    def desk(self) -> Desk:
        """The desk as people use it."""
        return self.seats["office"].desk

    def close(self) -> None:
        """Leave nothing behind."""
        self.database.close()
        self.stripe.close()

    def _seat(self, name: str) -> Seat:
        seat = Seat(name, Process(name, self.time))
        shop = Shop(
            ADDRESS,
            KEY,
            SECRET,
            patience=3,
            pause=0,
            now=seat.now,
            transport=Transport(adapter=lambda: self.carrier),
        )
        shop.find_coupon("nobody")  # what the gateway remembers of the shop's settings, it asks for now
        seat.desk = Desk(self.database.engine, self._settings(), shop, self.payments, seat.now)
        seat.performers = dict(shop_performers(seat.desk))
        return seat

    def _settings(self) -> Any:
        key = shops.Key(KEY, SECRET, "read_write", "admin", 1, True)
        wanted = StripeRefunds(self.way or "shop")
        return a_settings(ADDRESS, key, stripe_refunds=wanted)

    def _payments(self) -> Payments:
        payments = Payments(TEST_KEY, tries=0)
        payments._session.mount("https://", Wire("stripe", StripeDoor(self.stripe), self.wires))
        return payments
