"""Orders taken in as the REST interface once answered them: recordings become orders of this shop."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.sandbox.shop import dates
from bot.sandbox.shop.money import PRECISION, ZERO, exponent, half_up, read
from bot.sandbox.shop.records import CouponLine, Json, Line, Meta, Order, Product, Refund, Share, TaxRow
from bot.sandbox.shop.state import State
from bot.sandbox.shop.stock import REDUCED

MONEY = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")
TEXTS = ("payment_method", "payment_method_title", "transaction_id", "created_via", "customer_note")


def import_order(
    state: State, body: Json, *, decimals: int | None = None, round_at_subtotal: bool = False
) -> Order:
    """The order with its own ids. ``body`` may be read at any ``dp``; six decimals lose nothing. Products it
    names and the shop does not have are added, with stock if the line took some."""
    order = Order(
        int(body["id"]),
        body["status"],
        body["currency"],
        _moment(state, body["date_created"]) or state.now(),
        _moment(state, body["date_modified"]) or state.now(),
        body["prices_include_tax"],
        round_at_subtotal,
        exponent(body["currency"]) if decimals is None else decimals,
        body.get("order_key", f"wc_order_{body['id']}"),
    )
    _fill(state, order, body)
    state.orders[order.id] = order
    for row in body.get("refunds", []):
        _import_refund(state, order, row)
    _pass_numbers(state, order)
    return order


def _fill(state: State, order: Order, body: Json) -> None:
    order.parent_id, order.customer_id = body["parent_id"], body["customer_id"]
    order.billing, order.shipping = dict(body["billing"]), dict(body["shipping"])
    order.paid, order.completed = _moment(state, body["date_paid"]), _moment(state, body["date_completed"])
    for name in TEXTS:
        setattr(order, name, body.get(name, ""))
    for name in MONEY:
        setattr(order, name, Decimal(body[name]))
    order.meta = _metas(body["meta_data"])
    order.lines = [_line("line_item", row) for row in body["line_items"]]
    order.lines += [_line("shipping", row) for row in body["shipping_lines"]]
    order.lines += [_line("fee", row) for row in body["fee_lines"]]
    order.taxes = [_tax_row(row) for row in body["tax_lines"]]
    order.coupons = [_coupon(row) for row in body["coupon_lines"]]
    order.stock_reduced = any(line.meta_value(REDUCED) is not None for line in order.lines)
    order.usage_counted = bool(order.coupons)
    for row in body["line_items"]:
        _add_product(state, order, row)


def _moment(state: State, text: str | None) -> datetime | None:
    return dates.read(text, state.zone) if text else None


def _metas(rows: list[Json]) -> list[Meta]:
    return [Meta(row["id"], row["key"], row["value"]) for row in rows]


def _line(kind: str, row: Json) -> Line:
    line = Line(row["id"], kind, str(row.get("name") or row.get("method_title") or ""), _exact(row))
    line.total_tax, line.quantity = Decimal(row["total_tax"]), row.get("quantity", 1)
    line.subtotal, line.subtotal_tax = read(row.get("subtotal")), read(row.get("subtotal_tax"))
    for name in ("product_id", "variation_id", "tax_class", "tax_status", "method_id", "instance_id"):
        setattr(line, name, row.get(name, getattr(line, name)))
    line.shares = [_share(kind, tax) for tax in row["taxes"]]
    line.meta = _metas(row["meta_data"])
    return line


def _exact(row: Json) -> Decimal:
    """The line's total before it was rounded for the answer: the unit price of a product line never is."""
    total = Decimal(row["total"])
    exact = half_up(Decimal(str(row.get("price", total))) * row.get("quantity", 1), PRECISION)
    places = -int(total.as_tuple().exponent)
    return exact if "price" in row and half_up(exact, places) == total else total


def _share(kind: str, tax: Json) -> Share:
    return Share(tax["id"], read(tax["total"]), read(tax["subtotal"]) if kind == "line_item" else None)


def _tax_row(row: Json) -> TaxRow:
    percent = Decimal(str(row["rate_percent"]))
    known = TaxRow(row["id"], row["rate_id"], row["rate_code"], row["label"], row["compound"], percent)
    known.tax_total, known.shipping_tax_total = Decimal(row["tax_total"]), Decimal(row["shipping_tax_total"])
    return known


def _coupon(row: Json) -> CouponLine:
    nominal = Decimal(str(row["nominal_amount"]))
    line = CouponLine(row["id"], row["code"], row["discount_type"], nominal)
    line.discount, line.discount_tax = Decimal(row["discount"]), Decimal(row["discount_tax"])
    line.meta = _metas(row["meta_data"])
    return line


def _add_product(state: State, order: Order, row: Json) -> None:
    for product_id in (row["product_id"], row["variation_id"]):
        if product_id and product_id not in state.products:
            state.products[product_id] = _product(order, row, product_id)
            state.number_from("post", product_id)


def _product(order: Order, row: Json, product_id: int) -> Product:
    sold = product_id == (row["variation_id"] or row["product_id"])
    name = row["name"] if sold and not row["variation_id"] else row.get("parent_name") or row["name"]
    quantity = Decimal(row["quantity"] or 1)
    gross = Decimal(row["subtotal"]) + (Decimal(row["subtotal_tax"]) if order.prices_include_tax else ZERO)
    product = Product(product_id, name, row["sku"] or "", gross / quantity, order.created, order.created)
    if row["variation_id"]:
        product.kind = "variation" if sold else "variable"
        product.parent_id = row["product_id"] if sold else 0
        product.attributes = {"Option": row["name"].removeprefix(f"{name} - ")} if sold else {}
    if sold and any(meta["key"] == REDUCED for meta in row["meta_data"]):
        product.manage_stock, product.stock = True, 100
    product.tax_class = row["tax_class"]
    return product


def _import_refund(state: State, order: Order, row: Json) -> None:
    """All an order says of its refunds is id, reason and total."""
    amount = read(row["total"].removeprefix("-"))
    refund = Refund(row["id"], order.id, order.modified, amount, row["reason"], 1, True)
    refund.meta.append(state.meta("_refund_type", "full" if order.status == "refunded" else "partial"))
    state.refunds[refund.id] = refund
    state.number_from("post", refund.id)


def _pass_numbers(state: State, order: Order) -> None:
    items: list[Any] = [*order.lines, *order.taxes, *order.coupons]
    metas = [*order.meta, *(meta for line in order.lines for meta in line.meta)]
    metas += [meta for coupon in order.coupons for meta in coupon.meta]
    state.number_from("post", order.id)
    state.number_from("item", max((item.id for item in items), default=0))
    state.number_from("meta", max((meta.id for meta in metas), default=0))
