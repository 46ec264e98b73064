"""What a report tells: its period, the one before it, shares and medians. Knows no table and no Slack."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.errors import InvalidInput
from bot.rules.finding import Period, fold, read_period
from store.money import Money
from store.terms import Reason

USUAL = "week"
LONGEST = 100  # characters of what is asked for
BY_ORDER = frozenset({"order", "orders", "commande", "commandes"})
BY_WORK = frozenset({"work", "travail"})
LINKS = frozenset({"by", "par"})


class Basis(StrEnum):
    """By which day something belongs to a period: that of the order, or that on which it happened."""

    WORK = "work"
    ORDER = "order"


@dataclass(frozen=True)
class Span:
    """Days of the shop's calendar, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Asked:
    """A report as somebody wants it: its period, what that is compared with, and what counts."""

    span: Span
    before: Span
    basis: Basis = Basis.WORK


@dataclass(frozen=True)
class Sums:
    """What happened in a period; amounts are one per currency and never added up.

    ``credit`` and ``exchanged`` are what stayed with the shop. ``to_decision`` is the median time from
    opening to deciding of what was settled, in seconds; None where nothing was.
    """

    opened: int = 0
    settled: int = 0
    refunded: tuple[Money, ...] = ()
    credit: tuple[Money, ...] = ()
    exchanged: tuple[Money, ...] = ()
    to_decision: int | None = None


@dataclass(frozen=True)
class Part:
    """The units of one product that were announced to come back, and in how many returns."""

    name: str
    units: int
    returns: int


@dataclass(frozen=True)
class Report:
    """The numbers of a period beside those of the one before, and what came back why."""

    asked: Asked
    sums: Sums
    before: Sums
    units: int = 0
    reasons: tuple[tuple[Reason, int], ...] = ()
    products: tuple[Part, ...] = ()


def read_request(text: str, *, today: date, campaigns: Mapping[str, Period]) -> Asked:
    """The report that words such as "month", "by orders 2026-11" or "black-friday" ask for.

    Raises InvalidInput for a period that nobody can read, that has no beginning or has not begun.
    """
    basis, period = Basis.WORK, ""
    for word in text[:LONGEST].split():
        plain = fold(word)
        if plain in BY_ORDER | BY_WORK:
            basis = Basis.ORDER if plain in BY_ORDER else Basis.WORK
        elif plain not in LINKS:
            period = f"{period} {word}".strip()
    span = _span(read_period(period or USUAL, today, campaigns), period, today)
    return Asked(span, before(span), basis)


def _span(period: Period, text: str, today: date) -> Span:
    """Its days so far: nothing happens in the future."""
    last = min(period.last or today, today)
    if period.first is None or period.first > last:
        raise InvalidInput("“{text}” has not begun, or never did: a report needs its first day.", text=text)
    if period.first.year < 2000:
        raise InvalidInput("A report cannot begin before the year 2000.")
    return Span(period.first, last)


def before(span: Span) -> Span:
    """The days that ``span`` is compared with.

    A month, or its days so far, has those of the month before; a week begun on Monday those of the week
    before; everything else as many days as it has, ending the day before it begins.
    """
    first, last = span.first, span.last
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        return _month_before(span)
    days = (last - first).days + 1
    if first.weekday() == 0 and days <= 7:
        return Span(first - timedelta(days=7), last - timedelta(days=7))
    return Span(first - timedelta(days=days), first - timedelta(days=1))


def _month_before(span: Span) -> Span:
    """A whole month has the whole month before, however long both are."""
    end = span.first - timedelta(days=1)
    is_whole = span.last.day == monthrange(span.last.year, span.last.month)[1]
    last = end if is_whole else end.replace(day=min(span.last.day, end.day))
    return Span(end.replace(day=1), last)


def median(values: Sequence[int]) -> int | None:
    """The one in the middle; of two in the middle, half their sum, rounded down. None of nothing."""
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) // 2


def permille(part: int, whole: int) -> int:
    """The share of ``part`` in thousandths, rounded half up; of nothing, nothing."""
    return (2000 * part + whole) // (2 * whole) if whole else 0


def change(now: int, then: int) -> int | None:
    """By how many per cent a number grew, rounded half away from zero; None where there was nothing."""
    if then == 0:
        return None
    grown = abs(now - then)
    percent = (200 * grown + then) // (2 * then)
    return percent if now >= then else -percent
