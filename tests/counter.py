"""The desk with its doors open on a real port and a worker that works when told: no test has to wait."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from bot.desk import Desk, open_desk
from bot.desk.access import find_operator
from bot.desk.cases import load_case
from bot.desk.inspection import Arrival, receive
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.journal import Journal
from bot.rules.case import ReturnCase
from bot.sandbox import shop as shops
from bot.sandbox.faults import Faults, Plan
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import Service
from bot.sandbox.slack import Message, Slack, View
from bot.sandbox.slack.outbound import encoded, sign
from bot.sandbox.story import Story
from bot.sandbox.story.people import ALICE, CHANNEL
from handlers.slack.app import create_bolt
from handlers.slack.calls import open_client
from handlers.slack.people import plan_look_up
from handlers.web import create_app
from handlers.work import create_journal
from store.db import reading
from store.models import Operation
from store.terms import Condition, Reason, Source, Wish
from tests.wire.conftest import be_patient, settings_of
from tests.world import Clock


@dataclass(frozen=True)
class Knock:
    """One request at a service of the sandbox."""

    service: str
    method: str
    path: str


@dataclass
class Watched(Faults):
    """The sandbox's faults, which see every request: here they are also written down."""

    knocks: list[Knock] = field(default_factory=list)

    def take(self, service: str, method: str, path: str) -> Plan | None:
        self.knocks.append(Knock(service, method, path))
        return super().take(service, method, path)


@dataclass
class Counter:
    """What a test holds in its hands."""

    sandbox: Sandbox
    desk: Desk
    url: str
    journal: Journal
    later: Clock
    faults: Watched
    count: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    @property
    def slack(self) -> Slack:
        return self.sandbox.slack

    @property
    def shop(self) -> shops.Shop:
        return self.sandbox.shop

    def work(self, **passed: float) -> None:
        """Let the worker do what is due, after ``passed`` (hours=1) has gone by for it."""
        self.later.pass_(**passed)
        self.journal.run_all()

    def order(self, quantity: int = 2, **more: Any) -> shops.Order:
        mug = self.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=20)
        billing = {
            "first_name": "Marie",
            "last_name": "Dupont",
            "email": "marie@example.com",
            "country": "FR",
        }
        given = {"payment_method": "paypal", "billing": billing, **more}
        return self.shop.place_order([(mug, quantity)], **given)

    def open(self, order: shops.Order | None = None, *, arrived: bool = False, **more: Any) -> "Rma":
        """A return of a whole order, its card drawn; with ``arrived`` everything has come back."""
        bought = order or self.order()
        snapshot = read_order(self.desk, str(bought.id))
        reason = more.pop("reason", Reason.DEFECTIVE)
        items = tuple(WantedItem(line.line_id, line.quantity, reason) for line in snapshot.products)
        key, wish = f"request-{next(self.count)}", more.pop("wish", Wish.REFUND)
        opened = open_return(self.desk, NewReturn(bought.id, Source.INTAKE, key, wish, items, **more))
        rma = Rma(self, opened.return_id, opened.number, bought)
        if arrived:
            arrivals = tuple(Arrival(one.line_id, one.quantity, Condition.GOOD) for one in items)
            receive(self.desk, rma.return_id, find_operator(self.desk, ALICE), arrivals)
        self.work()
        return rma

    def modal(self, user: str = ALICE) -> View:
        """What stands in front of a person."""
        found = self.slack.modal(user)
        assert found is not None, f"{user} has no modal"
        return found

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """What people do in here is not sent, so that a test can alter it on the way."""
        self.slack.request_url = ""
        yield
        self.slack.request_url = self.url + "/slack/events"

    def send(self, payload: dict[str, Any], kind: str = "interactive") -> requests.Response:
        """Send a payload as Slack does, signed just now."""
        body, content = encoded(kind, payload)
        headers = {"Content-Type": content, **sign(self.sandbox.signing_secret, body)}
        return requests.post(self.url + "/slack/events", data=body, headers=headers, timeout=10)

    def told(self, user: str) -> list[str]:
        """What only this person was told so far, newest last."""
        return [one.text for one in (*self.slack.ephemerals(user), *self.slack.direct(user))]

    def operation(self, key: str) -> Operation:
        """The row of the journal under ``key``."""
        with self.desk.engine.connect() as connection:
            query = text("SELECT id FROM operations WHERE key = :key")
            number = connection.execute(query, {"key": key}).scalar_one()
        with reading(self.desk.engine) as session:
            return session.get_one(Operation, number)

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        with self.desk.engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(table.select())]
                for table in SQLModel.metadata.sorted_tables
            }


@dataclass(frozen=True)
class Rma:
    """One return and its card."""

    counter: Counter
    return_id: int
    number: str
    order: shops.Order

    @property
    def cards(self) -> list[Message]:
        """Every card of this return in the channel."""
        said = [one for one in self.counter.slack.messages(CHANNEL) if not one.is_reply]
        return [one for one in said if re.search(rf"\b{self.number}\b", one.text)]

    @property
    def card(self) -> Message:
        return self.cards[-1]

    @property
    def case(self) -> ReturnCase:
        return load_case(self.counter.desk, self.return_id)

    @property
    def paid_back(self) -> int:
        """What the bank really paid back, in minor units."""
        return self.counter.shop.ledger.refunded(self.order.id)


@contextmanager
def a_counter(engine: Engine, **settings: Any) -> Iterator[Counter]:
    """Doors, sandbox and a still worker, over the database of ``engine``."""
    faults, later = Watched(), Clock()
    language = str(settings.get("language", "en"))
    with Sandbox(seed=lambda _sandbox: Story(), faults=faults, language=language) as sandbox:
        sandbox.shop.stop_queue()
        be_patient(sandbox)
        desk = open_desk(settings_of(sandbox, engine, **settings))
        client = open_client(desk.settings)
        journal = Journal(desk.engine, later, create_journal(desk, client).performers)
        with Service(create_app(desk, create_bolt(desk, client))) as service:
            sandbox.connect(service.url)
            plan_look_up(desk)
            journal.run_all()
            yield Counter(sandbox, desk, service.url, journal, later, faults)
        desk.shop.close()
        desk.engine.dispose()
