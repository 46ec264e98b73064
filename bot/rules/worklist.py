"""The team's list of the morning: what waits for somebody, in fixed groups, and yesterday's numbers.

Days are those of the shop's calendar; how long a day lasts is the calendar's affair (23, 24 or 25 hours).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.rules.case import Person
from bot.rules.difference import Difference
from store.money import Money

MOST = 5  # lines of one group; who wants more of it searches
UNPAID_FOR = timedelta(hours=24)


class Group(StrEnum):
    """What kind of attention is needed, in the order in which the groups stand."""

    MONEY = "money"  # nobody knows for sure, or the books do not agree
    OVERDUE = "overdue"
    UNCLAIMED = "unclaimed"
    ARRIVED = "arrived"
    UNPAID = "unpaid"
    UNANSWERED = "unanswered"
    ENDING = "ending"


class Need(StrEnum):
    """Why a line is on the list. Within a group, what stands here first is the more urgent."""

    LOOK = "look"  # the evidence does not decide: a person does
    BANK_RETURNED = "bank_returned"
    DIFFERENCE = "difference"
    CHECKING = "checking"  # the desk itself looks
    OVERDUE = "overdue"
    UNCLAIMED = "unclaimed"
    ARRIVED = "arrived"
    LAPSED = "lapsed"
    UNPAID = "unpaid"
    UNANSWERED = "unanswered"
    REFUND_TODAY = "refund_today"
    WINDOW_TODAY = "window_today"


GROUPS: Mapping[Need, Group] = {
    Need.LOOK: Group.MONEY,
    Need.BANK_RETURNED: Group.MONEY,
    Need.DIFFERENCE: Group.MONEY,
    Need.CHECKING: Group.MONEY,
    Need.OVERDUE: Group.OVERDUE,
    Need.UNCLAIMED: Group.UNCLAIMED,
    Need.ARRIVED: Group.ARRIVED,
    Need.LAPSED: Group.UNPAID,
    Need.UNPAID: Group.UNPAID,
    Need.UNANSWERED: Group.UNANSWERED,
    Need.REFUND_TODAY: Group.ENDING,
    Need.WINDOW_TODAY: Group.ENDING,
}


@dataclass(frozen=True)
class Fact:
    """One thing that waits, ``since`` when, and the address of what it leads to.

    ``day`` is a deadline where there is one. ``difference`` stands for a line about the books, which may be
    about no return at all.
    """

    need: Need
    since: datetime
    number: str = ""
    name: str = ""
    amount: Money | None = None
    day: date | None = None
    owner: Person | None = None
    address: str = ""
    difference: Difference | None = None


@dataclass(frozen=True)
class Section:
    """A group with its most urgent lines, and how many more there are."""

    group: Group
    lines: tuple[Fact, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """How many there are in all."""
        return len(self.lines) + self.more


@dataclass(frozen=True)
class Numbers:
    """What happened from ``first`` to ``last``, both included; amounts are one per currency.

    ``credit`` and ``exchanged`` are what stayed with the shop; ``open`` is how many returns are open now.
    """

    first: date
    last: date
    opened: int = 0
    settled: int = 0
    refunded: tuple[Money, ...] = ()
    credit: tuple[Money, ...] = ()
    exchanged: tuple[Money, ...] = ()
    open: int = 0

    @property
    def any(self) -> bool:
        """Whether anything happened at all."""
        return bool(self.opened or self.settled)


@dataclass(frozen=True)
class Worklist:
    """The list of one day, as of ``as_of``."""

    day: date
    as_of: datetime
    sections: tuple[Section, ...]
    numbers: Numbers

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say: nothing waits and nothing happened."""
        return not self.sections and not self.numbers.any


def sections_of(
    facts: Iterable[Fact], counts: Mapping[Group, int], *, most: int = MOST
) -> tuple[Section, ...]:
    """The groups that have something in them, each with its ``most`` most urgent lines.

    ``counts`` says how many there really are of a group of which not all are among ``facts``.
    """
    grouped: defaultdict[Group, list[Fact]] = defaultdict(list)
    for fact in facts:
        grouped[GROUPS[fact.need]].append(fact)
    sections = (_section(group, grouped[group], counts.get(group, 0), most) for group in Group)
    return tuple(section for section in sections if section.lines)


def digest_due(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment the list of ``day`` is due, in UTC.

    An hour that the clocks leave out is as late as the clocks were moved; one that comes twice counts once,
    the first time.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def has_digest(day: date, weekdays: Collection[int]) -> bool:
    """Whether there is a list on ``day``: ``weekdays`` are those that have one, Monday is 0; none: all."""
    return not weekdays or day.weekday() in weekdays


def days_told(day: date, weekdays: Collection[int]) -> tuple[date, date]:
    """The first and the last day whose numbers the list of ``day`` carries: all since the list before it."""
    first = day - timedelta(days=1)
    while not has_digest(first, weekdays):
        first -= timedelta(days=1)
    return first, day - timedelta(days=1)


def span_of(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the midnight that begins ``first`` to the one that ends ``last``, in UTC; the end is outside."""
    start, end = datetime.combine(first, time(), zone), datetime.combine(last, time(), zone)
    return start.astimezone(UTC), (end + timedelta(days=1)).astimezone(UTC)


def _section(group: Group, facts: Collection[Fact], count: int, most: int) -> Section:
    lines = tuple(sorted(facts, key=_urgency)[:most])
    return Section(group, lines, max(count, len(facts)) - len(lines))


def _urgency(fact: Fact) -> tuple[int, date, datetime, str]:
    return tuple(Need).index(fact.need), fact.day or date.max, fact.since, fact.number
