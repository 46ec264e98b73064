"""Payment intents and their charges: money coming in, or not; knows no refund."""

from bot.sandbox.stripe import currencies, shapes
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.ledger import EntryKind
from bot.sandbox.stripe.records import Json


def open_intent(
    account: Account,
    amount: int,
    currency: str,
    *,
    metadata: dict[str, str],
    description: str | None,
    livemode: bool,
) -> Json:
    """A payment intent nobody has paid yet; refuses amounts Stripe would not take."""
    currency = currencies.check_currency(currency, param="currency")
    currencies.check_payment(amount, currency, param="amount")
    intent = shapes.payment_intent(
        amount, currency, metadata=metadata, created=account.now(), livemode=livemode
    )
    intent["description"] = description
    account.records.add(intent)
    account.emit("payment_intent.created", intent)
    return intent


def collect(account: Account, intent: Json, *, method: str = "card", email: str | None = None) -> Json:
    """Collect the money at once; the succeeded charge."""
    charge = _attempt(account, intent, status="succeeded", method=method, email=email)
    _book(account, intent, charge)
    return charge


def begin(account: Account, intent: Json, *, method: str, email: str | None = None) -> Json:
    """Begin a payment whose money comes days later; the pending charge."""
    charge = _attempt(account, intent, status="pending", method=method, email=email)
    intent["status"] = "processing"
    account.emit("payment_intent.processing", intent)
    account.emit("charge.pending", charge)
    return charge


def arrive(account: Account, intent: Json) -> None:
    """The money of a begun payment came."""
    charge = account.records.find("charge", intent["latest_charge"], intent["livemode"])
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": charge["amount"]}
    _book(account, intent, charge)


def decline(account: Account, intent: Json, *, email: str | None = None) -> Json:
    """The bank says no to a card; the failed charge."""
    charge = _attempt(account, intent, status="failed", method="card", email=email)
    bounce(account, intent, code="card_declined", message="Your card was declined.")
    return charge


def bounce(account: Account, intent: Json, *, code: str, message: str) -> None:
    """The latest attempt came to nothing."""
    charge = account.records.find("charge", intent["latest_charge"], intent["livemode"])
    charge |= {"status": "failed", "failure_code": code, "failure_message": message}
    error = {"code": code, "message": message, "type": "card_error", "charge": charge["id"]}
    intent |= {"status": "requires_payment_method", "last_payment_error": error}
    account.emit("charge.failed", charge)
    account.emit("payment_intent.payment_failed", intent)


def _attempt(account: Account, intent: Json, *, status: str, method: str, email: str | None) -> Json:
    charge = shapes.charge(intent, status=status, method=method, email=email, created=account.now())
    account.records.add(charge)
    intent |= {
        "latest_charge": charge["id"],
        "payment_method": charge["payment_method"],
        "payment_method_types": [method],
        "receipt_email": email,
    }
    return charge


def _book(account: Account, intent: Json, charge: Json) -> None:
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
    entry = account.record_money(EntryKind.PAYMENT, charge["amount"], charge)
    charge["balance_transaction"] = entry.id
    account.emit("charge.succeeded", charge)
    account.emit("payment_intent.succeeded", intent)
