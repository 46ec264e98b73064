"""The shop's "stripe" way to pay, connected to the sandbox's Stripe as WooCommerce's plugin connects them."""

from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.shop import GatewayDeclined, Order, Shop
from bot.sandbox.stripe import Stripe, StripeError, decimals

INTENT = "_stripe_intent_id"


@dataclass
class StripeGateway:
    """Card payments of the shop: money moves at Stripe, and only there it is written down."""

    shop: Shop
    stripe: Stripe
    id: str = "stripe"
    title: str = "Credit card (Stripe)"
    supports_refunds: bool = True

    def charge(self, order: Order) -> str:
        """Collect the order's total; the plugin keeps the payment intent in the order's meta data."""
        payment = self.stripe.charge(
            minor(order.total, order.currency),
            order.currency.lower(),
            {"order_id": str(order.id), "site_url": self.shop.url},
            f"{self.shop.state.name} - Order {order.id}",
            email=order.billing.get("email"),
        )
        order.meta.append(self.shop.state.meta(INTENT, payment.payment_intent))
        return payment.charge

    def refund(self, order: Order, amount: str, reason: str) -> None:
        """Pay back; the reason of the shop's record reaches the refund's metadata. Raises GatewayDeclined."""
        try:
            wanted = minor(Decimal(amount or "0"), order.currency)
            self.stripe.refund_from_plugin(order.transaction_id, wanted, reason)
        except StripeError as refusal:
            raise GatewayDeclined(f"There was a problem initiating a refund: {refusal}") from refusal


def minor(amount: Decimal, currency: str) -> int:
    """An amount of the shop in Stripe's smallest unit."""
    return int(amount.scaleb(decimals(currency.lower())).to_integral_value())
