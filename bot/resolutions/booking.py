"""One refund row in the shop, with or without the gateway: read afresh, send once, look for it after doubt.

WooCommerce keeps no idempotency key. What stands in for one: the reference that opens the row's reason, which
the shop writes before it asks the gateway, and the bank's own list of refunds where it can be asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import documents
from bot.errors import Blocked, OutcomeUnknown, Refused
from bot.gateways.stripe import Payments, StripeRefund
from bot.gateways.woocommerce import Shop
from bot.i18n import N_
from bot.operations import Look, Task, Verdict
from bot.resolutions.bank import shown, shown_of
from bot.resolutions.restocking import counters, moves, reference_of
from bot.rules.choice import QuoteLine, RestockLine
from bot.rules.order import OrderSnapshot, ShopRefund
from store.money import Money, total


@dataclass(frozen=True)
class Booking:
    """The refund row to make. ``known`` are the shop's rows the decision took into account.

    ``awaited`` are refunds of ours that the shop's plugin may book meanwhile, with rows that name nobody.
    """

    order_id: int
    reference: str
    words: str
    amount: Money
    lines: tuple[QuoteLine, ...]
    restock: tuple[RestockLine, ...]
    pay_back: bool
    known: tuple[int, ...]
    awaited: tuple[Money, ...] = ()


@dataclass(frozen=True)
class Books:
    """Where bookings are made and looked for: the shop, and Stripe where the desk has a key for it."""

    shop: Shop
    payments: Payments | None

    def prepare(self, task: Task) -> Mapping[str, Any]:
        """Read the order afresh and refuse what no longer holds. Its rows and counters are the baseline.

        Raises Blocked with the reason, OutcomeUnknown when it may have been made already, Unreachable.
        """
        booking = documents.read(Booking, task.payload)
        order = self.shop.read_order(booking.order_id)
        bank = self._bank(order.payment_intent) if booking.pay_back else None
        if _traces(task, booking, order.refunds, bank or ()):
            raise OutcomeUnknown("the shop or the bank shows something of it already")
        check(order, booking)
        check_bank(order, bank)
        return {
            "refunds": [refund.refund_id for refund in order.refunds],
            "intent": order.payment_intent,
            "stock": counters(self.shop, booking.order_id, booking.restock),
        }

    def send(self, task: Task) -> Mapping[str, Any]:
        """Make the row: one request, never repeated here."""
        booking = documents.read(Booking, task.payload)
        task.guard()
        refund = make_row(self.shop, booking, task)
        bank = self.payments if booking.pay_back else None
        seen = shown_of(bank, str(task.baseline.get("intent", "")), booking.reference)
        return {**self._evidence(task, booking, refund), **seen}

    def probe(self, task: Task) -> Verdict:
        """What the shop, and the bank where it can be asked, show of this booking."""
        booking = documents.read(Booking, task.payload)
        refunds = self.shop.list_refunds(booking.order_id)
        mine = _mine(refunds, booking.reference)
        if len(mine) > 1:
            return Verdict(Look.PERSON, detail=N_("The shop shows this refund more than once."))
        if mine and mine[0].amount != booking.amount:
            return Verdict(Look.PERSON, detail=N_("The shop booked another amount than was asked for."))
        if booking.pay_back:
            return self._probe_payment(task, booking, refunds, mine)
        return self._probe_books_only(task, booking, mine)

    def _probe_payment(
        self, task: Task, booking: Booking, refunds: Sequence[ShopRefund], mine: Sequence[ShopRefund]
    ) -> Verdict:
        bank = self._bank(str(task.baseline.get("intent", "")))
        paid = [refund for refund in bank or () if _names(refund, booking.reference)]
        seen = {"bank": shown(paid[0])} if paid else {}
        if len(paid) > 1:
            return Verdict(Look.PERSON, detail=N_("The bank shows this refund more than once."))
        if mine and (mine[0].paid_back or paid):
            return Verdict(Look.DONE, {**self._evidence(task, booking, mine[0]), **seen})
        if paid:
            return Verdict(Look.DONE, {"refund_id": None, "booked": False, **seen})
        return _unpaid(task, booking, refunds, mine, bank)

    def _probe_books_only(self, task: Task, booking: Booking, mine: Sequence[ShopRefund]) -> Verdict:
        if not mine:
            return Verdict(Look.ABSENT)
        if mine[0].paid_back:
            return Verdict(Look.PERSON, detail=N_("The shop paid money back although it was told not to."))
        return Verdict(Look.DONE, self._evidence(task, booking, mine[0]))

    def _bank(self, intent: str) -> Sequence[StripeRefund] | None:
        """The bank's refunds of the payment; None where it cannot be asked."""
        if self.payments is None or not intent:
            return None
        try:
            return self.payments.list_refunds(intent)
        except Refused:
            return None  # paid through another account than the key's

    def _evidence(self, task: Task, booking: Booking, refund: ShopRefund) -> Mapping[str, Any]:
        restocked = moves(self.shop, task, booking.order_id, booking.restock) if booking.restock else []
        finished = refund.finished
        return {
            "refund_id": refund.refund_id,
            "booked": True,
            "finished": finished,
            "restocked": restocked,
        }


def make_row(shop: Shop, booking: Booking, task: Task) -> ShopRefund:
    """Ask the shop for the row: one request, sent once."""
    return shop.create_refund(
        booking.order_id,
        amount=booking.amount,
        lines=booking.lines,
        restock=booking.restock,
        reference=booking.reference,
        text=booking.words,
        pay_back=booking.pay_back,
        operation=task.key,
    )


def check(order: OrderSnapshot, booking: Booking) -> None:
    if order.currency != booking.amount.currency:
        raise Blocked("The order is in another currency now.")
    if order.paid_at is None:
        raise Blocked("The order is not paid, so there is nothing to give back.")
    strangers = [
        row for row in order.refunds if row.refund_id not in booking.known and not _ours(row, booking)
    ]
    for amount in booking.awaited:
        row = next((row for row in strangers if row.amount == amount and not row.paid_back), None)
        strangers = [one for one in strangers if one is not row]
    if strangers:
        amount = total((row.amount for row in strangers), order.currency)
        raise Blocked(
            "{amount} was refunded in the shop meanwhile. Look at the card and decide again.", amount=amount
        )
    if order.remaining < booking.amount:
        raise Blocked("Only {left} is left to refund on this order.", left=order.remaining)
    if booking.pay_back and not order.gateway_can_refund:
        raise Blocked("“{title}” cannot send money back.", title=order.payment_title)


def check_bank(order: OrderSnapshot, bank: Sequence[StripeRefund] | None) -> None:
    """The shop and the bank must agree on what was paid back so far, or a person has to look first.

    Refunds that carry an operation of ours went past the shop, whose rows for them pay nothing. Rows made
    in Stripe's own pages pay nothing either, but each may stand for a refund there. A bank that took the
    payment in another currency than the shop's cannot be compared.
    """
    if bank is None or any(refund.amount.currency != order.currency for refund in bank):
        return
    least = total((row.amount for row in order.refunds if row.paid_back), order.currency)
    bare = total((row.amount for row in order.refunds if not row.paid_back), order.currency)
    theirs = (refund.amount for refund in bank if refund.counts and not refund.operation)
    there = total(theirs, order.currency)
    if not least <= there <= least + bare:
        raise Blocked(
            "Stripe shows {bank} paid back, the shop {shop}. Clear that up first.", bank=there, shop=least
        )


def _unpaid(
    task: Task,
    booking: Booking,
    refunds: Sequence[ShopRefund],
    mine: Sequence[ShopRefund],
    bank: Sequence[StripeRefund] | None,
) -> Verdict:
    """The bank does not show it, or cannot be asked."""
    if mine and bank is not None:
        return Verdict(Look.PERSON, detail=N_("The shop booked the refund, but the bank shows no payment."))
    if mine:
        return Verdict(
            Look.PERSON, detail=N_("The shop booked the refund, but does not say that it was paid.")
        )
    if _strangers_alike(task, booking, refunds):
        return Verdict(Look.PERSON, detail=N_("Somebody else refunded the same amount at the same time."))
    if bank is None:
        detail = N_("The shop shows no refund, and the bank cannot be asked from here.")
        return Verdict(Look.PERSON, detail=detail, traceless=True)
    return Verdict(Look.ABSENT)


def _traces(
    task: Task, booking: Booking, refunds: Sequence[ShopRefund], bank: Sequence[StripeRefund]
) -> bool:
    """Whether anything may be this very refund: payments come late, and rows without our reference.

    A row that only books carries our reference from its first moment; a stranger's cannot be ours.
    """
    if _mine(refunds, booking.reference) or any(_names(refund, booking.reference) for refund in bank):
        return True
    return booking.pay_back and task.attempt > 0 and _strangers_alike(task, booking, refunds)


def _strangers_alike(task: Task, booking: Booking, refunds: Sequence[ShopRefund]) -> bool:
    """Whether rows of the same amount have come since the last send that do not say whose they are."""
    seen = set(task.baseline.get("refunds", booking.known))
    new = (row for row in refunds if row.refund_id not in seen and row.amount == booking.amount)
    return any(not _ours(row, booking) for row in new)


def _mine(refunds: Sequence[ShopRefund], reference: str) -> list[ShopRefund]:
    return [row for row in refunds if reference_of(row.reason) == reference]


def _ours(row: ShopRefund, booking: Booking) -> bool:
    prefix = re.escape(booking.reference.rsplit("-", 2)[0])
    return re.fullmatch(rf"{prefix}-\d+-R\d+(-S\d+)?", reference_of(row.reason)) is not None


def _names(refund: StripeRefund, reference: str) -> bool:
    return refund.counts and reference_of(refund.reason) == reference
