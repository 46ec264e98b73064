"""What the shop tells beside orders: settings, gateways, coupons, notes, webhooks, products. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from store.money import Money


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """How the shop is set up. ``timezone`` is an IANA name, or an offset like "+05:30", or empty."""

    currency: str
    decimals: int
    version: str
    wordpress: str
    timezone: str
    secure: bool
    new_order_tables: bool


@dataclass(frozen=True, slots=True)
class PaymentGateway:
    """A way to pay in the shop, and whether the shop can send money back through it."""

    gateway_id: str
    title: str
    enabled: bool
    can_refund: bool


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon as the shop stored it. ``operation`` is ours, from its meta; empty for the shop's own coupons.

    ``amount`` is in the shop's currency: coupons carry none of their own.
    """

    coupon_id: int
    code: str
    kind: str
    amount: Money
    emails: tuple[str, ...]
    usage_limit: int | None
    usage_count: int
    individual_use: bool
    expires_at: datetime | None
    operation: str


@dataclass(frozen=True, slots=True)
class CustomerOrders:
    """How much a buyer bought before: orders that count, and their average in the shop's currency."""

    count: int
    average: Money | None


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    """An order the shop touched, oldest change first; the order itself is to be read anew.

    ``codes`` are its coupons and gift cards: only to tell whether one of ours is among them, never kept.
    """

    order_id: int
    number: str
    status: str
    modified_at: datetime
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of the shop. Anything but "active" as ``status`` sends nothing."""

    webhook_id: int
    topic: str
    status: str
    url: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something the shop sells today: a simple product, or one variation of a variable one.

    ``price`` is as the shop displays it, ``regular`` that without a sale; ``stock`` None where the shop does
    not count. ``backorders``: the shop sells it also when none is left.
    """

    product_id: int
    variation_id: int
    name: str
    variant: str
    sku: str
    price: Money | None
    in_stock: bool
    stock: int | None
    regular: Money | None = None
    image: str = ""
    backorders: bool = False


@dataclass(frozen=True)
class ReplacementLine:
    """Units of one article that go out. The amounts are gross, of all its units together.

    ``price`` is their list price of today, ``collected`` the part of the difference paid for them.
    """

    product_id: int
    variation_id: int
    quantity: int
    price: Money
    collected: Money


@dataclass(frozen=True)
class ReplacementOrder:
    """A replacement order as the shop shows it; ``units`` by product and variation.

    ``reserved`` are those the shop took out of its stock for it, by its own count on each line.
    """

    order_id: int
    number: str
    status: str
    operation: str
    units: Mapping[tuple[int, int], int]
    reserved: Mapping[tuple[int, int], int]
    total: Money
