"""What the shop remembers: plain records with small look-ups. Money is Decimal, times are UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.sandbox.shop.money import ZERO

Json = dict[str, Any]

ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
)
PAID_STATUSES = ("processing", "completed")


@dataclass
class Meta:
    """One row of meta data."""

    id: int
    key: str
    value: Any


@dataclass
class Share:
    """The tax of one rate on one line; fees and shipping have no subtotal."""

    rate_id: int
    total: Decimal
    subtotal: Decimal | None = None


@dataclass
class Line:
    """One line of an order or of a refund; ``kind`` is line_item, shipping or fee."""

    id: int
    kind: str
    name: str
    total: Decimal = ZERO
    subtotal: Decimal = ZERO
    total_tax: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    quantity: int = 1
    product_id: int = 0
    variation_id: int = 0
    tax_class: str = ""
    tax_status: str = "taxable"
    method_id: str = ""
    instance_id: str = ""
    shares: list[Share] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)

    def meta_value(self, key: str) -> Any:
        """The value under ``key``; None when there is none."""
        return next((row.value for row in self.meta if row.key == key), None)


@dataclass
class CouponLine:
    """A coupon used on an order."""

    id: int
    code: str
    discount_type: str
    nominal: Decimal
    discount: Decimal = ZERO
    discount_tax: Decimal = ZERO
    meta: list[Meta] = field(default_factory=list)


@dataclass
class GiftCardLine:
    """A gift card that pays some of an order; ``taken`` while the card is lower by it."""

    card_id: int
    code: str
    amount: Decimal
    taken: bool = False


@dataclass
class TaxRow:
    """The sum of one rate over an order or a refund."""

    id: int
    rate_id: int
    code: str
    label: str
    compound: bool
    percent: Decimal
    tax_total: Decimal = ZERO
    shipping_tax_total: Decimal = ZERO


@dataclass
class TaxRate:
    """One row of the shop's tax table; the standard class is the empty string."""

    id: int
    percent: Decimal
    name: str
    country: str = "FR"
    tax_class: str = ""
    compound: bool = False
    shipping: bool = True
    priority: int = 1

    @property
    def code(self) -> str:
        """The code orders carry, such as ``FR-TVA 20%-1``."""
        return f"{self.country}-{self.name}-{self.priority}"


@dataclass
class Order:
    """One order. The shop's settings may change later; the order keeps what it was made under."""

    id: int
    status: str
    currency: str
    created: datetime
    modified: datetime
    prices_include_tax: bool
    round_at_subtotal: bool
    decimals: int
    order_key: str
    parent_id: int = 0
    customer_id: int = 0
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    created_via: str = "checkout"
    customer_note: str = ""
    completed: datetime | None = None
    paid: datetime | None = None
    discount_total: Decimal = ZERO
    discount_tax: Decimal = ZERO
    shipping_total: Decimal = ZERO
    shipping_tax: Decimal = ZERO
    cart_tax: Decimal = ZERO
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    lines: list[Line] = field(default_factory=list)
    coupons: list[CouponLine] = field(default_factory=list)
    gift_cards: list[GiftCardLine] = field(default_factory=list)
    taxes: list[TaxRow] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    stock_reduced: bool = False
    usage_counted: bool = False

    def of_kind(self, *kinds: str) -> list[Line]:
        """The lines of these kinds, in order."""
        return [line for line in self.lines if line.kind in kinds]


@dataclass
class Refund:
    """One refund record. ``amount`` is None when the request named none; ``meta`` is written last."""

    id: int
    order_id: int
    created: datetime
    amount: Decimal | None
    reason: str
    refunded_by: int
    refunded_payment: bool = False
    lines: list[Line] = field(default_factory=list)
    taxes: list[TaxRow] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Product:
    """A product or a variation (``parent_id`` set). ``manage_stock`` may be "parent" for variations.

    ``price`` is the regular one; ``sale_price`` goes before it while there is one.
    """

    id: int
    name: str
    sku: str
    price: Decimal
    created: datetime
    modified: datetime
    kind: str = "simple"
    parent_id: int = 0
    status: str = "publish"
    manage_stock: bool | str = False
    stock: int | None = None
    stock_status: str = "instock"
    backorders: str = "no"
    sale_price: Decimal | None = None
    tax_class: str = ""
    tax_status: str = "taxable"
    virtual: bool = False
    low_stock_amount: int | None = None
    weight: str = ""
    image: str = ""
    description: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    total_sales: int = 0
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Customer:
    """An account; guests have none."""

    id: int
    email: str
    first_name: str
    last_name: str
    username: str
    created: datetime
    modified: datetime
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    paying: bool = False
    meta: list[Meta] = field(default_factory=list)


@dataclass
class GiftCard:
    """A card of the Gift Cards extension; ``remaining`` is lowered by the shop when somebody pays with it."""

    id: int
    code: str
    recipient: str
    sender: str
    balance: Decimal
    remaining: Decimal
    created: datetime
    expires: str = ""
    is_active: bool = True
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Coupon:
    """A coupon; its ``amount`` is never decremented by use."""

    id: int
    code: str
    amount: Decimal
    created: datetime
    modified: datetime
    discount_type: str = "fixed_cart"
    status: str = "publish"
    description: str = ""
    expires: datetime | None = None
    usage_count: int = 0
    usage_limit: int | None = None
    usage_limit_per_user: int | None = None
    limit_usage_to_x_items: int | None = None
    individual_use: bool = False
    free_shipping: bool = False
    exclude_sale_items: bool = False
    product_ids: list[int] = field(default_factory=list)
    excluded_product_ids: list[int] = field(default_factory=list)
    minimum_amount: Decimal = ZERO
    maximum_amount: Decimal = ZERO
    email_restrictions: list[str] = field(default_factory=list)
    used_by: list[str] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass
class Note:
    """An order note."""

    id: int
    order_id: int
    text: str
    author: str
    created: datetime
    customer_note: bool = False


@dataclass(frozen=True)
class Mail:
    """A mail the shop sent; ``kind`` is WooCommerce's name for it, such as customer_refunded_order."""

    to: str
    kind: str
    text: str
    order_id: int
    at: datetime


@dataclass(frozen=True)
class Sent:
    """One delivery of a webhook, byte for byte."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Webhook:
    """A webhook. ``failures`` is a counter no answer shows."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created: datetime
    modified: datetime | None = None
    status: str = "active"
    failures: int = 0


@dataclass(frozen=True)
class Key:
    """An API key: ``permissions`` is read, write or read_write; ``shop_rights`` false is a customer's key."""

    consumer_key: str
    consumer_secret: str
    permissions: str = "read_write"
    user: str = "admin"
    user_id: int = 1
    shop_rights: bool = True
