"""The orders a WooCommerce 10.5 shop answered with, as snapshots to return things from."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.rules.order import LineKind, OrderLine, OrderSnapshot
from bot.rules.shares import RawLine, RawRate, share_out
from store.money import Money
from tests import make

RECORDINGS = Path(__file__).parents[2] / "recordings"
KINDS = {
    "line_items": LineKind.PRODUCT,
    "shipping_lines": LineKind.SHIPPING,
    "fee_lines": LineKind.FEE,
}


def mixed_orders() -> list[OrderSnapshot]:
    """48 awkward orders read at six decimals: six currencies, two rates, coupons, fees below zero."""
    rows = json.loads((RECORDINGS / "mixed_orders.json").read_text())
    return [snapshot(row["dp6"]) for row in rows]


def recorded_orders() -> list[OrderSnapshot]:
    """Every order in the recordings that cost something, as answered at two decimals."""
    found = (order for path in sorted(RECORDINGS.glob("order*.json")) for order in _orders(_json(path)))
    unique = {(order["id"], order["total"]): snapshot(order) for order in found}
    return [order for order in unique.values() if order.total]


def snapshot(row: dict[str, Any]) -> OrderSnapshot:
    """One order of the shop with its shares, nothing refunded yet."""
    currency, rows = row["currency"], [(KINDS[key], line) for key in KINDS for line in row[key]]
    shares = share_out(
        Money.of(row["total"], currency),
        [raw(line) for _, line in rows],
        total_tax=Money.of(row["total_tax"], currency),
    )
    lines = tuple(
        OrderLine(share.line_id, kind, "", int(line.get("quantity", 0)), share.gross, share.taxes)
        for (kind, line), share in zip(rows, shares, strict=True)
    )
    order = make.an_order(make.a_line(), order_id=row["id"], total=Money.of(row["total"], currency))
    return replace(order, currency=currency, lines=lines)


def raw(line: dict[str, Any]) -> RawLine:
    """A line of the shop's JSON as numbers; a rate that took nothing is an empty text there."""
    rates = tuple(RawRate(tax["id"], Decimal(tax["total"] or 0)) for tax in line["taxes"])
    return RawLine(line["id"], Decimal(line["total"]), Decimal(line["total_tax"]), rates)


def _json(path: Path) -> Any:
    return json.loads(path.read_text())


def _orders(data: Any) -> Iterator[dict[str, Any]]:
    """Orders anywhere inside a recording."""
    if isinstance(data, dict) and {"line_items", "shipping_lines", "fee_lines", "total"} <= data.keys():
        yield data
        return
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in inner:
        yield from _orders(value)
