"""The difference of a dearer exchange: asked for through Stripe, looked at, closed, and given back.

What Stripe's page or a webhook says is never believed: only a fresh look at the session is.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import documents
from bot.errors import Blocked, OutcomeUnknown, Refused, Unreachable
from bot.gateways.stripe import Payments, StripeRefund, StripeRefundOrder
from bot.gateways.stripe_checkout import CheckoutOrder, Checkouts, CheckoutSession
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from store.money import Money

NO_KEY = "STRIPE_API_KEY was removed, so Stripe cannot be asked."


@dataclass(frozen=True)
class Asking:
    """A request for payment, and which one of its exchange it is."""

    number: int
    order: CheckoutOrder


@dataclass(frozen=True)
class Asked:
    """A session that was made for ``asking``."""

    session_id: str
    asking: Asking


@dataclass(frozen=True)
class GiveBack:
    """A payment of a customer, or a part of it, that is to go back to where it came from."""

    number: int
    refund: StripeRefundOrder


@dataclass(frozen=True)
class Seen:
    """A session as last read. ``matches``: it is the payment that was asked for, whole and in real money."""

    number: int
    session_id: str
    is_open: bool
    promised: bool
    paid: bool
    matches: bool
    amount: Money
    payment_intent: str


@dataclass(frozen=True)
class Collection:
    """What the customer still has to pay, at Stripe."""

    payments: Payments | None

    def ask(self, task: Task) -> Mapping[str, Any]:
        """Make the session; the same key gives the same session, so a repeat makes no second one."""
        asking = documents.read(Asking, task.payload)
        task.guard()
        session = self._sessions().create(asking.order, f"op:{asking.order.operation}:checkout:v1")
        return {
            "session_id": session.session_id,
            "url": session.url,
            "expires_at": session.expires_at.isoformat(),
        }

    def look(self, task: Task) -> Mapping[str, Any]:
        """Read the session as it is now."""
        asked = documents.read(Asked, task.payload)
        return self._seen(asked, self._sessions().read(asked.session_id))

    def close(self, task: Task) -> Mapping[str, Any]:
        """Close the session so that nobody can pay it, and read what it is then: it may have been paid.

        Raises OutcomeUnknown while it is open still.
        """
        asked = documents.read(Asked, task.payload)
        sessions = self._sessions()
        with suppress(Refused):  # where it is not open any more, the look says why
            sessions.expire(asked.session_id)
        session = sessions.read(asked.session_id)
        if session.is_open:
            raise OutcomeUnknown("the payment can still be made", code="still_open")
        return self._seen(asked, session)

    def _sessions(self) -> Checkouts:
        if self.payments is None:
            raise Blocked(NO_KEY)
        return Checkouts(self.payments)

    def _seen(self, asked: Asked, session: CheckoutSession) -> Mapping[str, Any]:
        live = self.payments is not None and self.payments.live
        seen = Seen(
            number=asked.asking.number,
            session_id=session.session_id,
            is_open=session.is_open,
            promised=session.promised,
            paid=session.paid,
            matches=session.pays(asked.asking.order, live=live),
            amount=session.amount,
            payment_intent=session.payment_intent,
        )
        return {"seen": documents.write(seen)}


@dataclass(frozen=True)
class GivingBack:
    """Pays a customer's payment back, once."""

    payments: Payments | None

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Raises OutcomeUnknown when Stripe knows this refund already, Blocked when too little is left."""
        wanted = documents.read(GiveBack, task.payload).refund
        bank = self._asked().list_refunds(wanted.payment_intent)
        if _ours(bank, wanted):
            raise OutcomeUnknown("Stripe shows this refund already")
        return {"refunds": len(bank)}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Ask for the refund, under a key of its own."""
        wanted = documents.read(GiveBack, task.payload)
        task.guard()
        key = f"op:{wanted.refund.operation}:refund:v{task.key_version}"
        refund = self._asked().create_refund(wanted.refund, key)
        if task.attempt > 1:
            refund = self._read_again(refund)
        if not refund.counts:
            raise Refused(
                f"Stripe: the bank did not take it ({refund.trouble or refund.status})", code="failed"
            )
        return {"refund_id": refund.refund_id, "number": wanted.number}

    def probe(self, task: Task) -> Verdict:
        """What Stripe's own list of the payment's refunds shows."""
        wanted = documents.read(GiveBack, task.payload)
        found = _ours(self._asked().list_refunds(wanted.refund.payment_intent), wanted.refund)
        if not found:
            return Verdict(Look.ABSENT)
        if len(found) > 1 or found[0].amount != wanted.refund.amount:
            return Verdict(Look.PERSON, detail=N_("The bank shows another refund than was asked for."))
        return Verdict(Look.DONE, {"refund_id": found[0].refund_id, "number": wanted.number})

    def _asked(self) -> Payments:
        if self.payments is None:
            raise Blocked(NO_KEY)
        return self.payments

    def _read_again(self, refund: StripeRefund) -> StripeRefund:
        try:
            return self._asked().read_refund(refund.refund_id)
        except (Unreachable, Refused) as e:
            raise OutcomeUnknown(e.detail, code=e.code) from e


def expires_at(evidence: Mapping[str, Any]) -> datetime:
    """When a session that was made can be paid no longer."""
    return datetime.fromisoformat(evidence["expires_at"])


def _ours(bank: Sequence[StripeRefund], wanted: StripeRefundOrder) -> list[StripeRefund]:
    return [refund for refund in bank if refund.counts and refund.operation == wanted.operation]
