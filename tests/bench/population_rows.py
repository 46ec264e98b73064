"""The rows that one invented return leaves in the tables: as the desk would have written them, only faster.

What is the same in every row is computed once, by the desk's own code; the rest is put into a copy of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlmodel import SQLModel

from bot import documents
from bot.desk.search import entry_words
from bot.rules.order import Buyer, LineKind, OrderLine, OrderSnapshot
from store.models import Card, History, Message, Resolution, Return, ReturnItem, ShopOrder
from store.money import Money
from store.search_models import SearchAlert, SearchEntry
from store.terms import OPEN_STATUSES, Author, Method, Reason, ResolutionStatus, ReturnStatus, Source, Wish

CHANNEL = "C01RETURNS"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HANDLING = timedelta(days=5)  # from its opening to its end
LAWFUL = timedelta(days=14)  # to pay back, from the parcel's arrival
TALK = 21  # messages of somebody who writes a lot
LEVELS = {"": 2, "needs_answer": 1, "refund_overdue": 0}
SENTENCE = "When will I get my money back? I sent the parcel on Monday, here is the receipt once more."


@dataclass(frozen=True)
class Person:
    """Somebody who sends things back, again and again if their number is low."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Invented:
    """One return and what is known of it. ``owner`` is nobody's where it is empty; ``chance`` is 0 to 1."""

    number: int
    who: Person
    status: ReturnStatus
    wish: Wish
    sku: str
    name: str
    variant: str
    tracking: str
    opened: datetime
    owner: str
    chance: float

    @property
    def order_id(self) -> int:
        return 100_000 + self.number * 3

    @property
    def price(self) -> Money:
        return Money(990 + self.number % 9_000, "EUR")

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def talks(self) -> bool:
        """Whether the customer writes a lot: one in twenty of those that are open."""
        return self.is_open and self.chance < 0.05

    @property
    def alert(self) -> str:
        """What stands on the card, if anything."""
        if self.talks and self.chance < 0.02:
            return "needs_answer"
        return "refund_overdue" if self.is_open and self.chance > 0.99 else ""

    @property
    def ended(self) -> datetime:
        return self.opened + min(HANDLING, (NOW - self.opened) / 2)


Row = dict[str, Any]


def _order(one: Invented) -> Iterator[Row]:
    yield {
        **_plain_order(),
        "order_id": one.order_id,
        "number": str(one.order_id),
        "email": one.who.email,
        "payment_intent": f"pi_{one.order_id}",
        "snapshot": _snapshot(one),
        "read_at": one.opened,
        "modified_at": one.opened,
    }


def _snapshot(one: Invented) -> Row:
    """The order as the desk keeps it; of the plain one, what differs."""
    at = one.opened.isoformat().replace("+00:00", "Z")
    plain, price = _plain_snapshot(), {"minor": one.price.minor, "currency": "EUR"}
    line = {"line_id": one.order_id + 1, "name": one.name, "gross": price}
    goods = {"sku": one.sku, "variant": one.variant}
    person = {"name": one.who.name, "email": one.who.email, "phone": one.who.phone}
    times = dict.fromkeys(("created_at", "modified_at", "paid_at", "completed_at", "read_at"), at)
    return {
        **plain,
        **times,
        "order_id": one.order_id,
        "number": str(one.order_id),
        "total": price,
        "buyer": {**plain["buyer"], **person},
        "transaction_id": f"ch_{one.order_id}",
        "lines": [{**plain["lines"][0], **line, **goods}],
    }


@cache
def _plain_order() -> Row:
    return {"currency": "EUR", "stock": [], "customer": {}}


@cache
def _plain_snapshot() -> Row:
    at, money = datetime(2026, 1, 1, tzinfo=UTC), Money(1, "EUR")
    snapshot = OrderSnapshot(
        order_id=1,
        number="1",
        status="completed",
        currency="EUR",
        total=money,
        buyer=Buyer("", "", "", "FR"),
        payment_method="stripe",
        payment_title="Card",
        transaction_id="",
        created_at=at,
        modified_at=at,
        paid_at=at,
        completed_at=at,
        delivered_at=None,
        read_at=at,
        lines=(OrderLine(1, LineKind.PRODUCT, "", 1, money),),
    )
    document: Row = documents.write(snapshot)
    return document


def _return(one: Invented) -> Iterator[Row]:
    arrived = one.status is ReturnStatus.RECEIVED
    yield {
        **_plain_return(),
        "id": one.number,
        "number": f"RMA-{one.number}",
        "order_id": one.order_id,
        "status": one.status,
        "wish": one.wish,
        "source_key": str(one.number),
        "customer_name": one.who.name,
        "customer_email": one.who.email,
        "opened_at": one.opened,
        "noticed_at": one.opened,
        "received_at": one.ended if arrived else None,
        "refund_due_by": (one.opened + LAWFUL).date() if one.is_open else None,
        "closed_at": None if one.is_open else one.ended,
        "owner_id": one.owner or None,
        "owner_since": one.opened if one.owner else None,
        "tracking_number": one.tracking,
        "unanswered_since": one.opened if one.alert == "needs_answer" else None,
    }


@cache
def _plain_return() -> Row:
    plain = Return(
        order_id=1,
        status=ReturnStatus.PENDING,
        wish=Wish.REFUND,
        source=Source.PORTAL,
        source_key="",
        currency="EUR",
        customer_name="",
        customer_email="",
        opened_at=datetime(2026, 1, 1, tzinfo=UTC),
        noticed_at=datetime(2026, 1, 1, tzinfo=UTC),
        known_refunds=[],
    )
    return plain.model_dump()


def _item(one: Invented) -> Iterator[Row]:
    yield {
        "return_id": one.number,
        "line_id": one.order_id + 1,
        "name": one.name,
        "variant": one.variant,
        "sku": one.sku,
        "quantity": 1,
        "reason": Reason.TOO_SMALL,
        "note": "",
    }


def _entry(one: Invented) -> Iterator[Row]:
    known = [f"RMA-{one.number}", str(one.number), str(one.order_id), one.who.name, one.who.email]
    yield {
        "return_id": one.number,
        "words": entry_words([*known, one.who.phone[1:], one.tracking, one.sku, one.name, one.variant]),
        "alerts": f" {one.alert} " if one.alert else "",
        "level": LEVELS[one.alert],
        "amount": one.price.minor * 10,
        "goods": f"1 × {one.name}",
        "others": 0,
    }


def _alert(one: Invented) -> Iterator[Row]:
    if one.alert:
        yield {"name": one.alert, "return_id": one.number}


def _card(one: Invented) -> Iterator[Row]:
    """Those that are open stand in the channel."""
    if one.is_open:
        ts = f"1700000000.{one.number:06d}"
        link = f"https://slack.example/archives/{CHANNEL}/p{ts.replace('.', '')}"
        place = {"channel": CHANNEL, "ts": ts, "permalink": link}
        yield {"return_id": one.number, **place, "digest": "", "drawn_at": one.opened}


def _message(one: Invented) -> Iterator[Row]:
    for number in range(TALK if one.talks else 0):
        author = Author.STAFF if number % 2 else Author.CUSTOMER
        at = one.opened + timedelta(minutes=number)
        yield {"return_id": one.number, "author": author, "body": SENTENCE, "written_at": at}


def _resolution(one: Invented) -> Iterator[Row]:
    if one.status is not ReturnStatus.RESOLVED:
        return
    credit = one.wish is not Wish.REFUND
    yield {
        "return_id": one.number,
        "order_id": one.order_id,
        "slot": 1,
        "reference": f"RMA-{one.number}-R1",
        "method": Method.STORE_CREDIT if credit else Method.GATEWAY_REFUND,
        "status": ResolutionStatus.DONE,
        "currency": "EUR",
        "amount_minor": one.price.minor,
        "kept_minor": 0,
        "credit_minor": one.price.minor if credit else 0,
        "choice": {},
        "quote": {},
        "operator_id": one.owner,
        "outcome": {},
        "decided_at": one.ended,
        "settled_at": one.ended,
    }


def _history(one: Invented) -> Iterator[Row]:
    """The last line of each; in the order of time, as everywhere in that table."""
    if one.status is ReturnStatus.RESOLVED:
        way = {"method": "store_credit" if one.wish is not Wish.REFUND else "gateway_refund"}
        details = {**way, "reference": f"RMA-{one.number}-R1", "amount": one.price.minor}
        by = {"return_id": one.number, "operator_id": one.owner}
        yield {**by, "at": one.ended, "verb": "settled", "details": details}


ROWS: tuple[tuple[type[SQLModel], Callable[[Invented], Iterator[Row]]], ...] = (
    (ShopOrder, _order),
    (Return, _return),
    (ReturnItem, _item),
    (SearchEntry, _entry),
    (SearchAlert, _alert),
    (Card, _card),
    (Message, _message),
    (Resolution, _resolution),
    (History, _history),
)
