"""Control totals: what ours, the shop's and the bank's books say of a day, over all orders the desk knows.

Ours are counted from our resolutions, the others from what the comparisons of the orders showed: an order
that dropped out of the comparisons shows here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from bot.desk import Desk
from bot.desk.changes import an_operation
from bot.desk.reconciliation_plans import plan_comparison
from bot.desk.reconciliation_rows import Keeper
from bot.errors import Unreachable
from bot.operations import Task
from bot.rules.difference import Found
from store import journal, reconciliation
from store.db import writing
from store.models import Difference, Operation, Tally
from store.money import Money
from store.reconciliation import Settled
from store.terms import DifferenceKind

DAY = "books.day"
AT_NIGHT = time(3)
DAYS_BACK = 7  # a desk that was away for a week catches up
PATIENCE = timedelta(days=1)  # for orders that cannot be read; then what is known is counted


@dataclass(frozen=True)
class Day:
    """A day of the shop, from its midnight to the next, as moments."""

    day: date
    start: datetime
    end: datetime


def plan_days(desk: Desk) -> None:
    """Want each of the last days totalled, once, in the night after it."""
    now = desk.now()
    today = now.astimezone(desk.words.timezone).date()
    with writing(desk.engine) as session:
        for back in range(1, DAYS_BACK + 1):
            operation = _operation(desk, today - timedelta(days=back), now)
            reconciliation.plan_once(session, operation)


def perform_day(desk: Desk, task: Task) -> Mapping[str, Any]:
    """Carry out ``books.day``. Raises Unreachable while an order of that day waits to be compared."""
    day, now = _day(desk, date.fromisoformat(task.payload["day"])), desk.now()
    if now < day.end + PATIENCE and _wait_for_comparisons(desk, day, now):
        raise Unreachable("not every order of that day has been compared since")
    with writing(desk.engine) as session:
        settled = reconciliation.settled_between(session, day.start, day.end)
        tallies = reconciliation.tallies_of(session, day.day)
        found = _found(session, day.day, settled, tallies)
        keeper = Keeper(desk, session, now)
        known = reconciliation.open_with(session, f"{DifferenceKind.DAY_DIFFERS}/")
        keeper.settle_gone([row for row in known if row.about["day"] == task.payload["day"]], found)
        for one in found:
            keeper.see(one)
        if not task.payload.get("again"):
            _look_at_other_days(desk, session, known, task.payload["day"], now)
    orders = {one.order_id for one in settled} | {row.order_id for row in tallies}
    return {"orders": len(orders), "found": len(found)}


def _wait_for_comparisons(desk: Desk, day: Day, now: datetime) -> bool:
    with writing(desk.engine) as session:
        settled = {one.order_id for one in reconciliation.settled_between(session, day.start, day.end)}
        fresh = {
            row.order_id for row in reconciliation.tallies_of(session, day.day) if row.compared_at >= day.end
        }
        for order_id in settled - fresh:
            plan_comparison(session, order_id, now)
        return bool(settled - fresh)


def _found(
    session: Session, day: date, settled: Sequence[Settled], tallies: Sequence[Tally]
) -> tuple[Found, ...]:
    currencies = sorted({one.currency for one in settled} | {row.currency for row in tallies})
    found = (
        _of_currency(
            session,
            day,
            currency,
            [one for one in settled if one.currency == currency],
            [row for row in tallies if row.currency == currency],
        )
        for currency in currencies
    )
    return tuple(one for one in found if one is not None)


def _of_currency(
    session: Session, day: date, currency: str, settled: Sequence[Settled], tallies: Sequence[Tally]
) -> Found | None:
    ours = sum(one.amount for one in settled) + sum(row.outside_minor for row in tallies)
    shop, bank = sum(row.shop_minor for row in tallies), sum(row.bank_minor for row in tallies)
    through = sum(row.through_minor for row in tallies)
    if ours == shop and through == bank:
        return None
    numbers = reconciliation.numbers_of(session, _guilty(settled, tallies))
    about = {"day": day.isoformat(), "through": through, "orders": sorted(numbers.values())}
    return Found(
        DifferenceKind.DAY_DIFFERS,
        f"{day}/{currency}",
        ours=Money(ours, currency),
        shop=Money(shop, currency),
        bank=Money(bank, currency),
        about=about,
    )


def _guilty(settled: Sequence[Settled], tallies: Sequence[Tally]) -> set[int]:
    """The orders whose own figures do not agree."""
    ours = {one.order_id: one.amount for one in settled}
    seen = {row.order_id for row in tallies}
    wrong = {
        row.order_id
        for row in tallies
        if ours.get(row.order_id, 0) + row.outside_minor != row.shop_minor
        or row.through_minor != row.bank_minor
    }
    return wrong | (set(ours) - seen)


def _look_at_other_days(
    desk: Desk, session: Session, known: Sequence[Difference], this: str, now: datetime
) -> None:
    """A day that did not agree is totalled again each night, until it does or a person settles it."""
    for other in {row.about["day"] for row in known} - {this}:
        operation = _operation(desk, date.fromisoformat(other), now)
        operation.payload = {"day": other, "again": True}
        if reconciliation.is_over(session, operation.key):
            journal.plan_again(session, operation)


def _operation(desk: Desk, day: date, now: datetime) -> Operation:
    night = datetime.combine(day + timedelta(days=1), AT_NIGHT, desk.words.timezone).astimezone(UTC)
    operation = an_operation(f"books/day/{day}", DAY, "books", {"day": day.isoformat()}, now=now)
    operation.due_at = max(night, now)
    return operation


def _day(desk: Desk, day: date) -> Day:
    zone = desk.words.timezone
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return Day(day, start, end)
