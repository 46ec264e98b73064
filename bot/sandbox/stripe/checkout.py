"""Checkout sessions: made, paid once, expired; what the customer's page does to them, not how it looks."""

from typing import Literal

from bot.sandbox.stripe import payments
from bot.sandbox.stripe.account import Account
from bot.sandbox.stripe.errors import StripeError
from bot.sandbox.stripe.records import Json

Way = Literal["card", "card_declined", "delayed"]
WAYS: tuple[Way, ...] = ("card", "card_declined", "delayed")
DELAYED_METHOD = "sepa_debit"


def lapse_due(account: Account) -> None:
    """Expire every open session whose time is over."""
    for session in account.records.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= account.now():
            _end(account, session)


def expire(account: Account, session: Json) -> Json:
    """Close an open session; a complete or expired one is refused, for it may just have been paid."""
    if session["status"] != "open":
        text = f"Only open Checkout Sessions can be expired; this one has the status `{session['status']}`."
        raise StripeError(400, text)
    _end(account, session)
    return session


def pay(account: Account, session: Json, way: Way, *, email: str | None = None) -> bool:
    """What the customer chose on the page; whether the session is complete now.

    Raises ``StripeError`` when the session is not open any more.
    """
    if session["status"] != "open":
        text = f"This Checkout Session has the status `{session['status']}`."
        raise StripeError(400, text)
    email = session["customer_email"] or email
    if not session["amount_total"]:
        _complete(account, session, "no_payment_required", email)
        return True
    intent = _intent(account, session)
    if way == "card_declined":
        payments.decline(account, intent, email=email)
        return False
    if way == "delayed":
        payments.begin(account, intent, method=DELAYED_METHOD, email=email)
        _complete(account, session, "unpaid", email)
    else:
        payments.collect(account, intent, email=email)
        _complete(account, session, "paid", email)
    return True


def settle(account: Account, session: Json, *, succeeded: bool) -> None:
    """The end of a delayed payment; ValueError when the session waits for none."""
    intent = _begun(account, session)
    if intent is None:
        raise ValueError(f"{session['id']} waits for no delayed payment")
    if succeeded:
        payments.arrive(account, intent)
        session["payment_status"] = "paid"
        account.emit("checkout.session.async_payment_succeeded", session)
    else:
        payments.bounce(account, intent, code="payment_intent_payment_attempt_failed", message="No funds.")
        account.emit("checkout.session.async_payment_failed", session)


def waits_for_money(account: Account, session: Json) -> bool:
    """Whether the bank promised the money of a complete session and has not sent or refused it yet."""
    return _begun(account, session) is not None


def state_of(account: Account, session: Json) -> str:
    """How far the payment is, for people: open, pending, paid, failed or expired."""
    if session["status"] != "complete":
        return str(session["status"])
    if session["payment_status"] != "unpaid":
        return "paid"
    return "pending" if waits_for_money(account, session) else "failed"


def _begun(account: Account, session: Json) -> Json | None:
    intent = account.records.get("payment_intent", session["payment_intent"] or "")
    return intent if intent and intent["status"] == "processing" else None


def _intent(account: Account, session: Json) -> Json:
    # Stripe makes the payment intent when the customer first confirms, not with the session.
    if session["payment_intent"]:
        found = account.records.get("payment_intent", session["payment_intent"])
        assert found is not None
        return found
    data = session["intent_data"]
    intent = payments.open_intent(
        account,
        session["amount_total"],
        session["currency"],
        metadata=data["metadata"],
        description=data["description"],
        livemode=session["livemode"],
    )
    session["payment_intent"] = intent["id"]
    return intent


def _complete(account: Account, session: Json, payment_status: str, email: str | None) -> None:
    details: Json = {
        "address": None,
        "email": email,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    session |= {
        "status": "complete",
        "payment_status": payment_status,
        "customer_details": details,
        "url": None,
    }
    account.emit("checkout.session.completed", session)


def _end(account: Account, session: Json) -> None:
    session |= {"status": "expired", "url": None}
    account.emit("checkout.session.expired", session)
