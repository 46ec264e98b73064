"""Replacement orders: made with a mark, found again by it, read and moved from status to status.

WooCommerce checks nothing of an order it is asked to make (recordings order_create_unknown_product,
order_create_out_of_stock), so what it made is compared with what was asked for.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from bot.errors import OutcomeUnknown, Refused, Unreachable
from bot.gateways.answers import read_json
from bot.gateways.client import Client, Params
from bot.gateways.nouns import ReplacementLine, ReplacementOrder
from bot.gateways.orders import or_not_found, order_row
from bot.gateways.refunds import OPERATION_KEY
from bot.gateways.schema import Row, as_row, as_rows, meta, money, needed, number, rows, text, whole, whole_or
from bot.gateways.transport import Answer
from store.money import Money, total

RESERVED = "on-hold"  # reduces the stock and is not sent
EXCHANGE_KEY, ORIGINAL_KEY = "_returns_desk_exchange", "_returns_desk_exchange_of"
PAYMENT = {"payment_method": "returns_desk", "payment_method_title": "Returns desk"}
COPIED = ("billing", "shipping", "currency", "customer_id")
FINE = Decimal("0.000001")  # what the shop keeps of a line's net
PAGE, MOST_PAGES = 100, 50
FIELDS = "id,number,status,currency,total,line_items,meta_data"


def create_replacement(
    client: Client,
    original_id: int,
    lines: Sequence[ReplacementLine],
    *,
    operation: str,
    reference: str,
    seconds: float,
) -> ReplacementOrder:
    """Make the order, reserved and marked; its total is what is collected for it.

    Raises Refused where nothing was made, NotFound for no such original, Unreachable, or OutcomeUnknown: an
    order may be left behind even where the shop says no (recording order_leftover_after_400).
    """
    original = order_row(client, original_id, {"dp": 6})
    body = _body(original, lines, operation, reference)
    made = client.write("POST", "orders", body, _read, seconds=seconds, proves=_proves_nothing_made)
    if made.units != _units(lines):
        raise OutcomeUnknown("the shop made another order than asked: look at it in the shop", code="other")
    collected = total((line.collected for line in lines), made.total.currency)
    if made.total != collected:
        made = _fit(client, made, lines, collected, seconds)
    return made


def find_replacement(client: Client, original_id: int, operation: str) -> ReplacementOrder | None:
    """The order with this mark among the children of the original, in whatever status; None if none is."""
    for page in range(1, MOST_PAGES + 1):
        asked: Params = {
            "parent": original_id,
            "status": "any",
            "per_page": PAGE,
            "page": page,
            "_fields": FIELDS,
        }
        found = client.read("orders", _read_list, asked, fresh=True)
        marked = next((order for order in found if order.operation == operation), None)
        if marked is not None or len(found) < PAGE:
            return marked
    raise Unreachable(f"order {original_id} has more than {PAGE * MOST_PAGES} children", code="too_many")


def read_replacement(client: Client, order_id: int) -> ReplacementOrder:
    """The order as it is now. Raises NotFound, also for one in the bin, and Unreachable."""
    try:
        return client.read(f"orders/{order_id}", _read, {"_fields": FIELDS}, fresh=True)
    except Refused as e:
        raise or_not_found(e, order_id) from e


def set_order_status(client: Client, order_id: int, status: str, *, seconds: float) -> ReplacementOrder:
    """Move the order to ``status``; a repeat changes nothing. Raises like every write, or NotFound."""
    try:
        made = client.write("PUT", f"orders/{order_id}", {"status": status}, _read, seconds=seconds)
    except Refused as e:
        raise or_not_found(e, order_id) from e
    if made.status != status:
        raise OutcomeUnknown(f"the shop left the order “{made.status}”", code="other")
    return made


def _body(original: Row, lines: Sequence[ReplacementLine], operation: str, reference: str) -> dict[str, Any]:
    rate = _tax_rate(original)
    marks = {OPERATION_KEY: operation, EXCHANGE_KEY: reference, ORIGINAL_KEY: str(whole(original, "id"))}
    return {
        **{name: original.get(name) for name in COPIED},
        **PAYMENT,
        "status": RESERVED,
        "parent_id": whole(original, "id"),
        "line_items": [_line(line, rate) for line in lines],
        "meta_data": [{"key": key, "value": value} for key, value in marks.items()],
    }


def _line(line: ReplacementLine, rate: Decimal) -> dict[str, Any]:
    article = {"product_id": line.product_id, "quantity": line.quantity}
    if line.variation_id:
        article["variation_id"] = line.variation_id
    return {
        **article,
        "subtotal": str(_net(line.price, rate)),
        "total": str(_net(line.collected, rate)),
    }


def _net(gross: Money, rate: Decimal) -> Decimal:
    return (Decimal(gross.decimal) / (1 + rate)).quantize(FINE, ROUND_HALF_UP)


def _tax_rate(original: Row) -> Decimal:
    """What was taxed on the goods of the original. The shop taxes the new order itself, at today's rate."""
    net = sum((number(line, "total") for line in rows(original, "line_items")), Decimal())
    tax = sum((number(line, "total_tax") for line in rows(original, "line_items")), Decimal())
    return tax / net if net else Decimal()


def _fit(
    client: Client,
    made: ReplacementOrder,
    lines: Sequence[ReplacementLine],
    collected: Money,
    seconds: float,
) -> ReplacementOrder:
    """Write the lines' nets anew from the tax the shop took on them; the order is not sent before."""
    into = partial(_correction, lines)
    body = client.read(f"orders/{made.order_id}", into, {"dp": 6}, fresh=True)
    return client.write("PUT", f"orders/{made.order_id}", body, _read, seconds=seconds)


def _correction(lines: Sequence[ReplacementLine], answer: Answer) -> dict[str, Any]:
    found = rows(as_row(read_json(answer), "the order"), "line_items")
    return {
        "line_items": [
            {"id": whole(row, "id"), "total": str(_net(line.collected, _rate_of(row)))}
            for row, line in zip(found, lines, strict=True)
        ]
    }


def _rate_of(row: Row) -> Decimal:
    net, tax = number(row, "subtotal"), number(row, "subtotal_tax")
    return tax / net if net else Decimal()


def _proves_nothing_made(status: int, code: str) -> bool:
    """A field is refused before anything is made; an item or a coupon leaves an order behind."""
    return status in (401, 403, 404) or code == "rest_invalid_param"


def _read(answer: Answer) -> ReplacementOrder:
    return _order(as_row(read_json(answer), "the order"))


def _read_list(answer: Answer) -> list[ReplacementOrder]:
    return [_order(row) for row in as_rows(read_json(answer), "the orders")]


def _order(row: Row) -> ReplacementOrder:
    mark = meta(row).get(OPERATION_KEY)
    return ReplacementOrder(
        order_id=whole(row, "id"),
        number=text(row, "number") or str(whole(row, "id")),
        status=needed(row, "status"),
        operation=mark if isinstance(mark, str) else "",
        units=_made_units(row),
        total=money(number(row, "total"), needed(row, "currency")),
    )


def _made_units(row: Row) -> Mapping[tuple[int, int], int]:
    units: dict[tuple[int, int], int] = {}
    for line in rows(row, "line_items"):
        article = (whole_or(line, "product_id", 0), whole_or(line, "variation_id", 0))
        units[article] = units.get(article, 0) + int(number(line, "quantity"))
    return units


def _units(lines: Sequence[ReplacementLine]) -> Mapping[tuple[int, int], int]:
    units: dict[tuple[int, int], int] = {}
    for line in lines:
        article = (line.product_id, line.variation_id)
        units[article] = units.get(article, 0) + line.quantity
    return units
