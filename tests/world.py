"""A small world for use cases: a real shop over HTTP, a desk with a real database, a worker without Slack."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from bot.config import Settings
from bot.desk import Desk
from bot.desk.access import Operator
from bot.desk.cases import load_case
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.lists import page
from bot.desk.orders import read_order
from bot.desk.performers import shop_performers
from bot.gateways.woocommerce import Shop as ShopGateway
from bot.journal import Journal
from bot.rules.case import ReturnCase
from bot.sandbox import shop as shops
from bot.sandbox.faults import Faults, Faulty
from bot.sandbox.serving import Service
from store.db import writing
from store.models import Member
from store.terms import PersonKind, Reason, Source, Wish

ALICE = Operator("U01ALICE", "Alice")
BOB = Operator("U02BOB", "Bob")
GUEST = Operator("U03DAN", "Dan", refusal="Guests can follow returns but not decide on them.")


class Clock:
    """The real time, moved by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_(self, **span: float) -> None:
        """Let time go by."""
        self.ahead += timedelta(**span)


@dataclass
class World:
    """What a test holds in its hands. ``shop`` is the sandbox's own state: its ledger is the oracle."""

    desk: Desk
    shop: shops.Shop
    journal: Journal
    clock: Clock
    faults: Faults
    counter: list[int] = field(default_factory=list)

    def order(self, *lines: tuple[Any, ...], **more: Any) -> shops.Order:
        """A paid order of Marie Dupont."""
        billing = {
            "first_name": "Marie",
            "last_name": "Dupont",
            "email": "marie@example.com",
            "country": "FR",
        }
        return self.shop.place_order(list(lines), **{"payment_method": "testpay", "billing": billing, **more})

    def open(
        self, order: shops.Order, wish: Wish = Wish.REFUND, by: Operator | None = ALICE, **more: Any
    ) -> int:
        """Open a return of every unit of the order, and receive nothing yet."""
        snapshot = read_order(self.desk, str(order.id))
        reason = more.pop("reason", Reason.TOO_SMALL)
        units = more.pop("units", {line.line_id: line.quantity for line in snapshot.products})
        items = tuple(WantedItem(line_id, count, reason) for line_id, count in units.items())
        self.counter.append(1)
        key = more.pop("key", f"request-{len(self.counter)}")
        request = NewReturn(order.id, Source.INTAKE, key, wish, items, **more)
        return open_return(self.desk, request, by).return_id

    def work(self) -> None:
        """Let the worker do all that is due."""
        self.journal.run_all()

    def case(self, return_id: int) -> ReturnCase:
        """The return as every surface would show it."""
        return load_case(self.desk, return_id)

    def paid_back(self, order: shops.Order) -> int:
        """What the bank really paid back on an order, in minor units."""
        return self.shop.ledger.refunded(order.id)


@contextmanager
def a_world(engine: Engine, **settings: Any) -> Iterator[World]:
    """A shop with one tax rate, Alice and Bob in the team, and nothing else."""
    shop, faults, clock = shops.Shop(), Faults(), Clock()
    key = shop.key()
    with Service(Faulty(shops.create_app(shop), faults, "shop")) as service:
        desk = Desk(
            engine=engine,
            settings=a_settings(service.url, key, **settings),
            shop=ShopGateway(service.url, key.consumer_key, key.consumer_secret, patience=3, pause=0.05),
            payments=None,
            clock=clock,
        )
        for person in (ALICE, BOB):
            _hire(desk, person)
        journal = Journal(engine, clock, shop_performers(desk))
        yield World(desk, shop, journal, clock, faults)
        desk.shop.close()


def a_settings(shop_url: str, key: shops.Key, **more: Any) -> Settings:
    """Settings that point at the sandbox."""
    values = {
        "secret_key": "0123456789abcdef0123456789abcdef",
        "public_url": "http://127.0.0.1:8000",
        "timezone": "Europe/Paris",
        "slack_bot_token": "xoxb-test",
        "slack_channel": "C01RETURNS",
        "slack_signing_secret": "signing",
        "woocommerce_url": shop_url,
        "woocommerce_consumer_key": key.consumer_key,
        "woocommerce_consumer_secret": key.consumer_secret,
        "woocommerce_webhook_secret": "webhooks",
        "intake_secret": "0123456789abcdef",
    }
    return Settings(**{**values, **more})


def _hire(desk: Desk, person: Operator) -> None:
    member = Member(
        user_id=person.user_id,
        team_id="T01",
        name=person.name,
        kind=PersonKind.MEMBER,
        in_group=True,
        checked_at=desk.now(),
    )
    with writing(desk.engine) as session:
        session.add(member)


def found(desk: Desk, text: str, me: str = "") -> tuple[ReturnCase, ...]:
    """The returns on the first page of a search, as cases."""
    return tuple(load_case(desk, line.return_id) for line in page(desk, text, me).lines)
