"""Lists of orders: what changed since, what one buyer bought. Reads only, page by page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.gateways.answers import read_json
from bot.gateways.client import Client, Params
from bot.gateways.coupons import codes_of
from bot.gateways.nouns import ChangedOrder, CustomerOrders
from bot.gateways.schema import Row, as_row, as_rows, moment, money, number, text, whole
from bot.gateways.transport import Answer
from store.money import Money, total

PAGE = 100
CHANGED_FIELDS = "id,number,status,date_modified_gmt,coupon_lines,gift_cards"
BOUGHT_FIELDS = "id,status,currency,total,billing.email"
MOST_BOUGHT_PAGES = 5

# Orders that came to nothing say nothing about a buyer; drafts are abandoned checkouts.
NOT_BOUGHT = frozenset({"pending", "failed", "cancelled", "checkout-draft", "trash", "auto-draft"})


def order_rows(answer: Answer) -> list[Row]:
    """The list in the answer."""
    return as_rows(read_json(answer), "the orders")


def changed_orders(client: Client, since: datetime) -> Iterator[ChangedOrder]:
    """Orders modified at or after ``since``, oldest change first, each state once.

    The shop's filter is exclusive and counts whole seconds (recording date_filters), and an order that
    changes meanwhile moves to the end: so the next page starts a second before the last one seen.
    """
    seen: set[tuple[int, datetime]] = set()
    start, page = since.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1), 1
    while True:
        orders = _changed_page(client, start, page)
        for order in orders:
            if (order.order_id, order.modified_at) not in seen:
                seen.add((order.order_id, order.modified_at))
                yield order
        if len(orders) < PAGE:
            return
        further = orders[-1].modified_at - timedelta(seconds=1)
        start, page = (further, 1) if further > start else (start, page + 1)


def customer_orders(client: Client, email: str, currency: str) -> CustomerOrders:
    """What the buyer with exactly this address bought; the average counts orders in ``currency`` only.

    The shop knows no filter by address and searches parts of words, so each hit is compared.
    """
    bought: list[Row] = []
    for page in range(1, MOST_BOUGHT_PAGES + 1):
        asked: Params = {"search": email, "per_page": PAGE, "page": page, "_fields": BOUGHT_FIELDS}
        hits = client.read("orders", order_rows, asked)
        bought += [row for row in hits if _is_bought_by(row, email)]
        if len(hits) < PAGE:
            break
    amounts = [money(number(row, "total"), currency) for row in bought if text(row, "currency") == currency]
    return CustomerOrders(len(bought), _average(amounts, currency))


def _changed_page(client: Client, after: datetime, page: int) -> list[ChangedOrder]:
    asked: Params = {
        "modified_after": after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "orderby": "modified",
        "order": "asc",
        "per_page": PAGE,
        "page": page,
        "_fields": CHANGED_FIELDS,
    }
    return client.read("orders", _changed, asked, fresh=True)


def _changed(answer: Answer) -> list[ChangedOrder]:
    return [
        ChangedOrder(
            whole(row, "id"),
            text(row, "number") or str(whole(row, "id")),
            text(row, "status"),
            moment(row, "date_modified_gmt"),
            codes_of(row),
        )
        for row in order_rows(answer)
    ]


def _is_bought_by(row: Row, email: str) -> bool:
    address = text(as_row(row.get("billing"), "billing"), "email")
    return address.casefold() == email.strip().casefold() and text(row, "status") not in NOT_BOUGHT


def _average(amounts: list[Money], currency: str) -> Money | None:
    if not amounts:
        return None
    return total(amounts, currency).allocate([1] * len(amounts))[0]
