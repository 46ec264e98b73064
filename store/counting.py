"""How many returns there are of a kind: kept as they change, not counted when somebody asks."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, union_all
from sqlalchemy import select as select_any
from sqlmodel import Session, col, select

from store.columns import INSERTS
from store.models import Return
from store.search import Wanted
from store.search_models import CountChange, ReturnCount

BATCH = 5_000  # changes that are summed up in one transaction
KIND = ("day", "status", "wish", "owner_id")
DAY = timedelta(days=1)
select_rows: Any = select_any  # any number of columns


def knows(wanted: Wanted) -> bool:
    """Whether the kept numbers tell how many fulfil this: words, alerts and amounts are not among them."""
    return not (wanted.needles or wanted.alerts or any(end is not None for end in wanted.amount))


def number_of(session: Session, wanted: Wanted) -> int:
    """How many returns fulfil ``wanted``, of which ``knows`` is true.

    Whole days are kept; what lies at either end of a span beyond them is counted by the index.
    """
    first, end = wanted.opened
    if first is None and end is None:
        return _kept(session, wanted)
    start = _midnight_after(first) if first else datetime.min.replace(tzinfo=UTC)
    stop = _midnight_before(end) if end else datetime.max.replace(tzinfo=UTC)
    if start >= stop:
        return _counted(session, wanted, first, end)
    number = _kept(session, wanted, (start.date().isoformat(), stop.date().isoformat()))
    before = _counted(session, wanted, first, start) if first else 0
    return number + before + (_counted(session, wanted, stop, end) if end else 0)


def sum_up(session: Session) -> bool:
    """Add the oldest changes to the kept numbers, inside the caller's transaction; False: there are none.

    Nobody waits for this: whoever asks adds up both.
    """
    oldest = select(CountChange.id).order_by(col(CountChange.id)).limit(BATCH)
    oldest = oldest.with_for_update(skip_locked=True)
    columns = [getattr(CountChange, name) for name in (*KIND, "number")]
    taken = delete(CountChange).where(col(CountChange.id).in_(oldest)).returning(*columns)
    sums: Counter[tuple[str, ...]] = Counter()
    rows = session.connection().execute(taken).all()
    for day, *kind, number in rows:
        sums[day, *kind] += number
        sums["", *kind] += number
    _add(session, sums)
    return bool(rows)


def _add(session: Session, sums: Counter[tuple[str, ...]]) -> None:
    """In one order for all, so that two who sum up never wait for each other in a ring."""
    rows = [
        {**dict(zip(KIND, kind, strict=True)), "number": number}
        for kind, number in sorted(sums.items())
        if number
    ]
    if not rows:
        return
    insert = INSERTS[session.get_bind().dialect.name](ReturnCount)
    grown = col(ReturnCount.number) + insert.excluded.number
    known = [col(getattr(ReturnCount, name)) for name in KIND]
    added = insert.on_conflict_do_update(index_elements=known, set_={"number": grown})
    session.connection().execute(added, rows)


def _kept(session: Session, wanted: Wanted, days: tuple[str, str] | None = None) -> int:
    """The kept numbers from one day on and before another; of all days where none are given."""
    kept = [ReturnCount.day == ""] if days is None else _between(ReturnCount, days)
    changed = [] if days is None else _between(CountChange, days)
    each = (
        select_rows(col(model.number).label("number")).where(*conditions, *_of_kind(model, wanted))
        for model, conditions in ((ReturnCount, kept), (CountChange, changed))
    )
    every = union_all(*each).subquery()
    return int(session.exec(select_rows(func.coalesce(func.sum(every.c.number), 0))).scalar_one())


def _between(model: Any, days: tuple[str, str]) -> list[Any]:
    return [col(model.day) >= days[0], col(model.day) < days[1]]


def _of_kind(model: Any, wanted: Wanted) -> list[Any]:
    kinds = ((model.status, wanted.statuses), (model.wish, wanted.wishes), (model.owner_id, wanted.owners))
    return [col(which).in_(sorted(values)) for which, values in kinds if values]


def _counted(session: Session, wanted: Wanted, first: datetime | None, end: datetime | None) -> int:
    query = select_rows(func.count()).select_from(Return)
    owner = func.coalesce(col(Return.owner_id), "")
    kinds = ((col(Return.status), wanted.statuses), (col(Return.wish), wanted.wishes), (owner, wanted.owners))
    query = query.where(*(which.in_(sorted(values)) for which, values in kinds if values))
    for condition in _span(first, end):
        query = query.where(condition)
    return int(session.exec(query).scalar_one())


def _span(first: datetime | None, end: datetime | None) -> list[Any]:
    opened = col(Return.opened_at)
    return [opened >= first] * (first is not None) + [opened < end] * (end is not None)


def _midnight_before(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _midnight_after(at: datetime) -> datetime:
    midnight = _midnight_before(at)
    return midnight if midnight == at else midnight + DAY
