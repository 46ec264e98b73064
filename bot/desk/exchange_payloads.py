"""What each effect of an exchange is told, computed when it is planned and carried out as written."""

from datetime import timedelta
from secrets import token_hex

from bot.desk.changes import Change
from bot.gateways.nouns import ReplacementLine
from bot.gateways.stripe import StripeRefundOrder
from bot.gateways.stripe_checkout import CheckoutOrder
from bot.i18n import Words
from bot.resolutions.collection import Asking, GiveBack
from bot.resolutions.replacement import Replacing
from bot.rules.exchange_flow import ExchangePlan, PaymentRequest
from store.models import Resolution
from store.money import Money, spread

PAYABLE_FOR = timedelta(hours=23, minutes=30)  # Stripe allows a day


def replacing(change: Change, row: Resolution, plan: ExchangePlan) -> Replacing:
    """The replacement order. Its total is what the customer pays for it, which is the difference."""
    swaps, owed = plan.swaps, plan.bill.owed
    dearer = [max(0, swap.price.minor - swap.base.minor) for swap in swaps]
    shares = spread(owed.minor, dearer if any(dearer) else [1] * len(swaps))
    lines = tuple(
        ReplacementLine(
            product_id=swap.replacement.product_id,
            variation_id=swap.replacement.variation_id,
            quantity=swap.replacement.quantity,
            price=swap.price,
            collected=Money(share, owed.currency),
        )
        for swap, share in zip(swaps, shares, strict=True)
    )
    names = tuple(swap.replacement.name for swap in swaps)
    return Replacing(row.order_id, row.reference, plan.revision, token_hex(16), lines, names)


def asking(change: Change, row: Resolution, number: int, amount: Money) -> Asking:
    """A request for payment. The address behind it proves nothing, so it is simply the shop's."""
    words = Words(change.rma.language, change.desk.settings.timezone)
    order = CheckoutOrder(
        amount=amount,
        operation=token_hex(16),
        title=words("Difference for your exchange {number}", number=change.rma.number),
        email=change.rma.customer_email,
        language=change.rma.language,
        success_url=str(change.desk.settings.woocommerce_url),
        expires_at=change.now + PAYABLE_FOR,
        about={"return": str(change.rma.number), "reference": row.reference, "request": str(number)},
    )
    return Asking(number, order)


def giving_back(change: Change, row: Resolution, payment: PaymentRequest, amount: Money) -> GiveBack:
    """A refund of a payment that was made for an exchange."""
    refund = StripeRefundOrder(
        payment_intent=payment.payment_intent,
        amount=amount,
        operation=token_hex(16),
        reason=f"{row.reference} {change.rma.number}",
        about={"return": str(change.rma.number)},
    )
    return GiveBack(payment.number, refund)
