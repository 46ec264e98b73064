"""Queries for reports: sums over a period, in few statements and by index. Amounts stay in minor units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy import select as select_any
from sqlmodel import Session, col, select

from store.models import Resolution, Return, ReturnItem, ShopOrder
from store.terms import Method, Reason, ResolutionStatus
from store.worklist import Sum

AT_ONCE = 1000
select_rows: Any = select_any  # any number of columns
Conditions = tuple[Any, ...]


def opened_between(start: datetime, end: datetime) -> Conditions:
    """Conditions for returns that were opened in a span."""
    return (col(Return.opened_at) >= start, col(Return.opened_at) < end)


def ordered_between(start: datetime, end: datetime) -> Conditions:
    """Conditions for returns whose order was placed in a span; the order has to be joined.

    No return is older than its order, so only what was opened since is read.
    """
    placed = col(ShopOrder.snapshot)["created_at"].as_string()
    return (col(Return.opened_at) >= start, placed >= _written(start), placed < _written(end))


def settled_between(start: datetime, end: datetime) -> Conditions:
    """Conditions for resolutions that were settled in a span."""
    at = col(Resolution.settled_at)
    return (at >= start, at < end)


def count(session: Session, which: Conditions) -> int:
    """How many returns there are."""
    return int(session.exec(_of_returns(func.count(), which=which)).scalar_one())


def count_settled(session: Session, which: Conditions) -> int:
    """How many returns had something settled."""
    counted = func.count(func.distinct(col(Resolution.return_id)))
    return int(session.exec(_of_resolutions(counted, which=which)).scalar_one())


def sums(session: Session, which: Conditions) -> Sequence[Sum]:
    """What was settled, by method and currency; exchanges carry no amounts here."""
    way = (col(Resolution.method), col(Resolution.currency))
    amounts = (func.sum(col(Resolution.amount_minor)), func.sum(col(Resolution.credit_minor)))
    wanted = _of_resolutions(*way, *amounts, which=which).group_by(*way).order_by(*way)
    return [
        Sum(method, currency, int(paid), int(credit))
        for method, currency, paid, credit in session.exec(wanted)
    ]


def exchanges(session: Session, which: Conditions) -> Iterator[Resolution]:
    """The exchanges that were finished, never all in memory."""
    is_exchange = (Resolution.method == Method.EXCHANGE, *which)
    wanted = _of_resolutions(Resolution, which=is_exchange).execution_options(yield_per=AT_ONCE)
    yield from session.exec(wanted).scalars()


def times_to_decision(session: Session, which: Conditions) -> Iterator[int]:
    """Seconds from the opening of each return to the first decision that settled some of it."""
    moments = (col(Return.opened_at), func.min(col(Resolution.decided_at)).label("decided"))
    wanted = _of_resolutions(*moments, which=which).group_by(col(Return.id), col(Return.opened_at))
    for opened, decided in session.exec(wanted.execution_options(yield_per=AT_ONCE)):
        yield max(0, int((decided - opened).total_seconds()))


def reasons(session: Session, which: Conditions) -> Sequence[tuple[Reason, int]]:
    """Units by why they come back, most first."""
    units = func.sum(col(ReturnItem.quantity))
    wanted = _of_items(col(ReturnItem.reason), units, which=which).group_by(col(ReturnItem.reason))
    rows = session.exec(wanted.order_by(units.desc(), col(ReturnItem.reason)))
    return [(reason, int(number)) for reason, number in rows]


def products(session: Session, which: Conditions, most: int) -> Sequence[tuple[str, int, int]]:
    """The names that come back most, with their units and in how many returns."""
    name, units = col(ReturnItem.name), func.sum(col(ReturnItem.quantity))
    counted = func.count(func.distinct(col(ReturnItem.return_id)))
    wanted = _of_items(name, units, counted, which=which).group_by(name)
    rows = session.exec(wanted.order_by(units.desc(), name).limit(most))
    return [(str(named), int(number), int(returns)) for named, number, returns in rows]


@dataclass(frozen=True)
class Whole:
    """A return with what a table says of it."""

    rma: Return
    order: str
    items: Sequence[ReturnItem]
    sums: Sequence[Sum]


def after(moment: datetime, return_id: int) -> Any:
    """What comes behind a return in the order of opening."""
    opened = col(Return.opened_at)
    return and_(opened >= moment, or_(opened > moment, col(Return.id) > return_id))


def whole(session: Session, which: Conditions, most: int) -> Sequence[Whole]:
    """The first returns by the moment of opening, with their articles and what was settled."""
    wanted = _of_returns(Return, col(ShopOrder.number), which=which)
    order = (col(Return.opened_at), col(Return.id))
    rows = session.exec(wanted.order_by(*order).limit(most)).all()
    numbers = [rma.id for rma, _ in rows]
    items, sums = _items(session, numbers), _sums(session, numbers)
    return [Whole(rma, order, items.get(rma.id, ()), sums.get(rma.id, ())) for rma, order in rows]


def _items(session: Session, numbers: Sequence[int]) -> Mapping[int, Sequence[ReturnItem]]:
    found: dict[int, list[ReturnItem]] = {}
    mine = select(ReturnItem).where(col(ReturnItem.return_id).in_(numbers))
    for item in session.exec(mine.order_by(col(ReturnItem.id))):
        found.setdefault(item.return_id, []).append(item)
    return found


def _sums(session: Session, numbers: Sequence[int]) -> Mapping[int, Sequence[Sum]]:
    found: dict[int, list[Sum]] = {}
    done = (col(Resolution.return_id).in_(numbers), Resolution.status == ResolutionStatus.DONE)
    for row in session.exec(select(Resolution).where(*done).order_by(col(Resolution.id))):
        one = Sum(row.method, row.currency, row.amount_minor, row.credit_minor)
        found.setdefault(row.return_id, []).append(one)
    return found


def _of_returns(*columns: Any, which: Conditions) -> Any:
    return _with_orders(select_rows(*columns).select_from(Return), which)


def _of_items(*columns: Any, which: Conditions) -> Any:
    items = select_rows(*columns).select_from(Return)
    return _with_orders(items.join(ReturnItem, col(ReturnItem.return_id) == Return.id), which)


def _of_resolutions(*columns: Any, which: Conditions) -> Any:
    done = select_rows(*columns).select_from(Resolution).where(Resolution.status == ResolutionStatus.DONE)
    return _with_orders(done.join(Return, col(Return.id) == Resolution.return_id), which)


def _with_orders(query: Any, which: Conditions) -> Any:
    """With the order beside it: its key is unique, so nothing counts twice."""
    return query.join(ShopOrder, col(ShopOrder.order_id) == Return.order_id).where(*which)


def _written(moment: datetime) -> str:
    """A moment as snapshots write it, in UTC, without what follows the seconds."""
    return moment.isoformat()[:19]
