"""Orders that used coupons, and coupons as balances. It knows codes only while it reads and keeps none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.errors import NotFound, OutcomeUnknown, Refused, Unreachable
from bot.gateways import orders
from bot.gateways.answers import read_json
from bot.gateways.client import Client
from bot.gateways.coupons import read_coupon
from bot.gateways.nouns import Coupon
from bot.gateways.schema import Row, as_row, flag, money, needed, number, rows, text, whole
from bot.gateways.transport import Answer
from bot.rules.credit import LineShare
from bot.rules.order import ShopRefund
from store.money import Money

FIELDS = "id,number,status,currency,prices_include_tax,coupon_lines,line_items,refunds"
NO_COUPON = frozenset({"woocommerce_rest_shop_coupon_invalid_id", "woocommerce_rest_coupon_invalid_id"})


@dataclass(frozen=True, slots=True)
class UsingOrder:
    """An order and what each coupon took off it, in the measure of the coupon's own amount.

    That measure counts tax where the shop's prices include it and leaves it out where they do not
    (recording coupon_redemption).
    """

    order_id: int
    number: str
    status: str
    currency: str
    taken: Mapping[str, Money]
    lines: tuple[LineShare, ...]
    refunds: tuple[ShopRefund, ...]


def read_using_order(client: Client, order_id: int) -> UsingOrder | None:
    """The order as it is now; None for none and for one in the bin. Raises Unreachable."""
    try:
        row = orders.order_row(client, order_id, {"_fields": FIELDS, "dp": 6})
        refunds = orders.list_refunds(client, order_id) if rows(row, "refunds") else ()
    except NotFound:
        return None
    included, currency = flag(row, "prices_include_tax"), needed(row, "currency")
    return UsingOrder(
        order_id=order_id,
        number=text(row, "number") or str(order_id),
        status=needed(row, "status"),
        currency=currency,
        taken=_taken(row, currency, included=included),
        lines=tuple(_line(line, currency, included=included) for line in rows(row, "line_items")),
        refunds=tuple(refunds),
    )


def read_coupon_by_id(client: Client, coupon_id: int, currency: str) -> Coupon | None:
    """The published coupon with this id; None where it is gone or in the bin. Raises Unreachable."""
    try:
        return client.read(f"coupons/{coupon_id}", partial(_published, currency), fresh=True)
    except Refused as e:
        if e.code in NO_COUPON:
            return None
        raise Unreachable(e.detail, code=e.code) from e


def set_balance(client: Client, coupon_id: int, amount: Money, limit: int, *, seconds: float) -> Coupon:
    """Set what a coupon is worth and how often it may be used in all; to repeat it is harmless.

    The answer is read: raises OutcomeUnknown where the shop kept something else than it was told.
    """
    body = {"amount": amount.decimal, "usage_limit": limit, "usage_limit_per_user": limit}
    into = partial(_published, amount.currency)
    coupon = client.write("PUT", f"coupons/{coupon_id}", body, into, seconds=seconds)
    if coupon is None or (coupon.amount, coupon.usage_limit) != (amount, limit):
        raise OutcomeUnknown("the shop kept another balance than it was told", code="differs")
    return coupon


def _published(currency: str, answer: Answer) -> Coupon | None:
    row = as_row(read_json(answer), "the coupon")
    return None if row.get("status") not in (None, "publish") else read_coupon(row, currency)


def _taken(row: Row, currency: str, *, included: bool) -> Mapping[str, Money]:
    found: dict[str, Money] = {}
    for line in _coupon_lines(row):
        amount = number(line, "discount") + (number(line, "discount_tax") if included else 0)
        code = text(line, "code").lower()
        found[code] = found.get(code, Money.zero(currency)) + money(amount, currency)
    return found


def _coupon_lines(row: Row) -> Sequence[Row]:
    return rows(row, "coupon_lines") if row.get("coupon_lines") is not None else []


def _line(line: Row, currency: str, *, included: bool) -> LineShare:
    paid, before = number(line, "total"), number(line, "subtotal")
    tax, tax_before = number(line, "total_tax"), number(line, "subtotal_tax")
    off = before - paid + (tax_before - tax if included else 0)
    return LineShare(
        line_id=whole(line, "id"),
        discount=max(0, money(off, currency).minor),
        quantity=int(number(line, "quantity")),
        gross=max(0, money(paid + tax, currency).minor),
    )
