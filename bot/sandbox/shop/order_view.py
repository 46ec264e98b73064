"""An order and a refund as the REST interface shows them. Changes nothing."""

from decimal import Decimal

from bot.sandbox.shop.dates import gmt, local
from bot.sandbox.shop.money import SYMBOLS, ZERO, number, shown, trimmed
from bot.sandbox.shop.records import (
    ADDRESS,
    CouponLine,
    GiftCardLine,
    Json,
    Line,
    Meta,
    Order,
    Refund,
    Share,
    TaxRow,
)
from bot.sandbox.shop.state import State

VERSION = "10.5.0"


def order_view(state: State, order: Order, *, site: str, places: int | None = None) -> Json:
    """The whole order; money at ``places`` decimals, the order's own if None."""
    dp = order.decimals if places is None else places
    zone = state.zone
    view: Json = {
        "id": order.id,
        "parent_id": order.parent_id,
        "status": order.status,
        "currency": order.currency,
        "version": VERSION,
        "prices_include_tax": order.prices_include_tax,
        "date_created": local(order.created, zone),
        "date_modified": local(order.modified, zone),
    }
    for name in (
        "discount_total",
        "discount_tax",
        "shipping_total",
        "shipping_tax",
        "cart_tax",
        "total",
        "total_tax",
    ):
        view[name] = shown(getattr(order, name), dp)
    view |= _people(order) | {
        "date_completed": local(order.completed, zone),
        "date_paid": local(order.paid, zone),
        "cart_hash": "",
        "number": str(order.id),
        "meta_data": [meta_view(row) for row in sorted(order.meta, key=lambda row: row.key)],
    }
    cards: Json = (
        {"gift_cards": [_card_view(row) for row in order.gift_cards]} if state.has_gift_cards else {}
    )
    return view | _lines(state, order, dp) | cards | _ends(state, order, site)


def _people(order: Order) -> Json:
    return {
        "customer_id": order.customer_id,
        "order_key": order.order_key,
        "billing": {name: order.billing.get(name, "") for name in (*ADDRESS, "email", "phone")},
        "shipping": {name: order.shipping.get(name, "") for name in (*ADDRESS, "phone")},
        "payment_method": order.payment_method,
        "payment_method_title": order.payment_method_title,
        "transaction_id": order.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": order.created_via,
        "customer_note": order.customer_note,
    }


def _lines(state: State, order: Order, dp: int) -> Json:
    return {
        "line_items": [line_view(state, line, dp) for line in order.of_kind("line_item")],
        "tax_lines": [tax_row_view(row, dp) for row in order.taxes],
        "shipping_lines": [shipping_view(state, line, dp) for line in order.of_kind("shipping")],
        "fee_lines": [fee_view(state, line, dp) for line in order.of_kind("fee")],
        "coupon_lines": [_coupon_view(row) for row in order.coupons],
        "refunds": [_short_refund(refund, dp) for refund in state.refunds_of(order.id)],
    }


def _ends(state: State, order: Order, site: str) -> Json:
    path = f"{site}/wp-json/wc/v3/orders"
    return {
        "payment_url": f"{site}/checkout/order-pay/{order.id}/?pay_for_order=true&key={order.order_key}",
        "is_editable": order.status in ("pending", "on-hold", "auto-draft"),
        "needs_payment": order.status in ("pending", "failed") and order.total > 0,
        "needs_processing": any(_ships(state, line) for line in order.of_kind("line_item")),
        "date_created_gmt": gmt(order.created),
        "date_modified_gmt": gmt(order.modified),
        "date_completed_gmt": gmt(order.completed),
        "date_paid_gmt": gmt(order.paid),
        "currency_symbol": SYMBOLS.get(order.currency, order.currency),
        "_links": {"self": [{"href": f"{path}/{order.id}"}], "collection": [{"href": path}]},
    }


def _ships(state: State, line: Line) -> bool:
    product = state.product_of(line.product_id, line.variation_id)
    return product is not None and not product.virtual


def refund_view(state: State, refund: Refund, *, site: str, places: int | None = None) -> Json:
    """A refund record: lines negative, amount positive."""
    order = state.orders[refund.order_id]
    dp = order.decimals if places is None else places
    path = f"{site}/wp-json/wc/v3/orders/{order.id}"
    return {
        "id": refund.id,
        "date_created": local(refund.created, state.zone),
        "date_created_gmt": gmt(refund.created),
        "amount": "" if refund.amount is None else shown(refund.amount, dp),
        "reason": refund.reason,
        "refunded_by": refund.refunded_by,
        "refunded_payment": refund.refunded_payment,
        "meta_data": [meta_view(row) for row in sorted(refund.meta, key=lambda row: row.key)],
        "line_items": [line_view(state, line, dp) for line in refund.lines if line.kind == "line_item"],
        "shipping_lines": [
            shipping_view(state, line, dp) for line in refund.lines if line.kind == "shipping"
        ],
        "tax_lines": [tax_row_view(row, dp) for row in refund.taxes],
        "fee_lines": [fee_view(state, line, dp) for line in refund.lines if line.kind == "fee"],
        "_links": {
            "self": [{"href": f"{path}/refunds/{refund.id}"}],
            "collection": [{"href": f"{path}/refunds"}],
            "up": [{"href": path}],
        },
    }


def meta_view(row: Meta) -> Json:
    """Meta data of orders, refunds, products, coupons."""
    return {"id": row.id, "key": row.key, "value": row.value}


def _line_meta(state: State, line: Line) -> list[Json]:
    product = state.product_of(line.product_id, line.variation_id)
    labels = {name.lower(): name for name in (product.attributes if product else {})}
    return [
        meta_view(row) | {"display_key": labels.get(row.key, row.key), "display_value": row.value}
        for row in line.meta
    ]


def _share_view(share: Share, dp: int) -> Json:
    subtotal = "" if share.subtotal is None else shown(share.subtotal, dp)
    return {"id": share.rate_id, "total": shown(share.total, dp), "subtotal": subtotal}


def _unit_price(line: Line) -> Decimal:
    return line.total / line.quantity if line.quantity else ZERO


def line_view(state: State, line: Line, dp: int) -> Json:
    """A product line. A line whose product is gone shows product 0 and no SKU."""
    product = state.product_of(line.product_id, line.variation_id)
    parent = state.products.get(product.parent_id) if product and product.parent_id else None
    empty = "" if product and not parent else 0
    return {
        "id": line.id,
        "name": line.name,
        "product_id": line.product_id if product else 0,
        "variation_id": line.variation_id if product else 0,
        "quantity": line.quantity,
        "tax_class": line.tax_class,
        "subtotal": shown(line.subtotal, dp),
        "subtotal_tax": shown(line.subtotal_tax, dp),
        "total": shown(line.total, dp),
        "total_tax": shown(line.total_tax, dp),
        "taxes": [_share_view(share, dp) for share in line.shares],
        "meta_data": _line_meta(state, line),
        "sku": product.sku if product else None,
        "global_unique_id": "" if product else None,
        "price": number(_unit_price(line)),
        "image": {"id": product.id, "src": product.image}
        if product and product.image
        else {"id": empty, "src": ""},
        "parent_name": parent.name if parent else None,
    }


def shipping_view(state: State, line: Line, dp: int) -> Json:
    """A shipping line."""
    return {
        "id": line.id,
        "method_title": line.name,
        "method_id": line.method_id,
        "instance_id": line.instance_id,
        "total": shown(line.total, dp),
        "total_tax": shown(line.total_tax, dp),
        "taxes": [_share_view(share, dp) for share in line.shares],
        "tax_status": line.tax_status,
        "meta_data": _line_meta(state, line),
    }


def fee_view(state: State, line: Line, dp: int) -> Json:
    """A fee line, negative when it is a discount."""
    return {
        "id": line.id,
        "name": line.name,
        "tax_class": line.tax_class,
        "tax_status": line.tax_status,
        "amount": "",
        "total": shown(line.total, dp),
        "total_tax": shown(line.total_tax, dp),
        "taxes": [_share_view(share, dp) for share in line.shares],
        "meta_data": _line_meta(state, line),
    }


def tax_row_view(row: TaxRow, dp: int) -> Json:
    """The sum of one rate."""
    return {
        "id": row.id,
        "rate_code": row.code,
        "rate_id": row.rate_id,
        "label": row.label,
        "compound": row.compound,
        "tax_total": shown(row.tax_total, dp),
        "shipping_tax_total": shown(row.shipping_tax_total, dp),
        "rate_percent": number(row.percent),
        "meta_data": [],
    }


def _card_view(row: GiftCardLine) -> Json:
    """A gift card of the extension, in its own shape: the amount is a number."""
    return {"id": row.card_id, "code": row.code, "amount": float(row.amount)}


def _coupon_view(row: CouponLine) -> Json:
    """A coupon line; its amounts are shown as stored, whatever ``dp`` says."""
    return {
        "id": row.id,
        "code": row.code,
        "discount": trimmed(row.discount),
        "discount_tax": trimmed(row.discount_tax),
        "meta_data": [meta_view(m) | {"display_key": m.key, "display_value": m.value} for m in row.meta],
        "discount_type": row.discount_type,
        "nominal_amount": number(row.nominal),
        "free_shipping": False,
    }


def _short_refund(refund: Refund, dp: int) -> Json:
    amount = "" if refund.amount is None else shown(refund.amount, dp)
    return {"id": refund.id, "reason": refund.reason, "total": f"-{amount}"}
