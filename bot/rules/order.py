"""An order as the shop told it: lines, taxes, what was refunded. Plain values, read once, never changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.money import Money, total


class LineKind(StrEnum):
    """Products come back; shipping and fees can only be refunded."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"


@dataclass(frozen=True)
class TaxShare:
    """The part of a line's tax that belongs to one rate of the shop (``rate_id`` is the shop's)."""

    rate_id: int
    amount: Money


@dataclass(frozen=True)
class OrderLine:
    """One line of an order. ``gross`` is what was paid for all units, ``taxes`` are inside it.

    The shares are exact: over all lines of an order ``gross`` sums to the order's total.
    """

    line_id: int
    kind: LineKind
    name: str
    quantity: int
    gross: Money
    taxes: tuple[TaxShare, ...] = ()
    product_id: int = 0
    variation_id: int = 0
    sku: str = ""
    variant: str = ""
    list_price: Money | None = None
    reduced_stock: int = 0
    restocked: int = 0
    gift_card: bool = False

    @property
    def tax(self) -> Money:
        """All tax inside ``gross``."""
        return total((share.amount for share in self.taxes), self.gross.currency)

    @property
    def net(self) -> Money:
        """``gross`` without its tax."""
        return self.gross - self.tax


@dataclass(frozen=True)
class RefundedLine:
    """What one refund of the shop took from one order line; amounts positive, ``quantity`` may be 0."""

    line_id: int
    quantity: int
    gross: Money
    taxes: tuple[TaxShare, ...] = ()


@dataclass(frozen=True)
class ShopRefund:
    """A refund row of the shop. ``finished`` is the sign that its request ran to the end."""

    refund_id: int
    amount: Money
    reason: str
    paid_back: bool
    finished: bool
    created_at: datetime
    lines: tuple[RefundedLine, ...] = ()


@dataclass(frozen=True)
class Buyer:
    """Who bought: what the card shows and where mails go. ``customer_id`` 0 is a guest."""

    name: str
    email: str
    phone: str = ""
    country: str = ""
    customer_id: int = 0


@dataclass(frozen=True)
class OrderSnapshot:
    """An order of the shop at ``read_at``. All amounts are in ``currency``.

    ``card_paid`` is what the payment method itself took where something else (a gift card) paid the rest;
    None means it took everything. ``stripe_currency`` is what Stripe took the payment in, empty where the
    desk's key does not know it. ``replaces`` is the reference of the exchange this order was made for.
    """

    order_id: int
    number: str
    status: str
    currency: str
    total: Money
    buyer: Buyer
    payment_method: str
    payment_title: str
    transaction_id: str
    created_at: datetime
    modified_at: datetime
    paid_at: datetime | None
    completed_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime
    lines: tuple[OrderLine, ...]
    refunds: tuple[ShopRefund, ...] = ()
    gateway_can_refund: bool = False
    payment_intent: str = ""
    disputed: bool = False
    needs_human: tuple[str, ...] = ()
    decimals_confirmed: bool = True
    store_url: str = ""
    card_paid: Money | None = None
    stripe_currency: str = ""
    replaces: str = ""

    @property
    def refunded(self) -> Money:
        """Everything the shop has refunded on this order, by anyone."""
        return total((refund.amount for refund in self.refunds), self.currency)

    @property
    def remaining(self) -> Money:
        """What the shop would still let anyone refund."""
        return self.total - self.refunded

    @property
    def products(self) -> tuple[OrderLine, ...]:
        """The lines that can come back."""
        return tuple(line for line in self.lines if line.kind is LineKind.PRODUCT)

    def line(self, line_id: int) -> OrderLine | None:
        """The line with the shop's ``line_id``, or None."""
        return next((line for line in self.lines if line.line_id == line_id), None)


@dataclass(frozen=True)
class Stock:
    """The shop's counter for one product line; ``managed`` False means the shop does not count it."""

    product_id: int
    variation_id: int
    managed: bool
    quantity: int | None
    read_at: datetime
