"""The world outside of the processes: sandbox, database, and people who open returns and decide on them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select

from bot.config import Settings
from bot.desk import Desk, open_desk
from bot.desk.access import Operator
from bot.desk.exchange import ExchangeOffer, Pick, price_exchange
from bot.desk.inspection import Arrival, receive
from bot.desk.intake import NewReturn, WantedItem, open_return
from bot.desk.orders import read_order
from bot.desk.resolution import load_settling, resolve
from bot.resolutions import CHECKOUT_WATCH, EXCHANGING
from bot.rules.choice import RefundChoice
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.server import Sandbox
from bot.sandbox.story import Story
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, GROUP
from store import journal
from store.db import reading, writing
from store.models import Member, Operation
from store.terms import Method, OperationState, PersonKind, Reason, Source, Wish
from tests.proof.processes.observers import MONEY, TOLD

PEOPLE = (Operator(ALICE, "Alice Martin"), Operator(BOB, "Bob Meyer"))
BUYER = {"first_name": "Marie", "last_name": "Dupont", "email": "marie@example.com", "country": "FR"}
PRICE = 3300
WAYS = (
    (Method.GATEWAY_REFUND, "stripe"),
    (Method.GATEWAY_REFUND, "paypal"),
    (Method.STORE_CREDIT, "paypal"),
    (Method.GATEWAY_REFUND, "stripe"),
    (Method.MANUAL_REFUND, "bacs"),
)


@dataclass(frozen=True)
class Decision:
    """A person's click: how much of which order is to go back, and in which way."""

    return_id: int
    order_id: int
    method: Method
    reference: str
    amount: int


@dataclass
class Office:
    """Sandbox and database in the hands of the test. Its desk only opens, decides and reads."""

    sandbox: Sandbox
    desk: Desk
    settings: dict[str, Any]
    dice: random.Random
    decisions: list[Decision] = field(default_factory=list)
    exchanges: list[int] = field(default_factory=list)
    mug: Any = None
    other: Any = None

    def order(self, payment_method: str, quantity: int = 3) -> shops.Order:
        """A paid order of mugs: three, so that the shop itself would not mind a second refund of one."""
        if self.mug is None:
            self.mug = self.sandbox.shop.add_product("Mug", "33.00", sku="MUG-W", stock=1_000_000)
        lines = [(self.mug, quantity)]
        return self.sandbox.shop.place_order(lines, payment_method=payment_method, billing=BUYER)

    def open(self, order: shops.Order, wish: Wish = Wish.REFUND, *, units: int = 1, key: str = "") -> int:
        """A return of ``units`` mugs, arrived in good condition."""
        request = self.request(order, wish, units=units, key=key)
        return_id = open_return(self.desk, request).return_id
        receive(self.desk, return_id, PEOPLE[0], (Arrival(request.items[0].line_id, units),))
        return return_id

    def request(self, order: shops.Order, wish: Wish, *, units: int = 1, key: str = "") -> NewReturn:
        """What a customer asks for, on an order that the desk has read."""
        line = read_order(self.desk, str(order.id)).products[0].line_id
        items = (WantedItem(line, units, Reason.TOO_SMALL),)
        return NewReturn(order.id, Source.INTAKE, key or f"request-{order.id}", wish, items)

    def decide(self, return_id: int, method: Method, by: Operator = PEOPLE[0]) -> str:
        """Settle the whole return by ``method``, everything back on the shelf; the reference."""
        seen, choice = self.look(return_id, method)
        return resolve(self.desk, return_id, by, seen, choice)

    def look(self, return_id: int, method: Method) -> tuple[int, RefundChoice]:
        """The version on the card, and what the refund box proposes with ``method``, without a deduction."""
        case = load_settling(self.desk, return_id).case
        wanted: dict[str, Any] = {"method": method, "deduct_label": False, "restock": True}
        return case.version, replace(default_choice(case), reference="SEPA 1", **wanted)

    def offer(self, return_id: int) -> ExchangeOffer:
        """A blue mug at the same price for what comes back."""
        if self.other is None:
            self.other = self.sandbox.shop.add_product("Mug, blue", "33.00", sku="MUG-B", stock=1_000_000)
        item = load_settling(self.desk, return_id).case.items[0]
        pick = Pick(item.line_id, item.quantity, self.other.id, 0, item.quantity)
        return price_exchange(self.desk, return_id, (pick,))

    def plant(self, count: int) -> None:
        """So many returns, each decided on: work for those who are about to die."""
        for number in range(count):
            method, way = WAYS[number % len(WAYS)]
            order = self.order(way)
            return_id = self.open(order)
            reference = self.decide(return_id, method)
            self.decisions.append(Decision(return_id, order.id, method, reference, PRICE))

    def trail(self, operation: Operation) -> str:
        """What happened to an operation so far, for a person who wonders."""
        assert operation.id is not None
        with reading(self.desk.engine) as session:
            steps = journal.attempts(session, operation.id)
        told = (f"{step.at:%M:%S.%f} {step.number} {step.step} {step.detail}" for step in steps)
        return "\n".join((f"{operation.key} {operation.state} {operation.detail}", *told))

    def untouched(self) -> int:
        """How many effects of money nobody has begun yet."""
        return sum(one.kind in MONEY and one.attempt == 0 for one in self.unfinished())

    def unfinished(self) -> list[Operation]:
        """What is still to be done for the decisions: money, cards, lines and notes."""
        ended = (OperationState.DONE, OperationState.REFUSED, OperationState.GIVEN_UP)
        rows = select(Operation).where(col(Operation.kind).in_(MONEY | TOLD | EXCHANGING - {CHECKOUT_WATCH}))
        with reading(self.desk.engine) as session:
            return list(session.exec(rows.where(col(Operation.state).not_in(ended))))


@contextmanager
def an_office(database_url: str, seed: int, **more: Any) -> Iterator[Office]:
    """A sandbox that serves, and a desk whose team is known already."""
    with Sandbox(seed=lambda _sandbox: Story()) as sandbox:
        settings = settings_of(sandbox, database_url, **more)
        desk = open_desk(Settings(**settings))
        for person in PEOPLE:
            _hire(desk, person)
        yield Office(sandbox, desk, settings, random.Random(seed))
        desk.shop.close()
        desk.engine.dispose()


def settings_of(sandbox: Sandbox, database_url: str, **more: Any) -> dict[str, Any]:
    """Settings that point at the sandbox, as plain values that travel to other processes."""
    keys = sandbox.keys
    values = {
        "database_url": database_url,
        "secret_key": "0123456789abcdef0123456789abcdef",
        "public_url": "http://127.0.0.1:8000",
        "timezone": "Europe/Paris",
        "slack_bot_token": sandbox.bot_token,
        "slack_signing_secret": sandbox.signing_secret,
        "slack_channel": CHANNEL,
        "slack_user_group": GROUP,
        "slack_api_url": sandbox.slack_api_url,
        "woocommerce_url": sandbox.shop_url,
        "woocommerce_consumer_key": keys.consumer_key,
        "woocommerce_consumer_secret": keys.consumer_secret,
        "woocommerce_webhook_secret": keys.shop_webhook_secret,
        "stripe_api_key": keys.stripe_key,
        "stripe_webhook_secret": keys.stripe_webhook_secret,
        "stripe_api_base": sandbox.stripe_base,
        "intake_secret": "0123456789abcdef",
    }
    return {**values, **more}


def _hire(desk: Desk, person: Operator) -> None:
    kind = PersonKind.MEMBER
    member = Member(
        user_id=person.user_id,
        team_id="T01",
        name=person.name,
        kind=kind,
        in_group=True,
        checked_at=desk.now(),
    )
    with writing(desk.engine) as session:
        session.add(member)
