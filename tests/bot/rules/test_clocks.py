"""Whose turn it is, until when, in working hours; what is nobody's turn has no clock."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.alerts import alerts
from bot.rules.case import ExchangeState, InformationRequest, ReturnCase
from bot.rules.clocks import Promise, WorkingTime, next_ring, team_turns, with_clock
from bot.rules.turn import Turn
from store.terms import Method, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.make import ALICE, NOON

WEEK = WorkingTime("Europe/Paris", (time(9), time(18)), (0, 1, 2, 3, 4))
PROMISE = Promise(WEEK, {Turn.PENDING: 8, Turn.RECEIVED: 16, Turn.ANSWER: 4}, claim_hours=4)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """A moment where the shop is."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23 09:00", 8, "2026-11-23 17:00"),  # a Monday
        ("2026-11-23 17:00", 8, "2026-11-24 16:00"),
        ("2026-11-23 03:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 18:00", 0, "2026-11-24 09:00"),
        ("2026-11-27 16:30", 4, "2026-11-30 11:30"),  # over a weekend
        ("2026-11-28 12:00", 9, "2026-11-30 18:00"),
        ("2026-11-23 12:00", 90, "2026-12-07 12:00"),
    ],
)
def test_hours_are_those_in_which_the_team_works(start: str, hours: int, end: str) -> None:
    assert WEEK.after(at(start), hours * HOUR) == at(end)


def test_a_holiday_is_no_day_of_work() -> None:
    working = replace(WEEK, holidays=(date(2026, 11, 24),))
    assert working.after(at("2026-11-23 17:00"), 2 * HOUR) == at("2026-11-25 10:00")


def test_a_team_of_the_night_works_over_midnight() -> None:
    night = replace(WEEK, span=(time(22), time(6)))
    assert night.after(at("2026-11-23 23:00"), 8 * HOUR) == at("2026-11-24 23:00")
    assert night.after(at("2026-11-28 02:00"), 5 * HOUR) == at("2026-11-30 23:00")  # Friday's ends at six


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-03-28 12:00", "2026-03-29 13:00"), ("2026-10-24 12:00", "2026-10-25 11:00")],
)
def test_day_and_night_means_hours_that_really_pass_when_the_clocks_change(start: str, end: str) -> None:
    assert WorkingTime("Europe/Paris").after(at(start), 24 * HOUR) == at(end)


@pytest.mark.parametrize(("day", "end"), [("2026-03-28", "05:00"), ("2026-10-24", "03:00")])
def test_a_night_shift_over_the_change_of_the_clocks_is_as_long_as_it_is(day: str, end: str) -> None:
    night = WorkingTime("Europe/Paris", (time(23), time(8)))
    last = at(f"{day} 23:00").date() + timedelta(days=1)
    assert night.after(at(f"{day} 23:00"), 5 * HOUR) == at(f"{last} {end}")


MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
LENGTHS = st.integers(0, 60 * 24 * 9).map(lambda minutes: timedelta(minutes=minutes))


@given(MOMENTS, LENGTHS, LENGTHS)
def test_two_stretches_of_work_add_up(start: datetime, first: timedelta, second: timedelta) -> None:
    assert WEEK.after(WEEK.after(start, first), second) == WEEK.after(start, first + second)


@given(MOMENTS, LENGTHS)
def test_what_ends_ends_at_work(start: datetime, length: timedelta) -> None:
    end = WEEK.after(start, length).astimezone(ZoneInfo("Europe/Paris"))
    assert end.weekday() < 5
    assert time(9) <= end.time() <= time(18)
    assert end >= start


def a_case(**given: object) -> ReturnCase:
    """A return that came in at nine on a Monday."""
    nine = at("2026-11-23 09:00")
    return make.a_case(**{"opened_at": nine, "waits_since": nine, "as_of": nine, **given})


def timed(case: ReturnCase, now: str = "2026-11-23 09:00", **more: datetime) -> ReturnCase:
    return with_clock(replace(case, as_of=at(now)), PROMISE, **more)


def names(case: ReturnCase) -> set[str]:
    return {alert.name for alert in alerts(case)}


def test_a_new_return_warns_at_three_quarters_and_is_late_at_the_end() -> None:
    case = timed(a_case())
    assert case.clock is not None
    assert (case.clock.warn_at, case.clock.due_at) == (at("2026-11-23 15:00"), at("2026-11-23 17:00"))
    assert "clock_soon" not in names(timed(a_case(), "2026-11-23 14:59"))
    assert "clock_soon" in names(timed(a_case(), "2026-11-23 15:00"))
    assert names(timed(a_case(), "2026-11-23 17:00")) >= {"clock_over"}
    assert "clock_soon" not in names(timed(a_case(), "2026-11-23 17:00"))


def test_it_rings_when_it_warns_then_when_it_is_late_then_never_again() -> None:
    assert next_ring(timed(a_case())) == at("2026-11-23 15:00")
    assert next_ring(timed(a_case(), "2026-11-23 15:00")) == at("2026-11-23 17:00")
    assert next_ring(timed(a_case(), "2026-11-23 17:00")) is None


ASKED = InformationRequest("Which size?", NOON, ALICE)


@pytest.mark.parametrize(
    "given",
    [
        {"question": ASKED},
        {"status": ReturnStatus.APPROVED},
        {"status": ReturnStatus.IN_TRANSIT},
        {"status": ReturnStatus.RESOLVED},
        {"status": ReturnStatus.REJECTED},
        {"order": make.an_order(status="cancelled")},
        {
            "status": ReturnStatus.RECEIVED,
            "received_at": NOON,
            "wish": Wish.EXCHANGE,
            "exchange": replace(make.an_exchange(), state=ExchangeState.AWAITING_PAYMENT),
            "resolutions": (make.a_resolution(ResolutionStatus.PLANNED, method=Method.EXCHANGE),),
        },
    ],
)
def test_nothing_runs_while_it_is_not_the_teams_turn(given: dict[str, object]) -> None:
    assert team_turns(a_case(**given)) == {}
    assert timed(a_case(**given)).clock is None


def test_the_customers_answer_starts_the_clock_anew() -> None:
    answered = timed(a_case(waits_since=at("2026-11-24 10:00")))
    assert answered.clock is not None
    assert answered.clock.due_at == at("2026-11-24 18:00")


def test_of_two_clocks_the_one_that_ends_first_is_shown() -> None:
    asked = timed(a_case(unanswered_since=at("2026-11-23 10:00")))
    assert asked.clock is not None
    assert (asked.clock.turn, asked.clock.due_at) == (Turn.ANSWER, at("2026-11-23 14:00"))
    later = timed(a_case(unanswered_since=at("2026-11-23 16:00")))
    assert later.clock is not None
    assert later.clock.turn is Turn.PENDING


def test_a_customer_may_wait_for_an_answer_after_the_return_is_over() -> None:
    over = a_case(status=ReturnStatus.RESOLVED, unanswered_since=at("2026-11-23 10:00"))
    assert set(team_turns(over)) == {Turn.ANSWER}


def test_a_claim_is_free_again_after_hours_in_which_its_owner_did_nothing() -> None:
    taken = a_case(owner=ALICE, owner_since=at("2026-11-23 10:00"))
    assert timed(taken).free_at == at("2026-11-23 14:00")
    assert timed(taken, acted_at=at("2026-11-23 16:00")).free_at == at("2026-11-24 11:00")
    assert timed(replace(taken, status=ReturnStatus.APPROVED)).free_at is None
    assert timed(a_case()).free_at is None


def test_without_settings_there_is_no_clock_at_all() -> None:
    case = with_clock(a_case(owner=ALICE, owner_since=NOON), Promise())
    assert (case.clock, case.free_at, next_ring(case)) == (None, None, None)
