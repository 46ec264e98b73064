"""A refund asked of Stripe directly, under a key of our own; the shop learns of it afterwards.

Within a day Stripe answers the same key with the same refund, so a repeat cannot pay twice. What was asked
for is written down once and never rebuilt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot import documents
from bot.errors import Blocked, OutcomeUnknown, Refused, Unreachable
from bot.gateways.stripe import Payments, StripeRefund, StripeRefundOrder
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from bot.resolutions.bank import shown
from bot.resolutions.booking import Booking, check, check_bank

KEY_LIVES = timedelta(hours=23)  # Stripe may forget a key after 24 hours


@dataclass(frozen=True)
class Payout:
    """The refund to ask for. ``booking`` is the row the shop will be given once the money has moved."""

    booking: Booking
    payment_intent: str
    operation: str
    about: Mapping[str, str]


@dataclass(frozen=True)
class Payouts:
    """Where money is paid back without the shop: Stripe, watched over by what the shop says of the order."""

    shop: Shop
    payments: Payments | None

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Read order and payment afresh and refuse what no longer holds; the shop's rows are the baseline.

        Raises Blocked with the reason, OutcomeUnknown when Stripe knows this refund already, Unreachable.
        """
        payout = documents.read(Payout, task.payload)
        bank = self._list(payout)
        if _ours(bank, payout):
            raise OutcomeUnknown("Stripe shows this refund already")
        if task.attempt:
            return task.baseline  # what was true then decided; the same request goes out again
        order = self.shop.read_order(payout.booking.order_id)
        check(order, payout.booking)
        check_bank(order, bank)
        return {"refunds": [refund.refund_id for refund in order.refunds]}

    def send(self, task: Task) -> Mapping[str, Any]:
        """Ask for the refund. An answer that may be a repetition of the first one is read anew."""
        payout = documents.read(Payout, task.payload)
        task.guard()
        refund = self._asked().create_refund(_order_of(payout), _key(task, payout))
        if task.attempt > 1:
            refund = self._read_again(refund)
        if not refund.counts:
            raise Refused(
                f"Stripe: the bank did not take it ({refund.trouble or refund.status})", code="failed"
            )
        return _evidence(refund)

    def probe(self, task: Task) -> Verdict:
        """What Stripe's own list of the payment's refunds shows."""
        payout = documents.read(Payout, task.payload)
        found = _ours(self._list(payout), payout)
        if len(found) > 1:
            return Verdict(Look.PERSON, detail=N_("The bank shows this refund more than once."))
        if not found:
            return Verdict(Look.ABSENT)
        if found[0].amount != payout.booking.amount:
            return Verdict(Look.PERSON, detail=N_("The bank paid back another amount than was asked for."))
        return Verdict(Look.DONE, _evidence(found[0]))

    def _list(self, payout: Payout) -> Sequence[StripeRefund]:
        return self._asked().list_refunds(payout.payment_intent)

    def _asked(self) -> Payments:
        if self.payments is None:
            raise Blocked("STRIPE_API_KEY was removed, so Stripe cannot be asked.")
        return self.payments

    def _read_again(self, refund: StripeRefund) -> StripeRefund:
        try:
            return self._asked().read_refund(refund.refund_id)
        except (Unreachable, Refused) as e:
            raise OutcomeUnknown(e.detail, code=e.code) from e


@dataclass(frozen=True)
class Watched:
    """A refund the bank has not decided on yet."""

    refund_id: str


@dataclass(frozen=True)
class Watch:
    """Asks Stripe what became of refunds that were pending."""

    payments: Payments | None

    def send(self, task: Task) -> Mapping[str, Any]:
        """Read the refund as it is now."""
        if self.payments is None:
            raise Refused("there is no key for Stripe any more", code="no_key")
        return {"bank": shown(self.payments.read_refund(documents.read(Watched, task.payload).refund_id))}


def _ours(bank: Sequence[StripeRefund], payout: Payout) -> list[StripeRefund]:
    """Refunds of this operation whose money did not come back."""
    return [refund for refund in bank if refund.counts and refund.operation == payout.operation]


def _order_of(payout: Payout) -> StripeRefundOrder:
    booking = payout.booking
    reason = f"{booking.reference} {booking.words}".strip()
    return StripeRefundOrder(payout.payment_intent, booking.amount, payout.operation, reason, payout.about)


def _key(task: Task, payout: Payout) -> str:
    """One key serves one endpoint, hence its name in it."""
    return f"op:{payout.operation}:refund:v{task.key_version}"


def _evidence(refund: StripeRefund) -> Mapping[str, Any]:
    return {"bank": shown(refund), "booked": False}
