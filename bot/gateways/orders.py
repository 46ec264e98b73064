"""Finding and reading orders and their refunds, as evidence: past caches, every page. Reads only."""

from functools import partial

from bot.errors import NotFound, Refused, Unreachable
from bot.gateways import setup
from bot.gateways.answers import Unreadable, read_json
from bot.gateways.client import Client, Params
from bot.gateways.history import order_rows
from bot.gateways.pricing import Pricing
from bot.gateways.reading import ShopFacts, read_refund, read_snapshot
from bot.gateways.schema import Row, as_row, as_rows, needed, rows, text, whole
from bot.gateways.taxes import class_rates
from bot.gateways.transport import Answer
from bot.i18n import N_
from bot.rules.order import OrderSnapshot, ShopRefund

PAGE = 100
MOST_PAGES = 50
NO_SUCH_ORDER = N_("The shop has no order {order}.")

# What the shop says for an order it does not have: by route, and for the id of something else.
NO_ORDER = frozenset({"woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_order_invalid_id"})


def read_order(client: Client, order_id: int, facts: ShopFacts) -> OrderSnapshot:
    """The order with its refunds, money at six decimals: two calls, one where nothing was refunded."""
    row = order_row(client, order_id, {"dp": 6})
    try:
        refunded = _refunds(client, order_id, needed(row, "currency")) if rows(row, "refunds") else ()
        return read_snapshot(row, refunded, facts)
    except Unreadable as e:
        raise Unreachable(f"order {order_id} of the shop cannot be read: {e}", code="unreadable") from e


def list_refunds(client: Client, order_id: int) -> tuple[ShopRefund, ...]:
    """The order's refunds, newest first. The order is asked for first: an unknown one has an empty list."""
    currency = text(order_row(client, order_id, {"_fields": "id,status,currency"}), "currency")
    return _refunds(client, order_id, currency)


def order_row(client: Client, order_id: int, params: Params) -> Row:
    """The order's own fields. Raises NotFound for none, and for one in the bin, which still takes refunds."""
    try:
        row = client.read(f"orders/{order_id}", _order, params, fresh=True)
    except Refused as e:
        raise or_not_found(e, order_id) from e
    if row["status"] == "trash":
        raise NotFound(NO_SUCH_ORDER, order=order_id)
    return row


def pricing_for(client: Client, order_id: int, currency: str) -> Pricing:
    """What the buyer of this order pays on top of the prices of a shop in ``currency``.

    What the shop is set to counts. A key that may not see it has to believe the order, which tells how the
    shop was set then.
    """
    fields = "id,status,currency,prices_include_tax,line_items,tax_lines"
    row = order_row(client, order_id, {"_fields": fields})
    if text(row, "currency") != currency:
        return Pricing("")
    try:
        gross = setup.prices_include_tax(client)
    except Refused:
        gross = row.get("prices_include_tax") is True
    try:
        return Pricing(currency, None if gross else class_rates(row))
    except Unreadable as e:
        raise Unreachable(f"order {order_id} of the shop cannot be read: {e}", code="unreadable") from e


def order_id_of(client: Client, number: str) -> int:
    """The id of the order with this number, "#" or not; else the order with this id. Raises NotFound.

    A numbering plugin may give one order the number that is another's id, so the number counts first.
    """
    wanted = number.strip().lstrip("#").strip()
    by_id = _id_and_number(client, int(wanted)) if wanted.isascii() and wanted.isdigit() else None
    if by_id and by_id[1] == wanted:
        return by_id[0]
    asked: Params = {"search": wanted, "per_page": PAGE, "_fields": "id,number,status"}
    hits = client.read("orders", order_rows, asked) if wanted else []
    same = [whole(row, "id") for row in hits if text(row, "number").casefold() == wanted.casefold()]
    if same:
        return same[0]
    if by_id:
        return by_id[0]
    raise NotFound(NO_SUCH_ORDER, order=wanted)


def or_not_found(e: Refused, order_id: int) -> Refused | NotFound:
    """The refusal, or NotFound where it says that there is no such order."""
    return NotFound(NO_SUCH_ORDER, order=order_id) if e.code in NO_ORDER else e


def _id_and_number(client: Client, order_id: int) -> tuple[int, str] | None:
    try:
        row = order_row(client, order_id, {"_fields": "id,number,status"})
    except NotFound:
        return None
    return order_id, text(row, "number") or str(order_id)


def _refunds(client: Client, order_id: int, currency: str) -> tuple[ShopRefund, ...]:
    """Every page: the counting headers may be missing, so a page that is not full is the last one."""
    found: dict[int, ShopRefund] = {}
    for page in range(1, MOST_PAGES + 1):
        asked: Params = {"dp": 6, "per_page": PAGE, "page": page}
        into = partial(_refund_page, currency)
        refunds = client.read(f"orders/{order_id}/refunds", into, asked, fresh=True)
        found |= {refund.refund_id: refund for refund in refunds}
        if len(refunds) < PAGE:
            return tuple(found.values())
    raise Unreachable(f"order {order_id} has more than {MOST_PAGES * PAGE} refunds", code="too_many")


def _refund_page(currency: str, answer: Answer) -> list[ShopRefund]:
    return [read_refund(row, currency) for row in as_rows(read_json(answer), "the refunds")]


def _order(answer: Answer) -> Row:
    row = as_row(read_json(answer), "the order")
    whole(row, "id"), needed(row, "status")
    return row
