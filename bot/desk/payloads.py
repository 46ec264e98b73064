"""What each step of a resolution is told, computed when it is decided and carried out as written."""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from bot.desk.changes import Change
from bot.i18n import Words
from bot.resolutions import BOOK, COUPON, GIFT_CARD, PAYOUT, REFUND
from bot.resolutions.booking import Booking
from bot.resolutions.payout import Payout
from bot.resolutions.restocking import Restocking
from bot.resolutions.store_credit import Credit
from bot.rules.case import ReturnCase
from bot.rules.choice import RefundQuote
from bot.rules.policy import months_later
from store.models import Resolution
from store.money import Money
from store.terms import Method


def _payout(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> Payout:
    """The key is random and kept, so that no other database or refund can ever come upon the same one."""
    about = {"return": str(change.rma.number), "order": case.order.number}
    return Payout(booking_of(change, row, quote, case), case.order.payment_intent, token_hex(16), about)


def booking_of(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> Booking:
    """The refund row the shop is asked to make."""
    others = [one for one in case.settlements if one.reference != row.reference]
    return Booking(
        order_id=row.order_id,
        reference=row.reference,
        words=_words_in_shop(change, quote),
        amount=quote.amount,
        lines=quote.lines,
        restock=quote.restock,
        pay_back=row.method is Method.GATEWAY_REFUND,
        known=tuple(refund.refund_id for refund in case.order.refunds),
        awaited=tuple(one.amount for one in others if one.awaits_row and one.refund_id is None),
    )


def _credit(change: Change, row: Resolution, quote: RefundQuote, case: ReturnCase) -> Credit:
    months = change.desk.settings.credit_months_valid
    today = change.now.astimezone(change.desk.words.timezone).date()
    expires = months_later(today, months) if months else None
    return Credit(row.reference, Money(row.credit_minor, row.currency), case.order.buyer.email, expires)


def restocking_of(change: Change, row: Resolution, quote: RefundQuote) -> Restocking:
    """The units to put back by a row of their own."""
    return Restocking(
        order_id=row.order_id,
        currency=row.currency,
        reference=f"{row.reference}-S1",
        words=_words_in_shop(change, quote),
        lines=quote.restock,
    )


def _words_in_shop(change: Change, quote: RefundQuote) -> str:
    """What stands behind the reference in the shop's reason. The customer reads it in the shop's mail."""
    words = Words(change.rma.language, change.desk.settings.timezone)
    kept = quote.label + quote.fee
    if kept:
        return words("Return {number}, {kept} kept for label and fees", number=change.rma.number, kept=kept)
    return words("Return {number}", number=change.rma.number)


PAYLOADS: Mapping[str, Callable[[Change, Resolution, RefundQuote, ReturnCase], Any]] = {
    REFUND: booking_of,
    PAYOUT: _payout,
    BOOK: booking_of,
    COUPON: _credit,
    GIFT_CARD: _credit,
}
