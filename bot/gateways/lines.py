"""The lines of an order as the shop writes them, and their exact shares of the order's total."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from bot.gateways.answers import plain
from bot.gateways.schema import Row, meta, money, number, rows, text, whole, whole_or
from bot.rules.order import LineKind, OrderLine, TaxShare
from store.money import Money, exponent

KINDS = {
    "line_items": LineKind.PRODUCT,
    "shipping_lines": LineKind.SHIPPING,
    "fee_lines": LineKind.FEE,
}
NAMES = {LineKind.PRODUCT: "name", LineKind.SHIPPING: "method_title", LineKind.FEE: "name"}
LONGEST_VARIANT = 120

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


@dataclass(frozen=True, slots=True)
class Paid:
    """What one line says was paid for it, unrounded: the net, and the tax of each rate."""

    kind: LineKind
    row: Row
    net: Decimal
    taxes: tuple[tuple[int, Decimal], ...]

    @property
    def gross(self) -> Decimal:
        """Net and taxes together."""
        return sum((tax for _, tax in self.taxes), self.net)


def read_lines(row: Row, paid: Money) -> tuple[OrderLine, ...]:
    """All lines of an order read at ``dp=6``; their ``gross`` sums to ``paid``, the order's total.

    No sum over lines gives the total in every shop (recording mixed_orders, of a WooCommerce 10.5 shop), so the total is spread over the lines and each line's part over its net and its rates.
    """
    lines = [_paid(kind, line) for key, kind in KINDS.items() for line in rows(row, key)]
    shares = share(paid, [line.gross for line in lines])
    return tuple(_line(line, gross) for line, gross in zip(lines, shares, strict=True))


def read_taxes(row: Row) -> tuple[tuple[int, Decimal], ...]:
    """Tax per rate, unrounded; a rate that took nothing is written as an empty text."""
    return tuple((whole(tax, "id"), number(tax, "total")) for tax in rows(row, "taxes"))


def share(paid: Money, exact: Sequence[Decimal]) -> list[Money]:
    """``paid`` in whole minor units, close to ``exact``: odd units go to the largest remainders."""
    if not exact:
        return []
    scaled = [part.scaleb(exponent(paid.currency)) for part in exact]
    parts = [int(part.to_integral_value(ROUND_FLOOR)) for part in scaled]
    each, odd = divmod(paid.minor - sum(parts), len(parts))
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - scaled[i])
    for i in range(len(parts)):
        parts[i] += each
    for i in by_remainder[:odd]:
        parts[i] += 1
    return [Money(part, paid.currency) for part in parts]


def _paid(kind: LineKind, row: Row) -> Paid:
    return Paid(kind, row, number(row, "total"), read_taxes(row))


def _line(line: Paid, gross: Money) -> OrderLine:
    parts = share(gross, [line.net, *(tax for _, tax in line.taxes)])
    taxes = tuple(TaxShare(rate, part) for (rate, _), part in zip(line.taxes, parts[1:], strict=True))
    row, entries = line.row, meta(line.row)
    is_product = line.kind is LineKind.PRODUCT
    return OrderLine(
        line_id=whole(row, "id"),
        kind=line.kind,
        name=plain(text(row, "parent_name") or text(row, NAMES[line.kind])),
        quantity=int(number(row, "quantity")) if is_product else 1,
        gross=gross,
        taxes=taxes,
        product_id=whole_or(row, "product_id", 0),
        variation_id=whole_or(row, "variation_id", 0),
        sku=text(row, "sku"),
        variant=_variant(row) if is_product else "",
        list_price=_list_price(row, gross.currency) if is_product else None,
        reduced_stock=_count(entries.get("_reduced_stock")),
        restocked=_count(entries.get("_restock_refunded_items")),
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


def _count(value: Any) -> int:
    """A count the shop keeps as text in a line's meta; nothing counted yet is nothing written."""
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0
