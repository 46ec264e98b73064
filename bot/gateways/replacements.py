"""Replacement orders: made with a mark, found again by it, read and moved from status to status.

WooCommerce checks nothing of an order it is asked to make (recordings order_create_unknown_product,
order_create_out_of_stock), so what it made is compared with what was asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.errors import GatewayError, OutcomeUnknown, Refused, Unreachable
from bot.gateways import catalogue
from bot.gateways.answers import Unreadable, read_json
from bot.gateways.client import Client, Params
from bot.gateways.lines import REDUCED_KEY, counted
from bot.gateways.nouns import ReplacementLine, ReplacementOrder
from bot.gateways.orders import or_not_found, order_row
from bot.gateways.reading import EXCHANGE_KEY
from bot.gateways.refunds import OPERATION_KEY
from bot.gateways.replacing import RESERVED, Sums, corrections, order_body, units_of
from bot.gateways.schema import Row, as_row, as_rows, meta, money, needed, number, rows, text, whole, whole_or
from bot.gateways.taxes import Rates, class_rates
from bot.gateways.transport import Answer

PAGE, MOST_PAGES = 100, 50
FIELDS = "id,parent_id,number,status,currency,total,line_items,meta_data"
# "any" leaves out the bin (recording orders_list_include_trashed), and nobody promises drafts.
EVERY_STATUS = ("any", "checkout-draft,auto-draft,trash")
# Said before anything is saved; a coupon or an item is refused when the order is there already.
NOTHING_MADE = frozenset(
    {
        "rest_invalid_param",
        "rest_missing_callback_param",
        "rest_invalid_json",
        "woocommerce_rest_invalid_customer_id",
        "woocommerce_rest_shop_order_exists",
    }
)


def create_replacement(
    client: Client,
    original_id: int,
    lines: Sequence[ReplacementLine],
    *,
    operation: str,
    reference: str,
    places: int,
    seconds: float,
) -> ReplacementOrder:
    """Make the order, reserved and marked; its total is what is collected for it, to the minor unit.

    ``places`` is the decimals the shop rounds to. Raises NotFound for no such original, Refused and
    Unreachable where no order was made, OutcomeUnknown otherwise, with code "other" for another order than
    asked: one may be left behind even where the shop says no (recording order_leftover_after_400).
    """
    original = order_row(client, original_id, {"dp": 6})
    try:
        sums = Sums.of(lines, needed(original, "currency"), places)
        rates = _rates(client, original, lines)
        body = order_body(original, sums, rates, operation=operation, reference=reference)
    except Unreadable as e:
        raise _unreadable(original_id, e) from e
    _link(client, original, reference, seconds)
    row = client.write("POST", "orders", body, _row, seconds=seconds, proves=_proves_nothing_made)
    return _as_asked(client, row, body, sums, seconds)


def find_replacement(client: Client, original_id: int, operation: str) -> ReplacementOrder | None:
    """The child of the original with this mark, in whatever status; None if there is none.

    Raises OutcomeUnknown if there are two, Unreachable.
    """
    found: dict[int, ReplacementOrder] = {}
    for status in EVERY_STATUS:
        children = _children(client, original_id, status)
        found |= {child.order_id: child for child in children if child.operation == operation}
    if len(found) > 1:
        raise OutcomeUnknown(f"{len(found)} orders carry {operation}", code="two_rows")
    return next(iter(found.values()), None)


def read_replacement(client: Client, order_id: int) -> ReplacementOrder:
    """The order as it is now. Raises NotFound, also for one in the bin, and Unreachable."""
    row = order_row(client, order_id, {"_fields": FIELDS})
    try:
        return _read_row(row)
    except Unreadable as e:
        raise _unreadable(order_id, e) from e


def _unreadable(order_id: int, e: Unreadable) -> Unreachable:
    return Unreachable(f"order {order_id} of the shop cannot be read: {e}", code="unreadable")


def set_order_status(client: Client, order_id: int, status: str, *, seconds: float) -> ReplacementOrder:
    """Move the order to ``status``; a repeat changes nothing. Raises like every write, or NotFound."""
    try:
        order = client.write("PUT", f"orders/{order_id}", {"status": status}, _read, seconds=seconds)
    except Refused as e:
        raise or_not_found(e, order_id) from e
    if order.status != status:
        raise OutcomeUnknown(f"the shop left the order “{order.status}”", code="other")
    return order


def _rates(client: Client, original: Row, lines: Sequence[ReplacementLine]) -> list[Rates]:
    """The rates on each line, as far as the original tells them; the shop's answer has the last word.

    Where nothing is collected nothing is taxed, and nobody is asked.
    """
    known = class_rates(original)
    likely = next(iter(known.values()), ())
    if not any(line.collected for line in lines):
        return [likely for _ in lines]
    classes = catalogue.tax_classes(client, {(line.product_id, line.variation_id) for line in lines})
    named = [classes.get((line.product_id, line.variation_id), "") for line in lines]
    return [() if name is None else known.get(name, likely) for name in named]


def _link(client: Client, original: Row, reference: str, seconds: float) -> None:
    """Note the exchange on the original, before: so the new order is the last thing that is written."""
    before = meta(original).get(EXCHANGE_KEY)
    known = before.split(", ") if isinstance(before, str) and before else []
    if reference in known:
        return
    value = ", ".join([*known, reference])
    body = {"meta_data": [{"key": EXCHANGE_KEY, "value": value}]}
    try:
        client.write("PUT", f"orders/{whole(original, 'id')}", body, _row, seconds=seconds)
    except OutcomeUnknown as e:
        # The note may stand or not, which does not matter: no replacement was asked for.
        raise Unreachable(e.detail, code=e.code, retry_after=e.retry_after) from e


def _as_asked(
    client: Client, row: Row, body: Mapping[str, Any], sums: Sums, seconds: float
) -> ReplacementOrder:
    """The order that was made, its lines written anew while its total is another one than asked.

    Whatever goes wrong from here on is an OutcomeUnknown: there is an order.
    """
    try:
        order = _asked_for(row, body, sums)
        for change in corrections(row, sums) if order.total != sums.collected else ():
            row = client.write("PUT", f"orders/{order.order_id}", change, _row, seconds=seconds)
            order = _asked_for(row, body, sums)
            if order.total == sums.collected:
                break
    except Unreadable as e:
        raise OutcomeUnknown(f"the shop's answer cannot be read: {e}", code="unreadable") from e
    except GatewayError as e:
        raise OutcomeUnknown(e.detail, code=e.code, retry_after=e.retry_after) from e
    if order.total != sums.collected:
        differs = f"{order.total.decimal} instead of {sums.collected.decimal}"
        raise OutcomeUnknown(f"order {order.number} comes to {differs}", code="other")
    return order


def _asked_for(row: Row, body: Mapping[str, Any], sums: Sums) -> ReplacementOrder:
    """The order in the answer. Raises OutcomeUnknown if it is not the one asked for, whatever its total."""
    order, marks = _read_row(row), meta(row)
    wrong = [
        name
        for name, right in (
            ("goods", order.units == units_of(sums.lines)),
            ("lines", len(rows(row, "line_items")) == len(sums.lines)),
            ("status", order.status == RESERVED),
            ("marks", all(marks.get(mark["key"]) == mark["value"] for mark in body["meta_data"])),
            ("parent", whole_or(row, "parent_id", 0) == body["parent_id"]),
            ("currency", order.total.currency == sums.collected.currency),
        )
        if not right
    ]
    if wrong:
        told = ", ".join(wrong)
        raise OutcomeUnknown(f"the shop made order {order.number} with other {told} than asked", code="other")
    return order


def _children(client: Client, original_id: int, status: str) -> list[ReplacementOrder]:
    """Every page: the counting headers may be missing, so a page that is not full is the last one."""
    found: list[ReplacementOrder] = []
    for page in range(1, MOST_PAGES + 1):
        asked: Params = {
            "parent": original_id,
            "status": status,
            "per_page": PAGE,
            "page": page,
            "_fields": FIELDS,
        }
        into = partial(_read_children, original_id)
        children, whole_page = client.read("orders", into, asked, fresh=True)
        found += children
        if not whole_page:
            return found
    raise Unreachable(f"order {original_id} has more than {PAGE * MOST_PAGES} children", code="too_many")


def _read_children(original_id: int, answer: Answer) -> tuple[list[ReplacementOrder], bool]:
    """The children of a page, and whether it was full. A shop that ignores ``parent`` lists all orders."""
    listed = as_rows(read_json(answer), "the orders")
    mine = [row for row in listed if whole_or(row, "parent_id", 0) == original_id]
    return [_read_row(row) for row in mine], len(listed) >= PAGE


def _proves_nothing_made(status: int, code: str) -> bool:
    return status in (401, 403, 404) or code in NOTHING_MADE


def _row(answer: Answer) -> Row:
    row = as_row(read_json(answer), "the order")
    whole(row, "id")
    return row


def _read(answer: Answer) -> ReplacementOrder:
    return _read_row(_row(answer))


def _read_row(row: Row) -> ReplacementOrder:
    mark = meta(row).get(OPERATION_KEY)
    return ReplacementOrder(
        order_id=whole(row, "id"),
        number=text(row, "number") or str(whole(row, "id")),
        status=needed(row, "status"),
        operation=mark if isinstance(mark, str) else "",
        units=_units(row),
        reserved=_reserved(row),
        total=money(number(row, "total"), needed(row, "currency")),
    )


def _units(row: Row) -> Mapping[tuple[int, int], int]:
    return _summed(row, lambda line: int(number(line, "quantity")))


def _reserved(row: Row) -> Mapping[tuple[int, int], int]:
    """What the lines say is out of stock for them (recording exchange_order_create_free_replacement)."""
    return _summed(row, lambda line: counted(meta(line).get(REDUCED_KEY)))


def _summed(row: Row, count: Callable[[Row], int]) -> Mapping[tuple[int, int], int]:
    units: dict[tuple[int, int], int] = {}
    for line in rows(row, "line_items"):
        article = (whole_or(line, "product_id", 0), whole_or(line, "variation_id", 0))
        units[article] = units.get(article, 0) + count(line)
    return units
