"""Making orders: lines, shipping, fees, coupons. Used by the REST interface and by the seed alike."""

import re
import secrets
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.sandbox.shop import discounts
from bot.sandbox.shop.errors import ShopError, invalid_param, not_in
from bot.sandbox.shop.life import set_status
from bot.sandbox.shop.money import read
from bot.sandbox.shop.records import Json, Line, Order, Product
from bot.sandbox.shop.state import State
from bot.sandbox.shop.totals import net_of, recalculate

STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
SETTABLE = ("auto-draft", *STATUSES)


def blank(state: State, *, currency: str | None = None, created: datetime | None = None) -> Order:
    """An order with nothing on it, made under today's settings of the shop."""
    moment = created or state.now()
    order = Order(
        state.number("post"),
        "pending",
        currency or state.currency,
        moment,
        moment,
        state.prices_include_tax,
        state.round_at_subtotal,
        state.decimals,
        f"wc_order_{secrets.token_urlsafe(9)[:13]}",
    )
    state.orders[order.id] = order
    return order


def sell(
    state: State, order: Order, product: Product, quantity: int, *, price: Decimal | None = None
) -> Line:
    """Add a product line at its price of today, or at ``price`` (gross in a tax-inclusive shop)."""
    line = Line(state.number("item"), "line_item", full_name(state, product), quantity=quantity)
    line.product_id = product.parent_id or product.id
    line.variation_id = product.id if product.parent_id else 0
    line.tax_class, line.tax_status = product.tax_class, product.tax_status
    line.meta = [
        state.meta(name.lower(), value) for name, value in product.attributes.items() if product.parent_id
    ]
    unit = price_of(state, product) if price is None else price
    inclusive = order.prices_include_tax and product.tax_status == "taxable"
    line.subtotal = net_of(unit * quantity, state.rates_for(product.tax_class), inclusive=inclusive)
    line.total = line.subtotal
    order.lines.append(line)
    return line


def full_name(state: State, product: Product) -> str:
    """A variation is named after its parent and its attributes."""
    parent = state.products.get(product.parent_id)
    return f"{parent.name} - {', '.join(product.attributes.values())}" if parent else product.name


def price_of(state: State, product: Product) -> Decimal:
    """The price, that of a sale if there is one; of a variable product the lowest of its variations."""
    prices = [_price(other) for other in state.products.values() if other.parent_id == product.id]
    return min(prices) if prices else _price(product)


def _price(product: Product) -> Decimal:
    return product.price if product.sale_price is None else product.sale_price


def ship(state: State, order: Order, total: Decimal, title: str = "Flat rate", instance: str = "1") -> Line:
    """Add a shipping line; ``total`` is net, as shipping always is."""
    line = Line(
        state.number("item"), "shipping", title, total=total, method_id="flat_rate", instance_id=instance
    )
    order.lines.append(line)
    return line


def charge_fee(state: State, order: Order, name: str, total: Decimal) -> Line:
    """Add a fee, negative for a discount; ``total`` is net."""
    line = Line(state.number("item"), "fee", name, total=total)
    order.lines.append(line)
    return line


def use_coupons(state: State, order: Order, codes: list[str]) -> None:
    """Check and apply coupons. A refused one leaves the order behind as a draft and names it."""
    recalculate(state, order)
    try:
        for code in codes:
            discounts.apply(state, order, discounts.check(state, code, order.billing.get("email", "")))
    except ShopError as refusal:
        order.status = "checkout-draft"
        data = {"status": refusal.status, "new_draft_order_id": order.id}
        raise ShopError(refusal.status, refusal.code, str(refusal), data) from None
    recalculate(state, order)


def create(state: State, body: Json, *, via: str = "rest-api") -> Order:
    """An order out of a request. Hardly anything is checked; see the recordings order_create_*."""
    order = draft(state, body, via=via)
    begin_as_asked(state, order, body)
    return order


def draft(state: State, body: Json, *, via: str = "rest-api") -> Order:
    """The order as it is saved first: pending, with its lines and meta data."""
    check_fields(state, body)
    order = blank(state, currency=body.get("currency"))
    order.created_via = via
    set_fields(state, order, body)
    for wanted in body.get("line_items") or []:
        add_line(state, order, wanted)
    for wanted in body.get("shipping_lines") or []:
        line = ship(state, order, read(wanted.get("total")), str(wanted.get("method_title", "")), "")
        line.method_id = str(wanted.get("method_id", ""))
    for wanted in body.get("fee_lines") or []:
        fee = charge_fee(state, order, str(wanted.get("name", "")), read(wanted.get("total")))
        fee.tax_status = str(wanted.get("tax_status", "taxable"))
    use_coupons(state, order, [str(row.get("code", "")) for row in body.get("coupon_lines") or []])
    return order


def begin_as_asked(state: State, order: Order, body: Json) -> None:
    """Give a new order the status the request names."""
    state.emit("order.created", order.id)
    begin(state, order, str(body.get("status", "pending")), paid=bool(body.get("set_paid")))


def begin(state: State, order: Order, status: str, *, paid: bool) -> None:
    """Give a new order its first status; ``paid`` means paid, whatever the status asked for."""
    if paid and status == "pending":
        status = "processing"
    if paid and order.paid is None:
        order.paid = order.created
    order.status = "pending"
    if status == "pending":
        set_status(state, order, status, noted=False)
    else:
        set_status(state, order, status, noted=order.created_via == "rest-api")
    if order.status in ("processing", "completed"):
        state.emit("order.updated", order.id)


def check_fields(state: State, body: Json) -> None:
    """The few things WooCommerce does check."""
    status = body.get("status")
    if status is not None and status not in SETTABLE:
        raise not_in("status", SETTABLE)
    email = (body.get("billing") or {}).get("email")
    if email and not is_email(email):
        raise invalid_param("billing", "rest_invalid_email", "Invalid email address.")
    customer = body.get("customer_id")
    if customer and int(customer) not in state.customers:
        raise ShopError(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")


def is_email(text: str) -> bool:
    """Roughly what WordPress takes for an address."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text) is not None


def set_fields(state: State, order: Order, body: Json) -> None:
    """The plain fields of a request."""
    for name in ("billing", "shipping"):
        getattr(order, name).update({key: str(value) for key, value in (body.get(name) or {}).items()})
    texts = ("payment_method", "payment_method_title", "transaction_id", "customer_note", "currency")
    for name in texts:
        if name in body:
            setattr(order, name, str(body[name] or ""))
    for name in ("parent_id", "customer_id"):
        if name in body:
            setattr(order, name, int(body[name] or 0))
    write_meta(state, order.meta, body.get("meta_data"))


def write_meta(state: State, rows: list[Any], wanted: Any) -> None:
    """Meta data of a request: a known key is replaced, null deletes."""
    for row in wanted or []:
        key, value = str(row.get("key", "")), row.get("value")
        known = next((old for old in rows if old.id == row.get("id") or old.key == key), None)
        if known and value is None:
            rows.remove(known)
        elif known:
            known.value = value
        elif value is not None:
            rows.append(state.meta(key, value))


def add_line(state: State, order: Order, wanted: Json) -> Line:
    """A product line of a request. An unknown product makes an empty line worth nothing."""
    quantity = int(wanted.get("quantity", 1))
    product = _wanted(state, wanted)
    if product:
        line = sell(state, order, product, quantity)
    else:
        line = Line(state.number("item"), "line_item", str(wanted.get("name", "")), quantity=quantity)
        order.lines.append(line)
    change_line(state, line, wanted)
    return line


def change_line(state: State, line: Line, wanted: Json) -> None:
    """The money and meta data a request gives a line; both amounts are net."""
    if "subtotal" in wanted:
        line.subtotal = read(wanted["subtotal"])
        line.total = line.subtotal
    if "total" in wanted:
        line.total = read(wanted["total"])
    write_meta(state, line.meta, wanted.get("meta_data"))


def _wanted(state: State, wanted: Json) -> Product | None:
    if wanted.get("sku"):
        return next((p for p in state.products.values() if p.sku == wanted["sku"]), None)
    return state.products.get(int(wanted.get("variation_id") or wanted.get("product_id") or 0))
