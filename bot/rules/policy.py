"""Windows, deadlines and clocks of a return, in whole days of the shop's calendar. Today is always told."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rules.case import Extension, ReturnCase
from bot.rules.lifecycle import is_open
from bot.rules.order import OrderSnapshot
from store.terms import ReturnStatus

SATURDAY = 5
REFUND_DAYS = 14  # Directive 2011/83/EU, article 13: from the day the trader is told of the withdrawal
SOON = timedelta(days=3)


def window_end(
    order: OrderSnapshot,
    *,
    days: int | None,
    timezone: str,
    holidays: Collection[date] = (),
    working_days: bool = True,
) -> date | None:
    """The last day to ask for a return (rules T1, T2, T5); None without a window.

    Counted in dates of the shop from delivery, else completion, else the order. With ``working_days`` an end
    on a Saturday, Sunday or one of ``holidays`` moves to the next working day (Regulation 1182/71).
    """
    if days is None:
        return None
    start = order.delivered_at or order.completed_at or order.created_at
    end = day_of(start, timezone) + timedelta(days=days)
    while working_days and (end.weekday() >= SATURDAY or end in holidays):
        end += timedelta(days=1)
    return end


def day_of(moment: datetime, timezone: str) -> date:
    """The date a moment falls on where the shop is."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def is_late(asked_at: datetime, end: date | None, *, timezone: str) -> bool:
    """Whether a return was asked for after its window; the last day counts until it is over."""
    return end is not None and day_of(asked_at, timezone) > end


def days_granted(extension: Extension) -> int | None:
    """By how many days a deadline was moved (rule T3); None when there was none before."""
    return None if extension.old_end is None else (extension.new_end - extension.old_end).days


def refund_due_by(noticed_at: datetime, *, timezone: str, days: int = REFUND_DAYS) -> date:
    """The last day to pay back: calendar days from the customer's notice (rule T4)."""
    return day_of(noticed_at, timezone) + timedelta(days=days)


def clock_paused(case: ReturnCase) -> bool:
    """Whether the refund clock waits for goods, a proof of posting, or the customer's answer (rule T4)."""
    posted = (
        case.received_at is not None or case.status is ReturnStatus.IN_TRANSIT or bool(case.tracking_number)
    )
    return not posted or case.question is not None


def is_overdue(case: ReturnCase) -> bool:
    """Whether the money should have been paid back before today."""
    return _running(case) and case.refund_due_by is not None and today(case) > case.refund_due_by


def is_due_soon(case: ReturnCase) -> bool:
    """Whether the money has to be paid back today or within three days."""
    if not _running(case) or case.refund_due_by is None or is_overdue(case):
        return False
    return case.refund_due_by - today(case) <= SOON


def window_passed(case: ReturnCase) -> bool:
    """Whether the window has ended and nothing was sent yet."""
    waiting = case.status in (ReturnStatus.PENDING, ReturnStatus.APPROVED) and not case.tracking_number
    return waiting and case.window_end is not None and today(case) > case.window_end


def months_later(day: date, months: int) -> date:
    """The same day of the month, ``months`` later; the last one where that month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def today(case: ReturnCase) -> date:
    """The date of the case in the shop's time zone."""
    return day_of(case.as_of, case.timezone)


def _running(case: ReturnCase) -> bool:
    return is_open(case.status) and not case.exchange_stands and not clock_paused(case)
