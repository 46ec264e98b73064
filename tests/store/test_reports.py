"""The sums of a report on both databases: counted by hand, and against reading every row."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from store import reports
from store.db import reading, writing
from store.models import Resolution, Return, ReturnItem, ShopOrder
from store.terms import Method, Reason, ResolutionStatus
from tests.store.rows import NOON, a_resolution, a_return, an_order

A_DAY = timedelta(days=1)
COUNT = 300
CURRENCIES = ("EUR", "JPY")


@pytest.fixture
def seeded(engine: Engine) -> Engine:
    """Returns opened and settled within twenty days, of orders up to five days older."""
    chance = Random(7)
    with writing(engine) as session:
        rows = [_rows(number, chance) for number in range(1, COUNT + 1)]
        for kind in zip(*rows, strict=True):
            session.add_all(kind)
            session.flush()
    return engine


def _rows(number: int, chance: Random) -> tuple[ShopOrder, Return, ReturnItem, Resolution]:
    opened = NOON - timedelta(minutes=chance.randrange(20 * 24 * 60))
    placed = opened - timedelta(minutes=chance.randrange(5 * 24 * 60))
    decided = opened + timedelta(minutes=chance.randrange(4000))
    snapshot = {"created_at": placed.isoformat().replace("+00:00", "Z")}
    beside: dict[str, Any] = {"order_id": number, "currency": chance.choice(CURRENCIES)}
    return (
        an_order(**beside, number=str(number), snapshot=snapshot),
        a_return(**beside, id=number, number=f"RMA-{number}", source_key=str(number), opened_at=opened),
        ReturnItem(
            return_id=number,
            line_id=1,
            name=f"Coat {chance.randrange(5)}",
            quantity=chance.randrange(1, 4),
            reason=chance.choice(list(Reason)),
        ),
        a_resolution(
            **beside,
            return_id=number,
            reference=f"R-{number}",
            method=chance.choice(list(Method)),
            status=chance.choice([ResolutionStatus.DONE, ResolutionStatus.REFUSED]),
            amount_minor=chance.randrange(10**6),
            credit_minor=chance.randrange(10**6),
            decided_at=decided,
            settled_at=decided + timedelta(minutes=5),
        ),
    )


START, END = NOON - 10 * A_DAY, NOON - 3 * A_DAY


def _returns(session: Session, basis: str) -> set[int]:
    """The returns of the span, every row read."""
    found = set()
    for rma, order in session.exec(select(Return, ShopOrder).where(Return.order_id == ShopOrder.order_id)):
        at = rma.opened_at.isoformat() if basis == "work" else order.snapshot["created_at"]
        if START.isoformat()[:19] <= at[:19] < END.isoformat()[:19]:
            found.add(int(rma.id or 0))
    return found


@pytest.mark.parametrize("basis", ["work", "order"])
def test_units_are_those_that_reading_every_row_counts(seeded: Engine, basis: str) -> None:
    which = reports.opened_between(START, END) if basis == "work" else reports.ordered_between(START, END)
    with reading(seeded) as session:
        wanted = _returns(session, basis)
        items = [item for item in session.exec(select(ReturnItem)) if item.return_id in wanted]
        reasons: Counter[str] = Counter()
        for item in items:
            reasons[item.reason] += item.quantity
        assert len(wanted) > 50
        assert reports.count(session, which) == len(wanted)
        assert dict(reports.reasons(session, which)) == dict(reasons)
        products = reports.products(session, which, 3)
        assert [units for _, units, _ in products] == sorted((one[1] for one in products), reverse=True)
        name, units, returns = products[0]
        chosen = [item for item in items if item.name == name]
        assert (units, returns) == (sum(item.quantity for item in chosen), len(chosen))


@pytest.mark.parametrize("basis", ["work", "order"])
def test_amounts_are_those_that_reading_every_row_adds_up(seeded: Engine, basis: str) -> None:
    which = reports.settled_between(START, END) if basis == "work" else reports.ordered_between(START, END)
    with reading(seeded) as session:
        rows = [row for row in session.exec(select(Resolution)) if row.status is ResolutionStatus.DONE]
        if basis == "work":
            done = [row for row in rows if row.settled_at and START <= row.settled_at < END]
        else:
            done = [row for row in rows if row.return_id in _returns(session, basis)]
        paid: Counter[tuple[str, str]] = Counter()
        for row in done:
            paid[row.method, row.currency] += row.amount_minor
        assert {(one.method, one.currency): one.amount for one in reports.sums(session, which)} == dict(paid)
        assert reports.count_settled(session, which) == len(done) > 30
        ways = Counter(row.method for row in done)
        assert len(list(reports.exchanges(session, which))) == ways[Method.EXCHANGE]
        assert len(list(reports.times_to_decision(session, which))) == len(done)
