"""What a change of status brings about: stock, dates, coupon counts, mails, the automatic refund."""

from decimal import Decimal

from bot.sandbox.shop import discounts, gift_card_use, stock
from bot.sandbox.shop.money import ZERO, shown
from bot.sandbox.shop.records import PAID_STATUSES, Order, Refund
from bot.sandbox.shop.state import State

NAMES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
MAILS = {
    "processing": ("customer_processing_order", "Thank you for your order #{id}."),
    "completed": ("customer_completed_order", "Your order #{id} is now complete."),
    "on-hold": ("customer_on_hold_order", "Your order #{id} is on hold until we have received your payment."),
}


def set_status(state: State, order: Order, status: str, *, noted: bool = True) -> None:
    """Move an order to another status, with everything that hangs on it."""
    before, order.status = order.status, status
    if before == status and noted:
        return
    if noted:
        names = f"from {NAMES.get(before, before)} to {NAMES.get(status, status)}"
        state.note(order.id, f"Order status changed {names}.")
    _dates(state, order)
    _stock(state, order)
    _coupons(state, order)
    gift_card_use.follow(state, order)
    if status in MAILS:
        kind, words = MAILS[status]
        state.mail(order, kind, words.format(id=order.id))
    if status == "refunded":
        book_rest(state, order)


def remaining(state: State, order: Order) -> str:
    """What can still be refunded, as the string WooCommerce compares with."""
    return shown(order.total - refunded(state, order), order.decimals)


def refunded(state: State, order: Order) -> Decimal:
    """The sum of the order's refund records."""
    return sum((refund.amount or ZERO for refund in state.refunds_of(order.id)), ZERO)


def book_rest(state: State, order: Order) -> None:
    """An order set to refunded gets a record over what is left: no gateway, no lines, no restock."""
    rest = order.total - refunded(state, order)
    if rest <= 0:
        return
    refund = Refund(state.number("post"), order.id, state.now(), rest, "Order fully refunded.", 1)
    refund.meta.append(state.meta("_refund_type", "full"))
    state.refunds[refund.id] = refund
    mail_refund(state, order, refund, full=True)


def mail_refund(state: State, order: Order, refund: Refund, *, full: bool) -> None:
    """Every refund is mailed to the buyer, manual ones too, and the reason is shown."""
    amount = shown(refund.amount or ZERO, order.decimals)
    words = "has been refunded" if full else "has been partially refunded"
    text = f"Your order #{order.id} {words}: {amount} {order.currency}."
    reason = f"\nReason: {refund.reason}" if refund.reason else ""
    kind = "customer_refunded_order" if full else "customer_partially_refunded_order"
    state.mail(order, kind, text + reason)


def _dates(state: State, order: Order) -> None:
    if order.status in PAID_STATUSES and order.paid is None:
        order.paid = state.now()
    if order.status == "completed":
        order.completed = state.now()


def _stock(state: State, order: Order) -> None:
    if order.status in (*PAID_STATUSES, "on-hold"):
        stock.take(state, order)
    elif order.status in ("cancelled", "pending") and order.stock_reduced:
        stock.give_back(state, order)


def _coupons(state: State, order: Order) -> None:
    """A coupon's count goes back when the order is cancelled, not when it is refunded."""
    counts = order.status in (*PAID_STATUSES, "on-hold", "pending")
    gone = order.status in ("cancelled", "failed", "trash")
    if (counts and order.usage_counted) or (gone and not order.usage_counted) or not (counts or gone):
        return
    order.usage_counted = counts
    for row in order.coupons:
        coupon = discounts.find(state, row.code)
        if coupon:
            _count(coupon.used_by, order, up=counts)
            coupon.usage_count += 1 if counts else -1


def _count(used_by: list[str], order: Order, *, up: bool) -> None:
    who = str(order.customer_id or order.billing.get("email", ""))
    if up:
        used_by.append(who)
    elif who in used_by:
        used_by.remove(who)
