"""Refunds: money going back, at once or later, and sometimes not; Stripe's own refusals of it."""

from bot.sandbox.stripe import currencies, shapes
from bot.sandbox.stripe.account import Account, RefundScript
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.ledger import EntryKind
from bot.sandbox.stripe.records import Json

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
STATUSES = ("pending", "requires_action", "succeeded", "failed", "canceled")

# A refund the bank took may still come back weeks later; a failed or canceled one is over.
CHANGES = {
    "pending": ("requires_action", "succeeded", "failed", "canceled"),
    "requires_action": ("pending", "succeeded", "failed", "canceled"),
    "succeeded": ("failed",),
}

# Longer reasons of a shop are cut to 450 characters by its plugin, metadata holding 500 at most.
PLUGIN_CUT, PLUGIN_LIMIT = 450, 500


def charge_of(account: Account, intent: Json) -> Json:
    """The charge of a payment intent that a refund would go to."""
    charge = account.records.get("charge", intent["latest_charge"] or "")
    if charge is None or intent["status"] != "succeeded":
        text = f"This payment intent ({intent['id']}) has no successful charge to refund."
        raise StripeError(400, text, code="charge_not_refundable", param="payment_intent")
    return charge


def refund(
    account: Account, charge: Json, amount: int | None, *, reason: str | None, metadata: dict[str, str]
) -> Json:
    """Give back ``amount`` minor units, or all that is left; raises Stripe's refusals."""
    amount = _refundable(charge, amount)
    record = shapes.refund(charge, amount, reason=reason, metadata=metadata, created=account.now())
    scripts = account.refund_scripts
    _begin(record, scripts.popleft() if scripts else RefundScript("succeeded"))
    if record["status"] != "failed":
        entry = account.record_money(EntryKind.REFUND, amount, record)
        record["balance_transaction"] = entry.id
        _set_refunded(charge, charge["amount_refunded"] + amount)
    account.records.add(record)
    _announce(account, record, charge)
    return record


def refund_from_plugin(account: Account, charge: Json, amount: int, reason: str) -> Json:
    """What the WooCommerce Stripe plugin asks for: no key, and the shop's reason in the metadata."""
    if len(reason) > PLUGIN_LIMIT:
        reason = f"{reason[:PLUGIN_CUT]}... [the order has the rest]"
    metadata = {"reason": reason} if reason else {}
    return refund(account, charge, amount, reason=None, metadata=metadata)


def change(account: Account, record: Json, status: str, *, failure_reason: str | None = None) -> None:
    """What became of a refund later; ValueError for a change Stripe's refunds never make."""
    before = record["status"]
    if status not in CHANGES.get(before, ()):
        raise ValueError(f"a {before} refund does not become {status}")
    record["status"] = status
    record.pop("pending_reason", None)
    if status in ("failed", "canceled"):
        _take_back(account, record, failure_reason if status == "failed" else "merchant_request")
    account.emit("refund.updated", record, {"status": before})
    account.emit("charge.refund.updated", record, {"status": before})
    if status == "failed":
        account.emit("refund.failed", record)


def cancel(account: Account, record: Json) -> Json:
    """Stop a refund that still waits for the customer; any other is past stopping."""
    if record["status"] != "requires_action":
        text = f"A refund with the status {record['status']} cannot be canceled."
        raise StripeError(400, text)
    change(account, record, "canceled")
    return record


def _refundable(charge: Json, amount: int | None) -> int:
    if charge["status"] != "succeeded":
        raise StripeError(400, f"Charge {charge['id']} was not successful.", code="charge_not_refundable")
    if charge["disputed"]:
        text = f"Charge {charge['id']} has been charged back; it cannot be refunded."
        raise StripeError(400, text, code="charge_disputed")
    left: int = charge["amount"] - charge["amount_refunded"]
    if not left:
        text = f"Charge {charge['id']} has already been refunded."
        raise StripeError(400, text, code="charge_already_refunded")
    if amount is None:
        return left
    currencies.check_steps(amount, charge["currency"], param="amount")
    if amount > left:
        asked, rest = (currencies.describe(value, charge["currency"]) for value in (amount, left))
        raise StripeError(
            400,
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})",
            param="amount",
        )
    return amount


def _begin(record: Json, script: RefundScript) -> None:
    record["status"] = script.status
    if script.status == "pending":
        record["pending_reason"] = script.pending_reason or "processing"
    if script.status == "failed":
        record["failure_reason"] = script.failure_reason or "unknown"
    if script.status == "requires_action":
        record["next_action"] = {"type": "display_details"}


def _announce(account: Account, record: Json, charge: Json) -> None:
    # For a card refund nothing more follows: refund.updated comes only when something changes later.
    account.emit("refund.created", record)
    if record["status"] == "failed":
        account.emit("refund.failed", record)
    else:
        account.emit("charge.refunded", charge)


def _take_back(account: Account, record: Json, reason: str | None) -> None:
    charge = account.records.find("charge", record["charge"], record["livemode"])
    entry = account.record_money(EntryKind.REFUND_FAILURE, record["amount"], record)
    record["failure_balance_transaction"] = entry.id
    record["failure_reason"] = reason or "unknown"
    _set_refunded(charge, charge["amount_refunded"] - record["amount"])


def _set_refunded(charge: Json, amount: int) -> None:
    charge |= {"amount_refunded": amount, "refunded": amount == charge["amount"]}
