"""Queries for comparing the books: which orders, which differences, which day. They decide nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import String, cast, delete, exists, func, literal, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from store import journal
from store.db import HELD
from store.models import Difference, Operation, Resolution, Return, ShopOrder, Tally
from store.terms import OPEN_STATUSES, Method, OperationState, ResolutionStatus

WAITING = (OperationState.DUE, OperationState.RUNNING, OperationState.IN_DOUBT)


@dataclass(frozen=True)
class Settled:
    """What the desk settled of one order in one currency, in minor units."""

    order_id: int
    currency: str
    amount: int


def plan_once(session: Session, operation: Operation) -> bool:
    """Want an effect that is wanted once and no more, whoever asks. Whether this was the first time."""
    if session.exec(select(Operation.id).where(Operation.key == operation.key)).first() is not None:
        return False
    try:
        with session.begin_nested():
            journal.plan(session, operation)
    except IntegrityError:
        return False  # another process asked in the same instant
    return True


def orders_to_compare(session: Session, *, since: datetime, prefix: str, limit: int) -> Sequence[int]:
    """Orders with a return that is open, was closed since then, or has something under way; the one whose
    comparison (the operation with ``prefix`` and the order's id as its key) is longest ago comes first."""
    step = aliased(Operation)
    under_way = exists().where(
        col(step.return_id) == Return.id,
        col(step.resolution_id).is_not(None),
        col(step.state).in_(WAITING),
    )
    wanted = or_(col(Return.status).in_(OPEN_STATUSES), col(Return.closed_at) >= since, under_way)
    key = literal(prefix) + cast(col(ShopOrder.order_id), String)
    last = func.max(col(Operation.finished_at))
    rows = (
        select(ShopOrder.order_id)
        .join(Return, col(Return.order_id) == ShopOrder.order_id)
        .outerjoin(Operation, col(Operation.key) == key)
        .where(wanted)
        .group_by(col(ShopOrder.order_id))
        .order_by(last.nulls_first(), col(ShopOrder.order_id))
        .limit(limit)
    )
    return list(session.exec(rows))


def resolutions_of_order(session: Session, order_id: int) -> Sequence[Resolution]:
    """Every resolution on an order, refused ones included, oldest first."""
    wanted = select(Resolution).where(Resolution.order_id == order_id).order_by(col(Resolution.id))
    return session.exec(wanted).all()


def moved_since(session: Session, order_id: int, moment: datetime, kinds: Collection[str]) -> bool:
    """Whether anything of these kinds is under way on an order, or ended after ``moment``."""
    moving = select(Operation.id).where(
        Operation.lane == f"order:{order_id}",
        col(Operation.kind).in_(kinds),
        or_(col(Operation.state).in_(WAITING), col(Operation.finished_at) >= moment),
    )
    return session.exec(moving).first() is not None


def waiting_for_a_person(session: Session, order_id: int) -> frozenset[int]:
    """Resolutions of an order that are in doubt while no operation looks any more."""
    looking = exists().where(col(Operation.resolution_id) == Resolution.id, col(Operation.state).in_(WAITING))
    wanted = select(Resolution.id).where(
        Resolution.order_id == order_id, Resolution.status == ResolutionStatus.IN_DOUBT, ~looking
    )
    return frozenset(one for one in session.exec(wanted) if one is not None)


def newest(session: Session, key: str) -> Difference | None:
    """The last difference known by ``key``, open or not."""
    wanted = select(Difference).where(Difference.key == key).order_by(col(Difference.id).desc())
    return session.exec(wanted.limit(1)).first()


def locked(session: Session, difference_id: int) -> Difference | None:
    """The difference, held until the transaction ends."""
    return session.exec(
        select(Difference).where(Difference.id == difference_id).with_for_update(**HELD)
    ).first()


def open_of_order(session: Session, order_id: int) -> Sequence[Difference]:
    """What is not settled yet about an order, oldest first."""
    wanted = select(Difference).where(Difference.order_id == order_id, col(Difference.settled_at).is_(None))
    return session.exec(wanted.order_by(col(Difference.id))).all()


def open_with(session: Session, start: str) -> Sequence[Difference]:
    """What is not settled yet and has a key that begins with ``start``, oldest first."""
    wanted = select(Difference).where(
        col(Difference.key).startswith(start, autoescape=True), col(Difference.settled_at).is_(None)
    )
    return session.exec(wanted.order_by(col(Difference.id))).all()


def count_open(session: Session) -> int:
    """How many differences nobody has settled."""
    counted = select(func.count()).select_from(Difference).where(col(Difference.settled_at).is_(None))
    return int(session.exec(counted).one())


def count_found_since(session: Session, moment: datetime) -> int:
    """How many differences were found since then."""
    counted = select(func.count()).select_from(Difference).where(col(Difference.found_at) >= moment)
    return int(session.exec(counted).one())


def keep_tallies(session: Session, order_id: int, tallies: Iterable[Tally]) -> None:
    """Replace what is known of an order's days."""
    session.exec(delete(Tally).where(col(Tally.order_id) == order_id))
    session.add_all(tallies)


def tallies_of(session: Session, day: date) -> Sequence[Tally]:
    """What shop and bank showed of a day."""
    return session.exec(select(Tally).where(Tally.day == day).order_by(col(Tally.order_id))).all()


def settled_between(session: Session, start: datetime, end: datetime) -> Sequence[Settled]:
    """What our own books say was settled in a span, by order and currency."""
    amount = func.sum(col(Resolution.amount_minor))
    rows = (
        select(Resolution.order_id, Resolution.currency, amount)
        .where(Resolution.status == ResolutionStatus.DONE, Resolution.method != Method.EXCHANGE)
        .where(col(Resolution.settled_at) >= start, col(Resolution.settled_at) < end)
        .where(Resolution.amount_minor > 0)
        .group_by(col(Resolution.order_id), col(Resolution.currency))
        .order_by(col(Resolution.order_id))
    )
    return [Settled(order_id, currency, int(found)) for order_id, currency, found in session.exec(rows)]


def numbers_of(session: Session, order_ids: Collection[int]) -> Mapping[int, str]:
    """The numbers people know these orders by."""
    wanted = select(ShopOrder.order_id, ShopOrder.number).where(col(ShopOrder.order_id).in_(order_ids))
    return dict(session.exec(wanted).all())


def is_over(session: Session, key: str) -> bool:
    """Whether the operation with this key is no longer under way."""
    under_way = select(Operation.id).where(Operation.key == key, col(Operation.state).in_(WAITING))
    return session.exec(under_way).first() is None
