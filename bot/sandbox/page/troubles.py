"""The things that go wrong at the press of a button; each is used up by the request it meets."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

REFUND = {"method": "POST", "path": r"/refunds$"}
ORDER = {"method": "GET", "path": r"/orders/\d+$"}

TROUBLES: dict[str, Callable[["Sandbox"], object]] = {
    "refund_lost": lambda s: s.faults.plan("shop", Fault.LOST_AFTER, **REFUND),
    "refund_never_arrives": lambda s: s.faults.plan("shop", Fault.LOST_BEFORE, **REFUND),
    "refund_late": lambda s: s.faults.plan("shop", Fault.SLOW, seconds=8.0, **REFUND),
    "refund_cached_page": lambda s: s.faults.plan("shop", Fault.HTML_AFTER, **REFUND),
    "refund_error": lambda s: s.faults.plan("shop", Fault.ERROR_AFTER, **REFUND),
    "bank_declines": lambda s: s.shop.plan_mishap(Mishap.DECLINED),
    "dies_after_money": lambda s: s.shop.plan_mishap(Mishap.DIES_AFTER_MONEY),
    "hand_refund": lambda s: s.shop.plan_mishap(Mishap.HAND_REFUND),
    "shop_busy": lambda s: s.faults.plan("shop", Fault.BUSY, times=2, seconds=2.0),
    "slack_busy": lambda s: s.faults.plan("slack", Fault.BUSY, path=r"chat\.update", seconds=3.0),
    "slack_lost": lambda s: s.faults.plan("slack", Fault.LOST_AFTER, path=r"chat\.(update|postMessage)"),
    "stripe_lost": lambda s: s.faults.plan("stripe", Fault.LOST_AFTER, method="POST"),
}


def press(sandbox: "Sandbox", name: str) -> None:
    """Plan the trouble ``name``; "clear" forgets all that are still waiting."""
    if name == "clear":
        sandbox.faults.clear()
        sandbox.shop.state.mishaps.clear()
    elif name == "maintenance":
        sandbox.shop.state.maintenance = not sandbox.shop.state.maintenance
    else:
        TROUBLES[name](sandbox)


def waiting(sandbox: "Sandbox") -> list[dict[str, Any]]:
    """The faults that have not met their request yet."""
    faults: list[dict[str, Any]] = [
        {"service": plan.service, "what": plan.fault.value, "times": plan.times}
        for plan in sandbox.faults.plans
        if plan.times > 0
    ]
    mishaps: list[dict[str, Any]] = [
        {"service": "shop", "what": plan.mishap.value, "times": plan.times}
        for plan in sandbox.shop.state.mishaps.plans
        if plan.times > 0
    ]
    closed = (
        [{"service": "shop", "what": "maintenance", "times": 1}] if sandbox.shop.state.maintenance else []
    )
    return [*faults, *mishaps, *closed]
