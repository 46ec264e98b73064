"""Plain signs of misuse, each with the number behind it. They are shown, and never decide anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.rules.case import ReturnCase
from store.money import total
from store.terms import Reason

MANY_RETURNS = 3
ENOUGH_ORDERS = 4
AT_ONCE = timedelta(hours=1)


@dataclass(frozen=True)
class Flag:
    """A sign by its name, and the numbers that are shown with it."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)


def many_returns(case: ReturnCase) -> Flag | None:
    """Three or more returns within 90 days, this one included."""
    count = case.history.recent_returns + 1
    return Flag("many_returns", {"count": count, "days": 90}) if count >= MANY_RETURNS else None


def high_return_rate(case: ReturnCase) -> Flag | None:
    """More than half of four or more orders came back."""
    orders, returns = case.history.orders, case.history.returns + 1
    if orders < ENOUGH_ORDERS or 2 * returns <= orders:
        return None
    return Flag(
        "high_return_rate", {"returns": returns, "orders": orders, "percent": 100 * returns // orders}
    )


def unusually_large(case: ReturnCase) -> Flag | None:
    """Worth more than twice what this customer usually orders for."""
    average = case.history.average_order
    due = total((item.due for item in case.items), case.order.currency)
    if average is None or average.currency != due.currency or due.minor <= 2 * average.minor:
        return None
    return Flag("unusually_large", {"amount": due, "average": average})


def asked_at_once(case: ReturnCase) -> Flag | None:
    """Asked for within an hour of the delivery."""
    delivered = case.order.delivered_at
    if delivered is None or not timedelta(0) <= case.opened_at - delivered < AT_ONCE:
        return None
    return Flag("asked_at_once", {"minutes": int((case.opened_at - delivered).total_seconds() // 60)})


def delivered_but_missing(case: ReturnCase) -> Flag | None:
    """Pieces are said to be missing although the carrier noted a delivery."""
    delivered = case.order.delivered_at
    if delivered is None or all(item.reason is not Reason.SHORT_SHIPPED for item in case.items):
        return None
    return Flag("delivered_but_missing", {"delivered": delivered})


def kept_before(case: ReturnCase) -> Flag | None:
    """The customer was paid before without sending the goods back."""
    count = case.history.kept_before
    return Flag("kept_before", {"count": count}) if count else None


def much_credit(case: ReturnCase) -> Flag | None:
    """The customer was given more store credit than the shop's limit."""
    given, limit = case.history.credit_given, case.policy.credit_limit
    if given is None or limit is None or given.currency != limit.currency or given <= limit:
        return None
    return Flag("much_credit", {"amount": given, "limit": limit})


FLAGS: tuple[Callable[[ReturnCase], Flag | None], ...] = (
    many_returns,
    high_return_rate,
    unusually_large,
    asked_at_once,
    delivered_but_missing,
    kept_before,
    much_credit,
)


def flags(case: ReturnCase) -> tuple[Flag, ...]:
    """Every sign that is there."""
    return tuple(flag for flag in (rule(case) for rule in FLAGS) if flag)
