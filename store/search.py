"""Find returns among all of them, page by page, newest first; the same answers on both databases.

SQLite looks words up in an index of three letters in a row (FTS5), PostgreSQL in one of its own (pg_trgm).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import column, delete, func, literal_column, table, union, union_all
from sqlalchemy import select as select_any
from sqlmodel import Session, col, or_, select

from store.columns import INSERTS
from store.models import Card, Return, ShopOrder
from store.search_models import SearchAlert, SearchEntry
from store.terms import ReturnStatus, Wish

SHORTEST = 3  # letters the indexes know
MOST_TELLING, TELLING_DIGITS, TELLING_END = 12, 4, 4  # letters
DIGITS = re.compile(r"[0-9]+")
FULL_TEXT = table("search_words", column("rowid"))
MATCHES: Any = literal_column("search_words").op("MATCH", is_comparison=True)
select_rows: Any = select_any  # any number of columns


@dataclass(frozen=True)
class Wanted:
    """Conditions that all hold. ``opened`` is from and before; ``amount`` least and most; empty: any."""

    needles: Sequence[str] = ()
    statuses: frozenset[ReturnStatus] = frozenset()
    wishes: frozenset[Wish] = frozenset()
    owners: frozenset[str] = frozenset()
    alerts: frozenset[str] = frozenset()
    opened: tuple[datetime | None, datetime | None] = (None, None)
    amount: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True)
class Edge:
    """Where a page begins: below the return ``before``, or, going back, above the return ``after``."""

    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Listed:
    """A return and what a line about it needs; ``entry`` is None until it was first kept."""

    rma: Return
    order_number: str
    entry: SearchEntry | None
    card_url: str


def keep(session: Session, entry: SearchEntry) -> None:
    """Make a return findable as it is now; nothing is written where nothing changed."""
    values = entry.model_dump()
    known = session.get(SearchEntry, entry.return_id, populate_existing=True)
    if known is not None and known.model_dump() == values:
        return
    alerts = set(known.alerts.split()) if known is not None else set()
    insert = INSERTS[session.get_bind().dialect.name]
    session.connection().execute(
        insert(SearchEntry)
        .values(**values)
        .on_conflict_do_update(index_elements=[col(SearchEntry.return_id)], set_=values)
    )
    _keep_alerts(session, entry, alerts)


def missing(session: Session, limit: int) -> Sequence[Return]:
    """Returns that cannot be found yet, oldest first: those from before there was a search."""
    entry = select(SearchEntry.return_id).where(SearchEntry.return_id == Return.id)
    return session.exec(select(Return).where(~entry.exists()).order_by(col(Return.id)).limit(limit)).all()


def named(session: Session, numbers: Sequence[str], wanted: Wanted, limit: int) -> list[int]:
    """Those that are meant exactly: by a return number, an order's number or an e-mail; newest first."""
    order = select(ShopOrder.order_id).where(col(ShopOrder.number).in_(numbers))
    ways = (
        col(Return.number).in_([number.upper() for number in numbers]),
        col(Return.order_id).in_(order),
        col(Return.customer_email).in_(numbers),
    )
    # Each way by its own index: of several joined by "or" the databases read every return of a state instead.
    exactly = union(*(select_rows(col(Return.id)).where(way) for way in ways)).subquery()
    query = select_rows(col(Return.id)).where(col(Return.id).in_(select_rows(exactly.c.id)))
    query = _filtered(query, wanted, wanted.statuses)
    return list(session.exec(query.order_by(col(Return.id).desc()).limit(limit)).scalars())


def find(
    session: Session, wanted: Wanted, limit: int, edge: Edge = Edge(), *, without: Sequence[int] = ()
) -> list[int]:
    """Those that fulfil ``wanted`` beyond the edge and but for ``without``, newest first."""
    number = _ids(session, wanted, limit, edge, without)
    order = number.c.id.asc() if edge.after is not None else number.c.id.desc()
    ids = list(session.exec(select_rows(number.c.id).order_by(order).limit(limit)).scalars())
    return ids[::-1] if edge.after is not None else ids


def count(session: Session, wanted: Wanted, most: int) -> int:
    """How many fulfil ``wanted``, as far as ``most``, by looking at each."""
    number = _ids(session, wanted, most, Edge(), ())
    few = select_rows(number.c.id).limit(most).subquery()
    return int(session.exec(select_rows(func.count()).select_from(few)).scalar_one())


def listed(session: Session, numbers: Sequence[int]) -> list[Listed]:
    """These returns with what their lines need, in this order."""
    query = (
        select_rows(Return, ShopOrder.number, SearchEntry, Card.permalink)
        .join(ShopOrder, col(ShopOrder.order_id) == Return.order_id)
        .outerjoin(SearchEntry, col(SearchEntry.return_id) == Return.id)
        .outerjoin(Card, col(Card.return_id) == Return.id)
        .where(col(Return.id).in_(numbers))
    )
    rows = {rma.id: Listed(rma, order, entry, url or "") for rma, order, entry, url in session.exec(query)}
    return [rows[number] for number in numbers if number in rows]


def _keep_alerts(session: Session, entry: SearchEntry, known: set[str]) -> None:
    now = set(entry.alerts.split())
    gone, new = sorted(known - now), sorted(now - known)
    connection, mine = session.connection(), col(SearchAlert.return_id) == entry.return_id
    if gone:
        connection.execute(delete(SearchAlert).where(mine, col(SearchAlert.name).in_(gone)))
    if new:
        rows = [{"name": name, "return_id": entry.return_id} for name in new]
        insert = INSERTS[connection.dialect.name](SearchAlert)
        connection.execute(insert.on_conflict_do_nothing(), rows)


def _ids(session: Session, wanted: Wanted, limit: int, edge: Edge, without: Sequence[int]) -> Any:
    """The ids, as far as ``limit`` of each status.

    Each status is asked for apart: of several at once no index knows the order.
    """
    descending = edge.after is None
    statuses: list[ReturnStatus | None] = [*sorted(wanted.statuses)] or [None]
    parts: list[Any] = []
    for status in statuses:
        source, number = _source(session, wanted)
        beyond = _beyond(_filtered(source, wanted, [status] if status else []), number, edge, without)
        part = beyond.order_by(number.desc() if descending else number.asc()).limit(limit).subquery()
        parts.append(select_rows(part.c.id))
    every: Any = union_all(*parts) if len(parts) > 1 else parts[0]
    return every.subquery()


def _source(session: Session, wanted: Wanted) -> tuple[Any, Any]:
    """A query for the ids of what the needles find, and the column that is the id."""
    if not wanted.needles:
        return select_rows(col(Return.id).label("id")), col(Return.id)
    looked, within = _split(wanted.needles)
    words = col(SearchEntry.words)
    if session.get_bind().dialect.name != "sqlite":
        containing = [words.contains(one, autoescape=True) for one in (*looked, *within)]
        entry = select(SearchEntry.return_id).where(*containing)
        return select_rows(col(Return.id).label("id")).where(col(Return.id).in_(entry)), col(Return.id)
    told = _telling(looked)
    phrases = " AND ".join('"' + one.replace('"', '""') + '"' for one in told)
    within = [*within, *(one for one, part in zip(looked, told, strict=True) if part != one)]
    number = FULL_TEXT.c.rowid
    # The index gives its rows in their order, and as few as are wanted; the return is looked up for each.
    query = select_rows(number.label("id")).select_from(FULL_TEXT.join(Return, col(Return.id) == number))
    query = query.where(MATCHES(phrases))
    if within:
        query = query.join(SearchEntry, col(SearchEntry.return_id) == number)
        query = query.where(*(words.contains(one, autoescape=True) for one in within))
    return query, number


def _telling(needles: Sequence[str]) -> list[str]:
    """The part of each needle that few returns have, for the index; the rest is looked for in what it finds.

    The index reads the returns with each three letters of it, and of "@example.com" or "sku-" these are all.
    Beside a number, which few returns have, the end of another needle is enough; of an address it always is.
    """
    numbers = [[run for run in DIGITS.findall(one) if len(run) >= TELLING_DIGITS] for one in needles]
    rest = slice(-TELLING_END, None) if any(numbers) else slice(MOST_TELLING)
    each = zip(needles, numbers, strict=True)
    return [
        _end_of_address(one) or (max(runs, key=len)[:MOST_TELLING] if runs else one[rest])
        for one, runs in each
    ]


def _end_of_address(needle: str) -> str:
    """The last letters of the name in an address, without what "+" adds to it; "" of what is none."""
    name = needle.partition("@")[0].partition("+")[0]
    return name[-MOST_TELLING // 2 :] if "@" in needle and len(name) >= SHORTEST else ""


def _split(needles: Sequence[str]) -> tuple[list[str], list[str]]:
    """What an index finds, and what is looked for in what that finds: needles too short for the indexes.

    Where all are too short they are whole fields.
    """
    long = [needle for needle in needles if len(needle) >= SHORTEST]
    short = [needle for needle in needles if needle not in long]
    return (long, short) if long else ([f"\n{needle}\n" for needle in needles], [])


def _beyond(query: Any, number: Any, edge: Edge, without: Sequence[int]) -> Any:
    if edge.before is not None:
        query = query.where(number < edge.before)
    if edge.after is not None:
        query = query.where(number > edge.after)
    return query.where(number.notin_(without)) if without else query


def _filtered(query: Any, wanted: Wanted, statuses: Any) -> Any:
    for which, values in ((Return.status, statuses), (Return.wish, wanted.wishes)):
        if values:
            query = query.where(col(which).in_(sorted(values)))
    if wanted.owners:
        nobody = [col(Return.owner_id).is_(None)] if "" in wanted.owners else []
        query = query.where(or_(col(Return.owner_id).in_(sorted(wanted.owners)), *nobody))
    first, end = wanted.opened
    if first is not None:
        query = query.where(col(Return.opened_at) >= first)
    if end is not None:
        query = query.where(col(Return.opened_at) < end)
    return _by_card(query, wanted)


def _by_card(query: Any, wanted: Wanted) -> Any:
    """What only the entry knows: what stands on the card, and how much it is about."""
    if wanted.alerts:
        warned = select(SearchAlert.return_id).where(col(SearchAlert.name).in_(sorted(wanted.alerts)))
        query = query.where(col(Return.id).in_(warned))
    least, most = wanted.amount
    if least is None and most is None:
        return query
    amount, entry = col(SearchEntry.amount), select(SearchEntry.return_id)
    if least == most:
        return query.where(col(Return.id).in_(entry.where(amount == least)))
    mine = entry.where(SearchEntry.return_id == Return.id)
    mine = mine if least is None else mine.where(amount >= least)
    return query.where((mine if most is None else mine.where(amount <= most)).exists())
