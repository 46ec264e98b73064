"""The lines of an order as the shop writes them; what each was worth is the rules' to say."""

from typing import Any

from bot.gateways.answers import plain
from bot.gateways.schema import Row, meta, money, number, rows, text, whole, whole_or
from bot.rules.order import LineKind, OrderLine
from bot.rules.shares import LineShare, RawLine, RawRate, share_out
from store.money import Money

KINDS = {
    "line_items": LineKind.PRODUCT,
    "shipping_lines": LineKind.SHIPPING,
    "fee_lines": LineKind.FEE,
}
NAMES = {LineKind.PRODUCT: "name", LineKind.SHIPPING: "method_title", LineKind.FEE: "name"}
LONGEST_VARIANT = 120
REDUCED_KEY = "_reduced_stock"  # on a line: what of it is out of stock, once the shop took it out

# Line and order meta by which plugins mark gift cards, sold or used.
GIFT_CARD_KEYS = (
    "wc_gc_giftcard",
    "_wc_gc_",
    "_ywgc_",
    "ywgc_",
    "pw_gift_card",
    "_pw_gift_card",
    "_gift_card",
)


def read_lines(row: Row, paid: Money) -> tuple[OrderLine, ...]:
    """All lines of an order read at ``dp=6``, with their exact shares of ``paid``, the order's total."""
    lines = [(kind, line) for key, kind in KINDS.items() for line in rows(row, key)]
    tax = money(number(row, "total_tax"), paid.currency)
    shares = share_out(paid, [_raw_line(line) for _, line in lines], total_tax=tax)
    return tuple(_line(kind, line, share) for (kind, line), share in zip(lines, shares, strict=True))


def read_taxes(row: Row) -> tuple[RawRate, ...]:
    """Tax per rate, unrounded; a rate that took nothing is written as an empty text."""
    return tuple(RawRate(whole(tax, "id"), number(tax, "total")) for tax in rows(row, "taxes"))


def _raw_line(row: Row) -> RawLine:
    return RawLine(whole(row, "id"), number(row, "total"), number(row, "total_tax"), read_taxes(row))


def _line(kind: LineKind, row: Row, share: LineShare) -> OrderLine:
    entries, is_product = meta(row), kind is LineKind.PRODUCT
    return OrderLine(
        line_id=share.line_id,
        kind=kind,
        name=plain(text(row, "parent_name") or text(row, NAMES[kind])),
        quantity=int(number(row, "quantity")) if is_product else 1,
        gross=share.gross,
        taxes=share.taxes,
        product_id=whole_or(row, "product_id", 0),
        variation_id=whole_or(row, "variation_id", 0),
        sku=text(row, "sku"),
        variant=_variant(row) if is_product else "",
        list_price=_list_price(row, share.gross.currency) if is_product else None,
        reduced_stock=counted(entries.get(REDUCED_KEY)),
        restocked=counted(entries.get("_restock_refunded_items")),
        gift_card=any(key.startswith(GIFT_CARD_KEYS) for key in entries),
    )


def _variant(row: Row) -> str:
    """What the buyer chose, from the entries the shop shows; those starting with "_" are its own."""
    entries = [entry for entry in rows(row, "meta_data") if not str(entry.get("key", "_")).startswith("_")]
    chosen = (plain(value) for entry in entries if isinstance(value := entry.get("display_value"), str))
    return " / ".join(value for value in chosen if value)[:LONGEST_VARIANT]


def _list_price(row: Row, currency: str) -> Money | None:
    """The price of one unit before coupons, with its tax."""
    quantity = number(row, "quantity")
    if not quantity:
        return None
    return money((number(row, "subtotal") + number(row, "subtotal_tax")) / quantity, currency)


def counted(value: Any) -> int:
    """A count the shop keeps as text in a line's meta; nothing counted yet is nothing written."""
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0
