"""Windows, deadlines and clocks: rules T1 to T5."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.rules.case import InformationRequest, ReturnCase
from bot.rules.order import OrderSnapshot
from bot.rules.policy import (
    clock_paused,
    days_granted,
    is_due_soon,
    is_late,
    is_overdue,
    refund_due_by,
    window_end,
    window_passed,
)
from store.terms import ReturnStatus, Wish
from tests import make

PARIS = "Europe/Paris"


def delivered(*when: int) -> OrderSnapshot:
    return make.an_order(delivered_at=datetime(*when, tzinfo=UTC))  # type: ignore[arg-type,misc]


def end(order: OrderSnapshot, days: int | None = 14, **given: Any) -> date | None:
    return window_end(order, days=days, timezone=given.pop("timezone", PARIS), **given)


def test_a_window_counts_dates_from_the_delivery() -> None:
    """T1: delivered on Friday the 13th, fourteen days, the last day included."""
    assert end(delivered(2026, 11, 13, 9)) == date(2026, 11, 27)


def test_the_last_day_counts_until_it_is_over() -> None:
    last = date(2026, 11, 27)
    assert not is_late(datetime(2026, 11, 27, 22, 59, tzinfo=UTC), last, timezone=PARIS)
    assert is_late(datetime(2026, 11, 27, 23, 0, tzinfo=UTC), last, timezone=PARIS)


def test_the_day_is_the_shops_and_not_the_servers() -> None:
    late_evening = delivered(2026, 11, 12, 23, 30)
    assert end(late_evening) == date(2026, 11, 27)
    assert end(late_evening, timezone="UTC") == date(2026, 11, 26)


def test_without_a_number_of_days_there_is_no_end() -> None:
    assert end(delivered(2026, 11, 13, 9), None) is None
    assert not is_late(make.NOON, None, timezone=PARIS)


@pytest.mark.parametrize(
    ("days", "weekday"), [(14, "Fri"), (15, "Mon"), (16, "Mon"), (17, "Mon"), (18, "Tue")]
)
def test_an_end_on_a_weekend_moves_to_the_next_working_day(days: int, weekday: str) -> None:
    """From Friday 13 November: Saturday 28 and Sunday 29 become Monday 30."""
    last = end(delivered(2026, 11, 13, 9), days)
    assert last is not None
    assert f"{last:%a %d}" == {"Fri": "Fri 27", "Mon": "Mon 30", "Tue": "Tue 01"}[weekday]


def test_an_end_on_a_holiday_moves_on_past_the_weekend_behind_it() -> None:
    christmas = {date(2026, 12, 25)}
    assert end(delivered(2026, 12, 11, 9), holidays=christmas) == date(2026, 12, 28)


def test_working_days_can_be_left_aside() -> None:
    assert end(delivered(2026, 11, 13, 9), 15, working_days=False) == date(2026, 11, 28)


def test_the_window_starts_at_delivery_else_completion_else_the_order() -> None:
    """T2."""
    order = delivered(2026, 11, 13, 9)
    completed = replace(order, delivered_at=None)
    ordered = replace(completed, completed_at=None)
    found = [end(each) for each in (order, completed, ordered)]
    assert found == [date(2026, 11, 27), date(2026, 11, 24), date(2026, 11, 23)]


def test_a_window_over_a_clock_change_is_fourteen_dates() -> None:
    """T5: Paris went back an hour on 25 October 2026."""
    order = delivered(2026, 10, 15, 22, 30)  # half past midnight on the 16th in Paris
    assert end(order) == date(2026, 10, 30)


def test_an_extension_tells_the_days_granted() -> None:
    """T3."""
    assert days_granted(make.an_extension()) == 15
    assert days_granted(make.an_extension(old_end=None)) is None


def test_the_money_is_due_fourteen_days_after_the_notice() -> None:
    """T4."""
    assert refund_due_by(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), timezone=PARIS) == date(2026, 12, 8)


def waiting(days: int, **given: Any) -> ReturnCase:
    """A received return ``days`` after its notice of 23 November; due by 7 December."""
    status = {"status": ReturnStatus.RECEIVED} | given
    return replace(make.a_case(**status), as_of=make.NOON + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "soon", "over"), [(10, False, False), (11, True, False), (14, True, False), (15, False, True)]
)
def test_the_clock_warns_three_days_before_and_tells_when_it_is_over(
    days: int, *, soon: bool, over: bool
) -> None:
    assert (is_due_soon(waiting(days)), is_overdue(waiting(days))) == (soon, over)


@pytest.mark.parametrize("status", [ReturnStatus.PENDING, ReturnStatus.APPROVED])
def test_the_clock_waits_until_goods_or_a_proof_of_posting_arrive(status: ReturnStatus) -> None:
    assert clock_paused(waiting(20, status=status))
    assert not is_overdue(waiting(20, status=status))
    assert is_overdue(waiting(20, status=status, tracking_number="LX1"))


def test_the_clock_runs_once_the_parcel_is_on_its_way() -> None:
    assert is_overdue(waiting(15, status=ReturnStatus.IN_TRANSIT))


def test_the_clock_waits_for_an_answer_of_the_customer() -> None:
    asked = InformationRequest("Which size?", make.NOON, make.ALICE)
    assert not is_overdue(waiting(20, question=asked))


def test_the_clock_stands_still_for_exchanges_and_closed_returns() -> None:
    assert not is_overdue(waiting(20, wish=Wish.EXCHANGE))
    assert not is_overdue(waiting(20, status=ReturnStatus.RESOLVED))
    assert not is_due_soon(waiting(14, refund_due_by=None))


def test_a_window_passes_only_while_nothing_was_sent() -> None:
    assert not window_passed(waiting(4, status=ReturnStatus.APPROVED))
    assert window_passed(waiting(5, status=ReturnStatus.APPROVED))
    assert not window_passed(waiting(5, status=ReturnStatus.APPROVED, tracking_number="LX1"))
    assert not window_passed(waiting(5))
