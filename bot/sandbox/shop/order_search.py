"""Which orders a list request means: filters, search, order of rows. Unknown parameters are ignored."""

import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.shop import dates
from bot.sandbox.shop.errors import not_in
from bot.sandbox.shop.http import chosen, listed, numbers, truth
from bot.sandbox.shop.order_build import SETTABLE
from bot.sandbox.shop.records import ADDRESS, Json, Order
from bot.sandbox.shop.state import State

LISTABLE = ("any", "trash", *SETTABLE)
ORDERBY = ("date", "id", "include", "title", "slug", "modified")
Test = Callable[[Order], bool]


def find(state: State, query: Json) -> list[Order]:
    """All orders that fit, in the order asked for."""
    tests = [_status(query), *_ids(query), *_dates(state, query)]
    if query.get("search"):
        words = plain(str(query["search"]))
        tests.append(lambda order: words in text_of(order))
    found = [order for order in state.orders.values() if all(test(order) for test in tests)]
    return arranged(found, query)


def arranged(found: list[Order], query: Json) -> list[Order]:
    """Newest first unless told otherwise."""
    by = chosen(query, "orderby", ORDERBY, "date")
    down = chosen(query, "order", ("asc", "desc"), "desc") == "desc"
    if by == "include":
        places = {wanted: place for place, wanted in enumerate(numbers("include", query.get("include", "")))}
        return sorted(found, key=lambda order: places.get(order.id, 0))
    keys: dict[str, Callable[[Order], Any]] = {
        "modified": lambda order: (order.modified, order.id),
        "date": lambda order: (order.created, order.id),
    }
    return sorted(found, key=keys.get(by, lambda order: order.id), reverse=down)


def plain(text: str) -> str:
    """Lower case without accents, as the database compares."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def text_of(order: Order) -> str:
    """What search looks in: id, people, transaction id, product names. No SKU, no meta data."""
    people = [" ".join(side.get(name, "") for name in (*ADDRESS, "email", "phone")) for side in _sides(order)]
    names = [line.name for line in order.of_kind("line_item")]
    return plain("\n".join([str(order.id), order.transaction_id, *people, *names]))


def _sides(order: Order) -> tuple[dict[str, str], dict[str, str]]:
    return order.billing, order.shipping


def _status(query: Json) -> Test:
    wanted = listed(query.get("status", "any"))
    for place, status in enumerate(wanted):
        if status not in LISTABLE:
            raise not_in("status", LISTABLE, f"status[{place}]")
    if "any" in wanted or not wanted:
        return lambda order: order.status not in ("trash", "auto-draft")
    return lambda order: order.status in wanted


def _ids(query: Json) -> list[Test]:
    tests: list[Test] = []
    if query.get("include"):
        wanted = numbers("include", query["include"])
        tests.append(lambda order: order.id in wanted)
    if query.get("exclude"):
        unwanted = numbers("exclude", query["exclude"])
        tests.append(lambda order: order.id not in unwanted)
    if "customer" in query:
        customer = numbers("customer", query["customer"])
        tests.append(lambda order: order.customer_id in customer)
    if "parent" in query:
        parents = numbers("parent", query["parent"])
        tests.append(lambda order: order.parent_id in parents)
    if query.get("product"):
        product = numbers("product", query["product"])
        tests.append(
            lambda order: any({line.product_id, line.variation_id} & {*product} for line in order.lines)
        )
    if query.get("created_via"):
        ways = listed(query["created_via"])
        tests.append(lambda order: order.created_via in ways)
    return tests


def _dates(state: State, query: Json) -> list[Test]:
    """Both ends are exclusive, to the second."""
    zone = ZoneInfo("UTC") if truth(query.get("dates_are_gmt", "")) else state.zone
    tests: list[Test] = []
    for name in ("after", "before", "modified_after", "modified_before"):
        if name in query:
            tests.append(_dated(name, dates.read_filter(name, str(query[name]), zone)))
    return tests


def _dated(name: str, moment: datetime) -> Test:
    field = "modified" if name.startswith("modified") else "created"
    if name.endswith("after"):
        return lambda order: bool(getattr(order, field) > moment)
    return lambda order: bool(getattr(order, field) < moment)
