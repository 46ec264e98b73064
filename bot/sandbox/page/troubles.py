"""What goes wrong at the press of a button, each used up by the request it meets, and what still waits."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.sandbox.faults import Fault, Plan
from bot.sandbox.shop import Mishap

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

# Wherever it is asked for: cards are paid back through Stripe, everything else through the shop.
REFUND = {"method": "POST", "path": r"/refunds$"}
SHARING = r"files\.completeUploadExternal$"
CHECKOUT = {"method": "POST", "path": r"/checkout/sessions$"}

TROUBLES: dict[str, Callable[["Sandbox"], object]] = {
    "refund_lost": lambda s: s.faults.plan("", Fault.LOST_AFTER, **REFUND),
    "refund_never_arrives": lambda s: s.faults.plan("", Fault.LOST_BEFORE, **REFUND),
    "refund_late": lambda s: s.faults.plan("", Fault.SLOW, seconds=8.0, **REFUND),
    "refund_cached_page": lambda s: s.faults.plan("", Fault.HTML_AFTER, **REFUND),
    "refund_error": lambda s: s.faults.plan("", Fault.ERROR_AFTER, **REFUND),
    "bank_declines": lambda s: s.shop.plan_mishap(Mishap.DECLINED),
    "dies_after_money": lambda s: s.shop.plan_mishap(Mishap.DIES_AFTER_MONEY),
    "hand_refund": lambda s: s.shop.plan_mishap(Mishap.HAND_REFUND),
    "refund_hangs": lambda s: s.shop.plan_mishap(Mishap.SLOW, seconds=70),
    "refund_drops": lambda s: s.faults.plan("", Fault.HANG_AFTER, seconds=70.0, **REFUND),
    "bank_pays_late": lambda s: s.shop.plan_mishap(Mishap.PAID_LATE, seconds=30),
    "phantom": lambda s: s.shop.plan_mishap(Mishap.PHANTOM_AFTER),
    "bank_keeps": lambda s: s.stripe.script_refunds("pending"),
    "bank_gives_up": lambda s: settle_pending(s, "failed"),
    "bank_pays": lambda s: settle_pending(s, "succeeded"),
    "shop_busy": lambda s: s.faults.plan("shop", Fault.BUSY, times=2, seconds=2.0),
    "slack_busy": lambda s: s.faults.plan("slack", Fault.BUSY, path=r"chat\.update", seconds=3.0),
    "slack_lost": lambda s: s.faults.plan("slack", Fault.LOST_AFTER, path=r"chat\.(update|postMessage)"),
    "photo_lost": lambda s: s.faults.plan("slack", Fault.LOST_AFTER, path=SHARING),
    "stripe_lost": lambda s: s.faults.plan("stripe", Fault.LOST_AFTER, method="POST"),
    "checkout_lost": lambda s: s.faults.plan("stripe", Fault.LOST_AFTER, **CHECKOUT),
}


SWITCHES = ("maintenance", "webhooks_lost")

# What waits is called as the button that planned it, where a button did.
BUTTONS = {
    ("", Fault.LOST_AFTER): "refund_lost",
    ("", Fault.LOST_BEFORE): "refund_never_arrives",
    ("", Fault.SLOW): "refund_late",
    ("", Fault.HTML_AFTER): "refund_cached_page",
    ("", Fault.ERROR_AFTER): "refund_error",
    ("", Fault.HANG_AFTER): "refund_drops",
    ("shop", Fault.BUSY): "shop_busy",
    ("slack", Fault.BUSY): "slack_busy",
    ("slack", Fault.LOST_AFTER): "slack_lost",
    ("stripe", Fault.LOST_AFTER): "stripe_lost",
    ("shop", Mishap.DECLINED): "bank_declines",
    ("shop", Mishap.DIES_AFTER_MONEY): "dies_after_money",
    ("shop", Mishap.HAND_REFUND): "hand_refund",
    ("shop", Mishap.SLOW): "refund_hangs",
    ("shop", Mishap.PAID_LATE): "bank_pays_late",
    ("shop", Mishap.PHANTOM_AFTER): "phantom",
}


def settle_pending(sandbox: "Sandbox", status: str) -> None:
    """Let every refund the bank keeps end now; LookupError in words when it keeps none."""
    kept = [one["id"] for one in sandbox.stripe.all("refund") if one["status"] == "pending"]
    if not kept:
        raise LookupError("The bank keeps no refund.")
    reason = "lost_or_stolen_card" if status == "failed" else None
    for refund in kept:
        sandbox.stripe.change_refund(refund, status, failure_reason=reason)


def press(sandbox: "Sandbox", name: str) -> None:
    """Plan the trouble ``name``; "clear" forgets all that are still waiting."""
    if name == "clear":
        sandbox.faults.clear()
        sandbox.shop.state.mishaps.clear()
        sandbox.stripe.account.refund_scripts.clear()
    elif name == "webhooks_lost":
        lost = not sandbox.shop.state.habits.lost
        sandbox.shop.lose_webhooks(lost=lost)
        sandbox.stripe.lose_events(lost=lost)
    elif name == "maintenance":
        sandbox.shop.state.maintenance = not sandbox.shop.state.maintenance
    else:
        TROUBLES[name](sandbox)


def waiting(sandbox: "Sandbox") -> list[dict[str, Any]]:
    """The faults that have not met their request yet, and the switches that are on; ``id`` takes one back."""
    state = sandbox.shop.state
    faults = [_fault_row(plan) for plan in sandbox.faults.waiting()]
    mishaps = [
        _row(f"mishap-{id(plan)}", "shop", plan.mishap, plan.times)
        for plan in state.mishaps.plans
        if plan.times > 0
    ]
    scripts = len(sandbox.stripe.account.refund_scripts)
    kept = [_row("bank", "stripe", "bank_keeps", scripts)] if scripts else []
    on = {"maintenance": state.maintenance, "webhooks_lost": state.habits.lost}
    switches = [_row(name, "shop", name, 1) for name in SWITCHES if on[name]]
    return [*faults, *mishaps, *kept, *switches]


def take_back(sandbox: "Sandbox", name: str) -> None:
    """Take one row of ``waiting`` back; one that struck in the meantime does not matter."""
    if name in SWITCHES:
        if name in [row["id"] for row in waiting(sandbox)]:
            press(sandbox, name)
    elif name == "bank":
        sandbox.stripe.account.refund_scripts.clear()
    elif name.startswith("fault-"):
        sandbox.faults.withdraw(int(name.removeprefix("fault-")))
    else:
        sandbox.shop.state.mishaps.withdraw(lambda plan: f"mishap-{id(plan)}" == name)


def _fault_row(plan: Plan) -> dict[str, Any]:
    row = _row(f"fault-{plan.number}", plan.service, plan.fault, plan.times)
    own = {CHECKOUT["path"]: "checkout_lost", SHARING: "photo_lost"}.get(plan.path)
    return row | {"button": own} if own else row


def _row(number: str, service: str, what: Fault | Mishap | str, times: int) -> dict[str, Any]:
    own = what if what in (*SWITCHES, "bank_keeps") else ""
    button = BUTTONS.get((service, what), own) if isinstance(what, Fault | Mishap) else own
    return {"id": number, "service": service, "what": str(what), "times": times, "button": button}
