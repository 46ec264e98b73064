"""Queries for the list of the morning and its numbers. Each goes by an index, for a million returns, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, and_, case, cast, exists, func, literal_column, or_, text, union_all
from sqlalchemy import select as select_any
from sqlmodel import Session, col, select

from store import counting
from store.models import ASKED, POSTED, Card, Difference, Member, Operation, Resolution, Return
from store.search import Wanted
from store.search_models import SearchEntry
from store.terms import OPEN_STATUSES, Method, OperationState, ResolutionStatus, ReturnStatus

# Spelled out: SQLite uses an index over some rows only where its condition stands there word for word.
UNDER_WAY = col(Resolution.status).in_([literal_column("'planned'"), literal_column("'in_doubt'")])
DOUBTFUL = (OperationState.IN_DOUBT, OperationState.GIVEN_UP)
NOTHING = ("null", "{}")
FOR_A_PERSON = ("needs_person", "exchange_stuck", "payment_unseen", "stray_payment")
UNPAID = ("difference_unpaid", "exchange_lapsed")
BESIDE: tuple[Any, ...] = (Card.permalink, Member.name, SearchEntry.alerts, SearchEntry.amount)
select_rows: Any = select_any  # any number of columns
UNCLAIMED = Wanted(statuses=frozenset({ReturnStatus.PENDING}), owners=frozenset({""}))
Settled = tuple[Any, ...]


@dataclass(frozen=True)
class Waiting:
    """A return that waits, and what a line about it needs.

    ``address`` is that of its card, ``alerts`` what that says, as last drawn, ``owner`` the owner's name;
    ``amount`` is what it is about, in thousandths.
    """

    rma: Return
    address: str | None
    owner: str | None
    alerts: str | None
    amount: int | None
    resolution: Resolution | None = None


@dataclass(frozen=True)
class Found:
    """The first of those that wait, and how many there are."""

    rows: Sequence[Waiting]
    count: int


@dataclass(frozen=True)
class Sum:
    """What was settled one way in one currency: the minor units paid, and those given as credit."""

    method: Method
    currency: str
    amount: int
    credit: int


def overdue(session: Session, today: date, most: int) -> Found:
    """Returns whose refund was due before ``today``, the longest overdue first."""
    by = col(Return.refund_due_by)
    return _found(session, [_owed(), by < today], by, most, statuses=OPEN_STATUSES)


def due(session: Session, today: date, most: int) -> Found:
    """Returns whose refund is due on ``today``."""
    by = col(Return.refund_due_by)
    return _found(session, [_owed(), by == today], by, most, statuses=OPEN_STATUSES)


def windows(session: Session, today: date, most: int) -> Found:
    """Agreed returns that nobody has posted yet and whose window ends on ``today``."""
    end = col(Return.window_end)
    waits = (Return.tracking_number == "", end == today)
    return _found(session, waits, end, most, statuses=[ReturnStatus.APPROVED])


def unclaimed(session: Session, today: date, most: int) -> Found:
    """New returns nobody has taken, but for those that are told as due, the oldest first."""
    new = (Return.status == ReturnStatus.PENDING, col(Return.owner_id).is_(None))
    rows = _first(session, [_parts([*new, _is_unasked(), ~_due(today)], col(Return.opened_at), most)], most)
    every = counting.number_of(session, UNCLAIMED)
    asked = _count(session, [*new, text(ASKED[session.get_bind().dialect.name])])
    told = _count(session, [*new, _is_unasked(), _due(today), col(Return.refund_due_by) <= today])
    return Found(rows, every - asked - told)


def arrived(session: Session, today: date, most: int) -> Found:
    """Returns that have arrived and that nobody has decided on, but for those that are told as due."""
    decided = _resolution_where(UNDER_WAY, cast(col(Resolution.choice), Text).not_in(NOTHING))
    since = func.coalesce(col(Return.received_at), col(Return.opened_at))
    waits = (_is_unasked(), ~_due(today), ~decided)
    return _found(session, waits, since, most, statuses=[ReturnStatus.RECEIVED])


def unanswered(session: Session, most: int) -> Found:
    """Returns whose customers wait for an answer, whoever waits longest first."""
    since = col(Return.unanswered_since)
    return _found(session, [since.is_not(None)], since, most)


def unpaid(session: Session, decided_before: datetime) -> Sequence[Waiting]:
    """Exchanges under way, decided on before a moment, whose cards say that the difference is not paid."""
    which = (Resolution.method == Method.EXCHANGE, col(Resolution.decided_at) < decided_before)
    return _resolving(session, [*which, _says(*UNPAID)]).rows


def unclear(session: Session, most: int) -> Found:
    """What is being looked for, by the desk or by a person; what waits for a person comes first.

    Exchanges are there, too, where a person has to decide how they go on.
    """
    looked_for = exists().where(
        col(Operation.resolution_id) == Resolution.id, col(Operation.state).in_(DOUBTFUL)
    )
    doubtful = or_(col(Resolution.status) == ResolutionStatus.IN_DOUBT, looked_for, _says(*FOR_A_PERSON))
    return _resolving(session, [doubtful], first=case((_says(*FOR_A_PERSON), 0), else_=1), most=most)


def differences(session: Session, most: int) -> tuple[Sequence[int], int]:
    """The books' open differences, the oldest first, and how many there are."""
    is_open = col(Difference.settled_at).is_(None)
    wanted = select(Difference.id, func.count().over()).where(is_open)
    rows = session.exec(wanted.order_by(col(Difference.found_at), col(Difference.id)).limit(most)).all()
    return [number for number, _ in rows if number is not None], rows[0][1] if rows else 0


def count_opened(session: Session, start: datetime, end: datetime) -> int:
    """How many returns were opened in a span. Every status is named, since the index begins with it."""
    opened = (col(Return.opened_at) >= start, col(Return.opened_at) < end)
    counted = select(func.count()).where(col(Return.status).in_(tuple(ReturnStatus)), *opened)
    return int(session.exec(counted).one())


def settled_between(start: datetime, end: datetime) -> Settled:
    """Conditions for what was settled in a span, for the queries below."""
    at = col(Resolution.settled_at)
    return (Resolution.status == ResolutionStatus.DONE, at >= start, at < end)


def count_settled(session: Session, settled: Settled) -> int:
    """How many returns had something settled."""
    counted = select(func.count(func.distinct(col(Resolution.return_id)))).where(*settled)
    return int(session.exec(counted).one())


def sums(session: Session, settled: Settled) -> Sequence[Sum]:
    """What was settled, by method and currency; exchanges carry no amounts here."""
    way = (col(Resolution.method), col(Resolution.currency))
    amounts = (func.sum(col(Resolution.amount_minor)), func.sum(col(Resolution.credit_minor)))
    wanted = select_rows(*way, *amounts).where(*settled).group_by(*way).order_by(*way)
    return [Sum(*row) for row in session.exec(wanted)]


def exchanges(session: Session, settled: Settled) -> Sequence[Resolution]:
    """The exchanges that were finished."""
    return session.exec(select(Resolution).where(Resolution.method == Method.EXCHANGE, *settled)).all()


def planned(session: Session, key: str) -> Operation | None:
    """The effect with this key, if it was ever written down; no row is held."""
    return session.exec(select(Operation).where(Operation.key == key)).first()


def _owed() -> Any:
    """Posted or arrived, no question to the customer open, and nothing on its way (rule T4)."""
    return and_(text(f"({POSTED})"), _is_open(), _is_unasked(), ~_resolution_where(UNDER_WAY))


def _is_open() -> Any:
    return col(Return.status).in_(OPEN_STATUSES)


def _due(today: date) -> Any:
    by = col(Return.refund_due_by)
    return and_(by.is_not(None), by <= today, _owed())


def _is_unasked() -> Any:
    """Whether the customer has no question of the team to answer."""
    return func.coalesce(cast(col(Return.question), Text), "null") == "null"


def _resolution_where(*conditions: Any) -> Any:
    return exists().where(col(Resolution.return_id) == Return.id, *conditions)


def _says(*names: str) -> Any:
    """Whether the card shows one of these alerts, as last drawn."""
    return or_(*(col(SearchEntry.alerts).contains(f" {name} ") for name in names))


def _found(
    session: Session,
    conditions: Sequence[Any],
    since: Any,
    most: int,
    *,
    statuses: Sequence[ReturnStatus | None] = (None,),
) -> Found:
    """The first ``most`` returns for which all this holds, and how many there are.

    Each status is asked for apart: of several at once SQLite thinks that they are most of the table.
    """
    kinds = [[*conditions, *_has(status)] for status in statuses]
    rows = _first(session, [_parts(kind, since, most) for kind in kinds], most)
    few = len(rows) < most
    return Found(rows, len(rows) if few else sum(_count(session, kind) for kind in kinds))


def _parts(conditions: Sequence[Any], since: Any, most: int) -> Any:
    part = select_rows(col(Return.id).label("id"), since.label("since")).where(*conditions)
    return part.order_by(since, col(Return.id)).limit(most)


def _first(session: Session, parts: Sequence[Any], most: int) -> list[Waiting]:
    """The first of several lists. What a line needs is read for those alone."""
    every = union_all(*(select_rows(part.subquery()) for part in parts)).subquery()
    picked = select_rows(every.c.id, every.c.since).order_by(every.c.since, every.c.id).limit(most).subquery()
    wanted = _with_card(select_rows(Return, *BESIDE).join(picked, picked.c.id == Return.id))
    rows = session.exec(wanted.order_by(picked.c.since, col(Return.id))).all()
    return [Waiting(*row) for row in rows]


def _count(session: Session, conditions: Sequence[Any]) -> int:
    return int(session.exec(select_rows(func.count(col(Return.id))).where(*conditions)).scalar_one())


def _has(status: ReturnStatus | None) -> tuple[Any, ...]:
    return () if status is None else (Return.status == status,)


def _resolving(
    session: Session, conditions: Sequence[Any], *, first: Any = None, most: int | None = None
) -> Found:
    """Returns with a resolution under way for which all this holds, the oldest decision first."""
    order = [] if first is None else [first]
    wanted = _with_card(
        select_rows(func.count().over(), Return, *BESIDE, Resolution)
        .select_from(Resolution)
        .join(Return, col(Return.id) == Resolution.return_id)
        .where(UNDER_WAY, *conditions)
    )
    rows = session.exec(
        wanted.order_by(*order, col(Resolution.decided_at), col(Resolution.id)).limit(most)
    ).all()
    return Found([Waiting(*row[1:]) for row in rows], rows[0][0] if rows else 0)


def _with_card(query: Any) -> Any:
    """With what stands beside a return, where there is any."""
    return (
        query.outerjoin(Card, col(Card.return_id) == Return.id)
        .outerjoin(SearchEntry, col(SearchEntry.return_id) == Return.id)
        .outerjoin(Member, col(Member.user_id) == Return.owner_id)
    )
