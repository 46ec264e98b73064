"""The list of the morning: its order, its limits, and the days it is about."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.rules.worklist import (
    GROUPS,
    MOST,
    Fact,
    Group,
    Need,
    Numbers,
    Worklist,
    days_told,
    digest_due,
    has_digest,
    sections_of,
    span_of,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2026, 11, 23)
PARIS = ZoneInfo("Europe/Paris")
WEEKDAYS = (0, 1, 2, 3, 4)


def a_fact(need: Need, number: str = "RMA-1", hours: float = 1, day: date | None = None) -> Fact:
    """Something that has waited for ``hours``."""
    return Fact(need, NOON - timedelta(hours=hours), number=number, day=day)


def numbers(*facts: Fact) -> list[str]:
    """The numbers of the lines, in order."""
    return [line.number for section in sections_of(facts, {}) for line in section.lines]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_need_has_its_group_and_every_group_a_need() -> None:
    assert set(GROUPS) == set(Need)
    assert set(GROUPS.values()) == set(Group)


def test_money_comes_first_and_the_groups_always_stand_in_the_same_order() -> None:
    facts = [a_fact(need) for need in reversed(Need)]
    assert [section.group for section in sections_of(facts, {})] == list(Group)
    assert next(iter(Group)) is Group.MONEY


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (a_fact(Need.UNCLAIMED, "RMA-2", 9), a_fact(Need.UNCLAIMED, "RMA-1", 2)),
        (a_fact(Need.UNCLAIMED, "RMA-1", 2), a_fact(Need.UNCLAIMED, "RMA-2", 2)),
        (a_fact(Need.OVERDUE, "RMA-2", 1, date(2026, 11, 20)), a_fact(Need.OVERDUE, "RMA-1", 9, DAY)),
        (a_fact(Need.LOOK, "RMA-2", 1), a_fact(Need.CHECKING, "RMA-1", 9)),
        (a_fact(Need.BANK_RETURNED, "RMA-2", 1), a_fact(Need.DIFFERENCE, "RMA-1", 9)),
        (a_fact(Need.DIFFERENCE, "", 1), a_fact(Need.CHECKING, "RMA-1", 9)),
        (a_fact(Need.LAPSED, "RMA-2", 1), a_fact(Need.UNPAID, "RMA-1", 99)),
        (a_fact(Need.REFUND_TODAY, "RMA-2", 1, DAY), a_fact(Need.WINDOW_TODAY, "RMA-1", 9)),
    ],
)
def test_within_a_group_the_most_urgent_comes_first(first: Fact, second: Fact) -> None:
    assert numbers(second, first) == numbers(first, second) == [first.number, second.number]


@pytest.mark.parametrize(
    ("found", "count", "shown", "more"),
    [(1, 0, 1, 0), (MOST, 0, MOST, 0), (MOST + 3, 0, MOST, 3), (MOST, 17, MOST, 12), (2, 2, 2, 0)],
)
def test_a_group_shows_few_and_says_how_many_more(found: int, count: int, shown: int, more: int) -> None:
    facts = [a_fact(Need.ARRIVED, f"RMA-{each}") for each in range(found)]
    (section,) = sections_of(facts, {Group.ARRIVED: count} if count else {})
    assert (len(section.lines), section.more, section.count) == (shown, more, shown + more)


@pytest.mark.parametrize(
    ("facts", "opened", "settled", "empty"),
    [(0, 0, 0, True), (1, 0, 0, False), (0, 1, 0, False), (0, 0, 1, False)],
)
def test_a_day_is_empty_where_nothing_waits_and_nothing_happened(
    facts: int, opened: int, settled: int, empty: bool
) -> None:
    told = Numbers(DAY, DAY, opened=opened, settled=settled, open=7)
    sections = sections_of([a_fact(Need.ARRIVED)] * facts, {})
    assert Worklist(DAY, NOON, sections, told).is_empty is empty


@pytest.mark.parametrize(
    ("day", "at", "zone", "due"),
    [
        ("2026-11-23", "09:00", "Europe/Paris", "2026-11-23 08:00"),
        ("2026-07-01", "09:00", "Europe/Paris", "2026-07-01 07:00"),
        ("2027-03-28", "02:30", "Europe/Paris", "2027-03-28 01:30"),  # left out: 03:30 by then
        ("2027-03-28", "09:00", "Europe/Paris", "2027-03-28 07:00"),
        ("2027-10-31", "02:30", "Europe/Paris", "2027-10-31 00:30"),  # twice: the first
        ("2027-10-31", "09:00", "Europe/Paris", "2027-10-31 08:00"),
        ("2026-11-23", "09:00", "Pacific/Kiritimati", "2026-11-22 19:00"),
        ("2026-11-23", "00:00", "Asia/Kathmandu", "2026-11-22 18:15"),
        ("2027-04-30", "00:15", "Africa/Cairo", "2027-04-29 22:15"),  # midnight itself is left out
    ],
)
def test_the_hour_is_that_of_the_shops_clocks(day: str, at: str, zone: str, due: str) -> None:
    assert digest_due(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone)) == moment(due)


@pytest.mark.parametrize(
    ("day", "weekdays", "first", "last"),
    [
        ("2026-11-24", (), "2026-11-23", "2026-11-23"),
        ("2026-11-23", (), "2026-11-22", "2026-11-22"),
        ("2026-11-23", WEEKDAYS, "2026-11-20", "2026-11-22"),  # Monday tells of Friday to Sunday
        ("2026-11-24", WEEKDAYS, "2026-11-23", "2026-11-23"),
        ("2026-11-25", (2,), "2026-11-18", "2026-11-24"),
        ("2027-01-01", (), "2026-12-31", "2026-12-31"),
    ],
)
def test_the_numbers_are_those_since_the_list_before(
    day: str, weekdays: tuple[int, ...], first: str, last: str
) -> None:
    told = days_told(date.fromisoformat(day), weekdays)
    assert told == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "start", "end", "hours"),
    [
        ("2026-11-22", "2026-11-22", "2026-11-21 23:00", "2026-11-22 23:00", 24),
        ("2027-03-28", "2027-03-28", "2027-03-27 23:00", "2027-03-28 22:00", 23),
        ("2027-10-31", "2027-10-31", "2027-10-30 22:00", "2027-10-31 23:00", 25),
        ("2027-03-26", "2027-03-28", "2027-03-25 23:00", "2027-03-28 22:00", 71),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(
    first: str, last: str, start: str, end: str, hours: int
) -> None:
    span = span_of(date.fromisoformat(first), date.fromisoformat(last), PARIS)
    assert span == (moment(start), moment(end))
    assert span[1] - span[0] == timedelta(hours=hours)


def test_days_follow_each_other_without_a_gap_or_a_moment_told_twice() -> None:
    days = [date(2027, 1, 1) + timedelta(days=each) for each in range(365)]
    spans = [span_of(day, day, PARIS) for day in days]
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_days_of_the_week_have_a_list_or_none() -> None:
    saturday = date(2026, 11, 21)
    assert has_digest(saturday, ())
    assert not has_digest(saturday, WEEKDAYS)
    assert has_digest(saturday, (5,))
