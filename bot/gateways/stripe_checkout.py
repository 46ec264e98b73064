"""Payments a customer still has to make: Stripe's Checkout sessions, made under our keys, read and closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.errors import OutcomeUnknown
from bot.gateways.stripe import Payments
from bot.gateways.stripe_amounts import from_stripe, to_stripe
from bot.gateways.stripe_errors import asking, writing
from store.money import Money

OPEN, COMPLETE, PAID = "open", "complete", "paid"
OFF = ("requires_payment_method", "canceled")  # what a payment falls back to when the bank said no


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """A payment to ask for, the same each time it is asked for. ``operation`` is random and its own.

    ``language`` is the customer's, as a locale of Stripe's; ``expires_at`` is half an hour to a day ahead.
    """

    amount: Money
    operation: str
    title: str
    email: str
    language: str
    success_url: str
    expires_at: datetime
    about: Mapping[str, str]

    def body(self) -> Any:
        """What is sent. A customer who could pay in a currency of their own would pay another amount."""
        metadata = {**self.about, "operation": self.operation}
        price = {
            "currency": self.amount.currency.lower(),
            "unit_amount": to_stripe(self.amount),
            "product_data": {"name": self.title},
        }
        return {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "adaptive_pricing": {"enabled": False},
            "customer_email": self.email,
            "locale": self.language,
            "success_url": self.success_url,
            "cancel_url": self.success_url,
            "expires_at": int(self.expires_at.timestamp()),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
        }


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A session as Stripe shows it now. ``paid`` means that the money is there, not that it was promised.

    ``promised``: the customer did their part, and a bank may still take days or say no. ``url`` is where the
    customer pays, empty once that is over.
    """

    session_id: str
    url: str
    is_open: bool
    promised: bool
    paid: bool
    amount: Money
    operation: str
    live: bool
    payment_intent: str
    expires_at: datetime

    def pays(self, wanted: CheckoutOrder, *, live: bool) -> bool:
        """Whether this is the payment that was asked for, whole, in real money where that is due."""
        asked = (wanted.amount, wanted.operation, live)
        return self.paid and (self.amount, self.operation, self.live) == asked


@dataclass(frozen=True)
class Checkouts:
    """The sessions of one account. Safe to share between threads."""

    payments: Payments

    def create(self, wanted: CheckoutOrder, key: str) -> CheckoutSession:
        """Make a session; asked again under the same ``key`` within a day, Stripe repeats its first answer.

        Raises Refused, Unreachable, or OutcomeUnknown (the same key once more tells).
        """
        sessions = self.payments.client.v1.checkout.sessions
        with writing():
            session = _session(sessions.create(wanted.body(), {"idempotency_key": key}).to_dict())
        if (session.amount, session.operation) != (wanted.amount, wanted.operation):
            raise OutcomeUnknown("Stripe answered about another payment than was asked for", code="other")
        return session

    def read(self, session_id: str) -> CheckoutSession:
        """The session as it is now. Raises Refused when there is none, Unreachable otherwise."""
        with asking():
            sessions = self.payments.client.v1.checkout.sessions
            return _session(sessions.retrieve(session_id, {"expand": ["payment_intent"]}).to_dict())

    def expire(self, session_id: str) -> CheckoutSession:
        """Close the session, so that it can never be paid.

        Raises Refused when it is closed or paid already (``read`` tells), Unreachable or OutcomeUnknown. To
        repeat it is harmless.
        """
        with writing():
            return _session(self.payments.client.v1.checkout.sessions.expire(session_id).to_dict())


def _session(row: dict[str, Any]) -> CheckoutSession:
    intent = row.get("payment_intent") or ""
    paid, complete = row["payment_status"] == PAID, row["status"] == COMPLETE
    return CheckoutSession(
        session_id=row["id"],
        url=row.get("url") or "",
        is_open=row["status"] == OPEN,
        promised=complete and not paid and not _is_off(intent),
        paid=paid,
        amount=from_stripe(row["amount_total"], row["currency"]),
        operation=str((row.get("metadata") or {}).get("operation") or ""),
        live=row["livemode"] is True,
        payment_intent=intent if isinstance(intent, str) else intent["id"],
        expires_at=datetime.fromtimestamp(row["expires_at"], UTC),
    )


def _is_off(intent: Any) -> bool:
    """Whether the payment behind a session failed; that shows on the payment, never on the session."""
    return not isinstance(intent, str) and intent["status"] in OFF
