"""The shop's "stripe" way to pay, connected to the sandbox's Stripe as WooCommerce's plugin connects them."""

import threading
from dataclasses import dataclass, field
from decimal import Decimal

from bot.sandbox.shop import GatewayDeclined, Order, Shop
from bot.sandbox.stripe import Stripe, StripeError, decimals
from bot.sandbox.stripe.records import Json

INTENT = "_stripe_intent_id"


@dataclass
class StripeGateway:
    """Card payments of the shop: money moves at Stripe, and only there it is written down."""

    shop: Shop
    stripe: Stripe
    id: str = "stripe"
    title: str = "Credit card (Stripe)"
    supports_refunds: bool = True
    booked: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

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
            made = self.stripe.refund_from_plugin(order.transaction_id, wanted, reason)
            with self.lock:
                self.booked.add(made["id"])
        except StripeError as refusal:
            raise GatewayDeclined(f"There was a problem initiating a refund: {refusal}") from refusal

    def not_booked(self, charge: str) -> list[Json]:
        """Refunds of a charge that the shop knows nothing of, oldest first; from now on it knows them."""
        with self.lock:
            found = [one for one in self.stripe.all("refund") if one["charge"] == charge]
            new = [one for one in reversed(found) if one["id"] not in self.booked]
            self.booked.update(one["id"] for one in new)
            return new


def major(amount: int, currency: str) -> Decimal:
    """An amount in Stripe's smallest unit as the shop writes it."""
    return Decimal(amount).scaleb(-decimals(currency.lower()))


def minor(amount: Decimal, currency: str) -> int:
    """An amount of the shop in Stripe's smallest unit."""
    return int(amount.scaleb(decimals(currency.lower())).to_integral_value())
