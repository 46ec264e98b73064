"""What the morning's list finds, on both databases, and that no query of it reads a whole table."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from store import worklist
from store.db import reading, writing
from store.models import Card, Difference, History, Resolution, Return
from store.search_models import SearchEntry
from store.terms import DifferenceKind, Method, OperationState, ResolutionStatus, ReturnStatus
from tests.store.rows import NOON, a_resolution, a_return, an_operation, an_order, keep

TODAY = NOON.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
RECEIVED: dict[str, Any] = {"status": ReturnStatus.RECEIVED, "received_at": NOON}
DONE: dict[str, Any] = {"status": ResolutionStatus.DONE, "settled_at": NOON}
Query = Callable[[Session, date, int], worklist.Found]


def numbers(engine: Engine, query: Query, most: int = 5) -> list[str | None]:
    with reading(engine) as session:
        return [one.rma.number for one in query(session, TODAY, most).rows]


@dataclass
class Shelf:
    """Returns of one order, by their numbers."""

    engine: Engine
    count: int = 0

    def add(self, **values: Any) -> int:
        """A return, and its id."""
        self.count += 1
        number = f"RMA-{self.count}"
        rma = a_return(**{"number": number, "source_key": number, "refund_due_by": TOMORROW, **values})
        keep(self.engine, rma)
        assert rma.id is not None
        return rma.id

    def resolve(self, return_id: int, **values: Any) -> Resolution:
        """A resolution of a return."""
        self.count += 1
        row = a_resolution(**{"return_id": return_id, "reference": f"R-{self.count}", **values})
        keep(self.engine, row)
        return row


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    keep(engine, an_order())
    return Shelf(engine)


OWED: dict[str, Any] = {**RECEIVED, "refund_due_by": YESTERDAY, "owner_id": "U1"}


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (worklist.overdue, OWED),
        (worklist.overdue, {**OWED, "received_at": None, "status": ReturnStatus.IN_TRANSIT}),
        (worklist.overdue, {**OWED, "received_at": None, "status": "approved", "tracking_number": "6A1"}),
        (worklist.due, {**OWED, "refund_due_by": TODAY}),
        (worklist.windows, {"status": ReturnStatus.APPROVED, "window_end": TODAY}),
        (worklist.unclaimed, {}),
        (worklist.unclaimed, {"refund_due_by": None}),
        (worklist.unclaimed, {"refund_due_by": YESTERDAY}),  # the clock waits for the parcel
        (worklist.arrived, RECEIVED),
        (worklist.arrived, {**RECEIVED, "received_at": None}),
    ],
)
def test_what_waits_is_found_by_one_list_and_by_no_other(
    shelf: Shelf, query: Query, values: dict[str, Any]
) -> None:
    shelf.add(**values)
    lists = (worklist.overdue, worklist.due, worklist.windows, worklist.unclaimed, worklist.arrived)
    assert [one for one in lists if numbers(shelf.engine, one)] == [query]


@pytest.mark.parametrize(
    "values",
    [
        {**OWED, "status": ReturnStatus.RESOLVED},
        {**OWED, "question": {"text": "Which?"}},
        {**OWED, "status": "approved", "received_at": None},
        {"owner_id": "U1"},
        {"question": {"text": "Which?"}},
        {"status": ReturnStatus.APPROVED, "window_end": TODAY, "tracking_number": "6A1"},
        {"status": ReturnStatus.APPROVED, "window_end": TOMORROW},
        {"status": ReturnStatus.REJECTED},
    ],
)
def test_what_waits_for_nobody_of_the_team_is_on_no_list(shelf: Shelf, values: dict[str, Any]) -> None:
    shelf.add(**values)
    lists = (worklist.overdue, worklist.due, worklist.windows, worklist.unclaimed, worklist.arrived)
    assert [one for one in lists if numbers(shelf.engine, one)] == []


@pytest.mark.parametrize("status", [ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT])
def test_what_is_being_paid_is_neither_overdue_nor_undecided(shelf: Shelf, status: ResolutionStatus) -> None:
    paying, refused = shelf.add(**OWED), shelf.add(**OWED)
    shelf.resolve(paying, status=status, choice={"units": []})
    shelf.resolve(refused, status=ResolutionStatus.REFUSED, choice={"units": []})
    assert numbers(shelf.engine, worklist.overdue) == ["RMA-2"]
    assert numbers(shelf.engine, worklist.arrived) == []


def test_an_exchange_nobody_has_decided_on_is_undecided_and_one_that_is_decided_is_not(shelf: Shelf) -> None:
    wished, decided = shelf.add(**RECEIVED), shelf.add(**RECEIVED)
    shelf.resolve(wished, method=Method.EXCHANGE)
    shelf.resolve(decided, method=Method.EXCHANGE, choice={"revision": 1})
    assert numbers(shelf.engine, worklist.arrived) == ["RMA-1"]


def test_the_most_urgent_come_first_and_all_are_counted(shelf: Shelf) -> None:
    for hours in (3, 9, 1, 7):
        shelf.add(opened_at=NOON - timedelta(hours=hours))
    assert numbers(shelf.engine, worklist.unclaimed, 3) == ["RMA-2", "RMA-4", "RMA-1"]
    with reading(shelf.engine) as session:
        assert worklist.unclaimed(session, TODAY, 3).count == 4


def test_a_line_knows_the_card_the_amount_and_the_owner(shelf: Shelf) -> None:
    one, other = shelf.add(**RECEIVED), shelf.add(**RECEIVED)
    card = Card(return_id=one, channel="C1", ts="1.1", permalink="https://x.example/p1", drawn_at=NOON)
    keep(shelf.engine, card, SearchEntry(return_id=one, words="", amount=61100, alerts=" settled "))
    with reading(shelf.engine) as session:
        known, bare = worklist.arrived(session, TODAY, 5).rows
    assert (known.address, known.amount, known.alerts) == ("https://x.example/p1", 61100, " settled ")
    assert (bare.rma.id, bare.address, bare.amount, bare.owner) == (other, None, None, None)


def test_what_is_unclear_is_what_is_looked_for_and_what_waits_for_a_person_comes_first(shelf: Shelf) -> None:
    ids = [shelf.add() for _ in range(5)]
    shelf.resolve(ids[0], status=ResolutionStatus.IN_DOUBT)
    asked = shelf.resolve(ids[1], method=Method.EXCHANGE)
    shelf.resolve(ids[2], decided_at=NOON + timedelta(hours=1), method=Method.EXCHANGE)
    shelf.resolve(ids[3])
    shelf.resolve(ids[4], **DONE)
    keep(
        shelf.engine,
        an_operation(resolution_id=asked.id, state=OperationState.GIVEN_UP),
        SearchEntry(return_id=ids[2], words="", alerts=" exchange_stuck "),
    )
    with reading(shelf.engine) as session:
        found = worklist.unclear(session, 2)
    assert [one.rma.number for one in found.rows] == ["RMA-3", "RMA-1"]
    assert found.count == 3


def test_open_differences_are_listed_the_oldest_first_and_counted(shelf: Shelf) -> None:
    for place, settled in enumerate((None, NOON, None, None)):
        at = NOON - timedelta(hours=place)
        keep(
            shelf.engine,
            Difference(
                key=f"k{place}",
                kind=DifferenceKind.ROW_GONE,
                found_at=at,
                seen_again_at=at,
                settled_at=settled,
            ),
        )
    with reading(shelf.engine) as session:
        assert worklist.differences(session, 2) == ([4, 3], 3)


def settle(shelf: Shelf, at: datetime, **values: Any) -> None:
    """A return and its settlement at a moment, with its line of history."""
    return_id = shelf.add(status=ReturnStatus.RESOLVED, opened_at=at)
    shelf.resolve(return_id, **{**DONE, "settled_at": at, **values})
    keep(shelf.engine, History(return_id=return_id, at=at, verb="settled"))


def test_numbers_count_what_was_settled_from_the_first_moment_to_before_the_last(shelf: Shelf) -> None:
    start, end = NOON, NOON + timedelta(hours=24)
    for moment in (start - timedelta(seconds=1), start, end - timedelta(seconds=1), end):
        settle(shelf, moment)
    settle(shelf, start, method=Method.STORE_CREDIT, amount_minor=1000, credit_minor=1050)
    settle(shelf, start, status=ResolutionStatus.REFUSED)
    settle(shelf, start, method=Method.EXCHANGE, amount_minor=0)
    for return_id in (1, 4):  # what happens to them later is not their settling
        keep(shelf.engine, History(return_id=return_id, at=start, verb="written"))
    with reading(shelf.engine) as session:
        settled = worklist.settled_between(start, end)
        assert worklist.count_settled(session, settled) == 4
        assert {(one.method, one.amount, one.credit) for one in worklist.sums(session, settled)} == {
            (Method.GATEWAY_REFUND, 12220, 0),
            (Method.STORE_CREDIT, 1000, 1050),
            (Method.EXCHANGE, 0, 0),
        }
        assert len(worklist.exchanges(session, settled)) == 1
        assert worklist.count_opened(session, start, end) == 5


# An index over few rows may be read as a whole, and the history backwards until it is old enough.
WHOLE = re.compile(
    r"(?:SCAN|Seq Scan on) (?:returns|resolutions|operations|search_entries|cards)\b"
    r"(?! USING INDEX uq_resolutions_under_way)"
)


@dataclass
class Asked:
    """The statements that were sent, with their values."""

    statements: list[tuple[str, Any]]

    def plans(self, engine: Engine) -> Iterator[str]:
        """How the database goes about each. PostgreSQL may read a whole table only where it has to."""
        on_sqlite = engine.dialect.name == "sqlite"
        words = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
        with engine.connect() as connection:
            if not on_sqlite:
                connection.exec_driver_sql("SET enable_seqscan = off")
            for statement, values in self.statements:
                rows = connection.exec_driver_sql(words + statement, values).all()
                yield "\n".join(str(row[-1]) for row in rows)


def ask_everything(session: Session) -> None:
    """Every query of the list."""
    for query in (worklist.overdue, worklist.due, worklist.windows, worklist.unclaimed, worklist.arrived):
        query(session, TODAY, 5)
    worklist.unanswered(session, 5)
    worklist.unpaid(session, NOON)
    worklist.unclear(session, 5)
    worklist.differences(session, 5)
    worklist.count_opened(session, NOON - timedelta(days=1), NOON)
    settled = worklist.settled_between(NOON - timedelta(days=1), NOON)
    worklist.count_settled(session, settled)
    worklist.sums(session, settled)
    worklist.exchanges(session, settled)
    worklist.planned(session, "digest/2026-11-23/C1")


@pytest.fixture
def many(engine: Engine) -> Engine:
    """Four thousand returns, of which one in fifty is open, with what belongs to them."""
    keep(engine, an_order())
    with writing(engine) as session:
        session.add_all(_returns(4000))
        session.flush()
        for rows in zip(*_beside(4000), strict=True):
            session.add_all(rows)
            session.flush()
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    return engine


def _returns(count: int) -> Iterator[Return]:
    for number in range(1, count + 1):
        status = ReturnStatus.RESOLVED if number % 50 else list(ReturnStatus)[number // 50 % 4]
        at = NOON - timedelta(minutes=20 * (count - number))
        yield a_return(id=number, number=f"RMA-{number}", source_key=str(number), status=status, opened_at=at)


def _beside(count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        at = NOON - timedelta(minutes=20 * (count - number))
        yield (
            History(return_id=number, at=at, verb="settled"),
            SearchEntry(return_id=number, words=""),
            a_resolution(return_id=number, reference=f"R-{number}", **{**DONE, "settled_at": at}),
            an_operation(key=f"card/{number}", return_id=number, state=OperationState.DONE),
            an_operation(key=f"refund/{number}", resolution_id=number, state=OperationState.DONE),
        )


@pytest.mark.slow
def test_no_query_reads_a_whole_table_of_many_returns(many: Engine) -> None:
    asked = Asked([])

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.statements.append((statement, values))

    event.listen(many, "before_cursor_execute", note)
    with reading(many) as session:
        ask_everything(session)
    event.remove(many, "before_cursor_execute", note)
    assert len(asked.statements) > 12
    assert [plan for plan in asked.plans(many) if WHOLE.search(plan)] == []
