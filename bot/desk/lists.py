"""Lists of returns, page by page: what a search asks for, newest first, and how many there are.

A page is read from what was kept of each return when its card was last drawn, so that a list costs as much
with a million returns as with ten.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.desk import Desk
from bot.rules.alert import Level
from bot.rules.finding import THOUSANDTHS, Period, Search, read_search
from bot.rules.listing import Count, Line, Page
from store import counting, search, talk
from store.db import reading, writing
from store.money import Money, exponent
from store.search import Edge, Listed, Wanted
from store.terms import OPEN_STATUSES

SIZE = 10  # lines of a page
LONGEST = 200  # characters of a search that are read; no number, name or address has more
LOOKED_AT = 1000  # of what only looking can count, so many are counted
TOP = "top"  # the cursor of the first page
CURSOR = re.compile(r"([on])([0-9]{1,18})\.([0-9]{1,9})")
BEYOND = 2**31 - 1  # no return has a higher number, nor does the database know one


@dataclass(frozen=True)
class _Place:
    """Where a page begins in a list."""

    edge: Edge
    first: int


def page(desk: Desk, text: str, me: str = "", cursor: str = "", size: int = SIZE) -> Page:
    """One page of what ``text`` asks for in the language of searches; ``me`` is the person who asks.

    What is meant exactly by a number or an address comes first, then the newest. Without text, those whose
    customers wait for an answer, the longest first, and then the open ones. A cursor nobody can read is that
    of the first page. Raises InvalidInput for a period nobody can read.
    """
    asked = read(desk, text, me)
    with reading(desk.engine) as session:
        first = _first(desk, session, asked, size)
        numbers, place = _numbers(session, _wanted(desk, asked), first, _place(cursor), size)
        lines = tuple(_line(row) for row in search.listed(session, numbers[:size]))
        is_last = len(numbers) <= size
        count = (
            Count(place.first - 1 + len(numbers))
            if is_last
            else _count(session, _wanted(desk, asked), also=_closed(session, asked, first))
        )
    rest = [number for number in numbers[:size] if number not in first]
    older = f"o{rest[-1] if rest else BEYOND}.{place.first + size}" if len(numbers) > size else ""
    return Page(lines, count, place.first, _newer(place, rest, size), older)


def pages_of(desk: Desk, searches: Sequence[str], me: str = "") -> tuple[Page, str]:
    """The page of one search, or of several what each finds first; and the search it can be turned by.

    Text that is looked for one by one can be no filter: it is looked for as it stands.
    """
    if len(searches) == 1:
        return page(desk, searches[0], me), searches[0]
    lines: dict[int, Line] = {}
    for one in searches:
        found = page(desk, f'"{one}"', me, size=SIZE)
        lines.update({line.return_id: line for line in found.lines if line.return_id not in lines})
    shown = tuple(lines.values())[:SIZE]
    return Page(shown, Count(len(shown), len(lines) <= SIZE), 1, "", ""), " ".join(searches)


def page_of(desk: Desk, return_id: int) -> Page:
    """A page with this return alone."""
    with reading(desk.engine) as session:
        lines = tuple(_line(row) for row in search.listed(session, [return_id]))
    return Page(lines, Count(len(lines)), 1, "", "")


def count(desk: Desk, text: str, me: str = "") -> Count:
    """How many returns ``text`` asks for; kept, not counted, where it has no words, alerts and amounts."""
    asked = read(desk, text, me)
    with reading(desk.engine) as session:
        return _count(session, _wanted(desk, asked), also=0)


def read(desk: Desk, text: str, me: str = "") -> Search:
    """What ``text`` asks for, today. Raises InvalidInput for a period nobody can read."""
    settings = desk.settings
    today = desk.now().astimezone(ZoneInfo(settings.timezone)).date()
    campaigns = {name: Period(first, last) for name, first, last in settings.campaigns}
    return read_search(text[:LONGEST], me=me, today=today, campaigns=campaigns)


def sum_up(desk: Desk) -> None:
    """Sum up what has changed of the kept numbers, little by little."""
    more = True
    while more:
        with writing(desk.engine) as session:
            more = counting.sum_up(session)


def _first(desk: Desk, session: Session, asked: Search, size: int) -> list[int]:
    """What stands above all others on the first page, and on no other."""
    if asked.is_empty:
        return [row.id for row in talk.unanswered(session, size) if row.id is not None]
    if len(asked.needles) != 1:
        return []
    prefix, needle = desk.settings.card_prefix, asked.needles[0]
    return search.named(session, (needle, f"{prefix}-{needle}"), _wanted(desk, asked), size)


def _numbers(
    session: Session, wanted: Wanted, first: Sequence[int], place: _Place, size: int
) -> tuple[list[int], _Place]:
    """The returns of a page, and one more where there is one; and the place they are really at."""
    if place.edge.after is not None:
        back = search.find(session, wanted, size, place.edge, without=first)
        if len(back) == size:
            return [*back, BEYOND], place
        place = _Place(Edge(), 1)
    above = list(first) if place.edge == Edge() else []
    return [*above, *search.find(session, wanted, size + 1 - len(above), place.edge, without=first)], place


def _newer(place: _Place, rest: Sequence[int], size: int) -> str:
    if place.first <= 1:
        return ""
    return f"n{rest[0]}.{place.first - size}" if rest and place.first > size + 1 else TOP


def _place(cursor: str) -> _Place:
    known = CURSOR.fullmatch(cursor)
    if known is None:
        return _Place(Edge(), 1)
    number, first = min(int(known[2]), BEYOND), max(int(known[3]), 1)
    return _Place(Edge(before=number) if known[1] == "o" else Edge(after=number), first)


def _count(session: Session, wanted: Wanted, also: int) -> Count:
    if counting.knows(wanted):
        return Count(counting.number_of(session, wanted) + also)
    number = search.count(session, wanted, LOOKED_AT + 1)
    return Count(min(number, LOOKED_AT), number <= LOOKED_AT)


def _closed(session: Session, asked: Search, first: Sequence[int]) -> int:
    """How many of those whose customers wait for an answer are not open: nothing else counts them."""
    if not (asked.is_empty and first):
        return 0
    return sum(row.rma.status not in OPEN_STATUSES for row in search.listed(session, first))


def _wanted(desk: Desk, asked: Search) -> Wanted:
    zone = ZoneInfo(desk.settings.timezone)
    period = asked.period or Period(None, None)
    after = period.last + timedelta(days=1) if period.last and period.last < date.max else None
    amounts = asked.amounts
    return Wanted(
        needles=asked.needles,
        statuses=frozenset(OPEN_STATUSES) if asked.is_empty else asked.statuses,
        wishes=asked.wishes,
        owners=asked.owners,
        alerts=asked.alerts,
        opened=(_midnight(period.first, zone), _midnight(after, zone)),
        amount=(amounts.least, amounts.most) if amounts else (None, None),
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


def _line(row: Listed) -> Line:
    rma, entry = row.rma, row.entry
    assert rma.id is not None
    return Line(
        return_id=rma.id,
        version=rma.version,
        number=rma.number or "",
        order_number=row.order_number,
        customer=rma.customer_name,
        wish=rma.wish,
        status=rma.status,
        owner=rma.owner_id or "",
        level=Level(entry.level) if entry else Level.BLUE,
        alerts=tuple(entry.alerts.split()) if entry else (),
        amount=_money(entry.amount if entry else 0, rma.currency),
        goods=entry.goods if entry else "",
        others=entry.others if entry else 0,
        opened_at=rma.opened_at,
        received_at=rma.received_at,
        owner_since=rma.owner_since,
        unanswered_since=rma.unanswered_since,
        refund_due_by=rma.refund_due_by,
        card_url=row.card_url,
    )


def _money(thousandths: int, currency: str) -> Money:
    return Money(thousandths * 10 ** exponent(currency) // THOUSANDTHS, currency)
