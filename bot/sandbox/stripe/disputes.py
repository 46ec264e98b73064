"""Disputes: the customer's bank takes the money back, and may return it."""

from bot.sandbox.stripe import shapes
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.ledger import EntryKind
from bot.sandbox.stripe.records import Json


def dispute(account: Account, charge: Json, amount: int | None, reason: str) -> Json:
    """Open a dispute over ``amount``, or over all the shop still holds of the charge."""
    left = charge["amount"] - charge["amount_refunded"]
    record = shapes.dispute(charge, amount or left, reason=reason, created=account.now())
    account.records.add(record)
    charge["disputed"] = True
    account.record_money(EntryKind.DISPUTE, record["amount"], record)
    account.emit("charge.dispute.created", record)
    account.emit("charge.dispute.funds_withdrawn", record)
    return record


def close(account: Account, record: Json, status: str) -> None:
    """The bank decided: won or lost. The charge stays marked as disputed either way."""
    if status not in ("won", "lost") or record["status"] in ("won", "lost"):
        raise ValueError(f"a {record['status']} dispute does not become {status}")
    record["status"] = status
    if status == "won":
        account.record_money(EntryKind.DISPUTE_REVERSAL, record["amount"], record)
        account.emit("charge.dispute.funds_reinstated", record)
    account.emit("charge.dispute.closed", record)
