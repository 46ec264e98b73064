"""A shop on the bench: served over HTTP, filled as the recorded shop was, and compared with its answers."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from bot.sandbox.shop import Key, Order, Shop

RECORDINGS = Path(__file__).parents[2] / "recordings"
Json = dict[str, Any]

# Names the sandbox does not claim to reproduce: clocks, random keys, addresses, other plugins' fields.
IGNORED = {
    "date_created",
    "date_created_gmt",
    "date_modified",
    "date_modified_gmt",
    "date_paid",
    "date_paid_gmt",
    "date_completed",
    "date_completed_gmt",
    "_links",
    "order_key",
    "cart_hash",
    "customer_ip_address",
    "customer_user_agent",
    "created_via",
    "payment_url",
    "display_key",
    "permalink",
    "settings_url",
    "description",
    "tip",
    "options",
    "method_title",
    "error",
    "total_sales",
}


def load(name: str) -> Json:
    """One recording."""
    recording: Json = json.loads((RECORDINGS / f"{name}.json").read_text())
    return recording


def body_of(name: str) -> Any:
    """The body a recording answered."""
    return load(name)["response"]["body"]


@dataclass
class Bench:
    """The shop under test with its keys, as the recordings name them."""

    shop: Shop
    url: str
    keys: dict[str, Key] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: Any = None, *, auth: str | None = "rw", **query: Any
    ) -> requests.Response:
        """One request as over TLS behind a proxy."""
        path = path if path.startswith("/wp-json") else f"/wp-json/wc/v3{path}"
        headers = {"X-Forwarded-Proto": "https", "Content-Type": "application/json"}
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        key = self.keys.get(auth or "")
        basic = (key.consumer_key, key.consumer_secret) if key else None
        return requests.request(
            method, self.url + path, params=query, data=data, headers=headers, auth=basic, timeout=20
        )

    def replay(self, name: str) -> requests.Response:
        """Send what was sent, and insist on the recorded answer."""
        recording = load(name)
        sent, got = recording["request"], recording["response"]
        answer = self.call(sent["method"], sent["path"], sent.get("body"), auth=sent["auth"], **sent["query"])
        assert answer.status_code == got["status"], (name, answer.text)
        ours = answer.json() if "json" in answer.headers["content-type"] else answer.text
        found = list(differences(got["body"], ours))
        assert not found, (name, found)
        for header in ("x-wp-total", "x-wp-totalpages"):
            assert answer.headers.get(header) == got["headers"].get(header), (name, header)
        return answer

    def order(self, order_id: int, lines: list[tuple[int, int, int]], **how: Any) -> Order:
        """Check out an order and give it the recorded numbers: ``lines`` are (product, quantity, line id)."""
        shipping_id = how.pop("shipping_id", None)
        via = how.pop("via", "store-api")
        wanted = [(self.shop.state.products[product], quantity) for product, quantity, _ in lines]
        how.setdefault("payment_method", "testpay")
        how.setdefault("billing", RITA)
        order = self.shop.place_order(wanted, shipping="5.00" if shipping_id else None, **how)
        for line, (_, _, line_id) in zip(order.of_kind("line_item"), lines, strict=True):
            line.id = line_id
        for line in order.of_kind("shipping"):
            line.id = shipping_id
        order.created_via = via
        self.renumber(order, order_id)
        return order

    def renumber(self, order: Order, order_id: int) -> None:
        """Let an order have the id it had in the recordings."""
        state = self.shop.state
        del state.orders[order.id]
        order.id = order_id
        order.transaction_id = f"txn_{order_id}" if order.transaction_id else ""
        state.orders[order_id] = order
        state.number_from("post", order_id)

    def stock(self, product_id: int) -> int | None:
        """A product's counter."""
        return self.shop.state.products[product_id].stock

    def paid_back(self) -> list[int]:
        """Every refund the bank made, in cents, oldest first."""
        return [entry.amount_minor for entry in self.shop.ledger.refunds()]


RITA = {
    "first_name": "Rita",
    "last_name": "Retour",
    "address_1": "3 place Bellecour",
    "city": "Lyon",
    "postcode": "69001",
    "country": "FR",
    "email": "r@example.com",
    "phone": "+33600000000",
}


def differences(recorded: Any, ours: Any, path: str = "") -> Iterable[str]:
    """Where our answer is not the recorded one. Ids below the top are numbers of a database and do not count;
    fields the sandbox leaves out do not either, fields it adds do."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for key in ours.keys() - recorded.keys() - IGNORED:
            yield f"{path}.{key} is ours alone"
        for key in (recorded.keys() & ours.keys()) - IGNORED:
            if not (key == "id" and path.count(".") > 0):
                yield from differences(recorded[key], ours[key], f"{path}.{key}")
    elif isinstance(recorded, list) and isinstance(ours, list):
        yield from _row_differences(recorded, ours, path)
    elif path.endswith(".price") and isinstance(recorded, int | float) and isinstance(ours, int | float):
        # PHP prints what its floats make of a division.
        if abs(recorded - ours) > 1e-9:
            yield f"{path}: {recorded!r} recorded, {ours!r} ours"
    elif recorded != ours:
        yield f"{path}: {recorded!r} recorded, {ours!r} ours"


def _row_differences(recorded: list[Any], ours: list[Any], path: str) -> Iterable[str]:
    rows = [row for row in recorded if not _of_checkout(row)]
    mine = [row for row in ours if not _of_checkout(row)]
    if len(rows) != len(mine):
        yield f"{path}: {len(rows)} recorded, {len(mine)} ours"
    if path == ".refunds":  # refunds of one second come in any order
        rows, mine = sorted(rows, key=_id), sorted(mine, key=_id)
    for place, (theirs, own) in enumerate(zip(rows, mine, strict=False)):
        yield from differences(theirs, own, f"{path}[{place}]")


def _id(row: Json) -> int:
    return int(row["id"])


def _of_checkout(row: Any) -> bool:
    """Meta data the block checkout leaves behind for itself."""
    mine = (
        "_coupons_hash",
        "_fees_hash",
        "_shipping_hash",
        "_taxes_hash",
        "is_vat_exempt",
        "Items",
        "wc_last_active",
    )
    return isinstance(row, dict) and (
        row.get("key") in mine or str(row.get("key", "")).startswith("_debug_log")
    )


def fill(shop: Shop) -> dict[str, Key]:
    """The recorded shop's shelves, accounts and keys."""
    opened = datetime(2026, 11, 23, 0, 41, 28, tzinfo=UTC)
    shop.add_product(
        "Linen Shirt Écru", "59.90", sku="SHIRT-LIN", stock=12, id=10, created=opened, weight="0.4"
    )
    shop.add_product("Ceramic Mug", "14.99", sku="MUG-01", stock=500, id=11, created=opened)
    shop.add_product(
        "Wool Scarf “Hiver”", "34.50", sku="SCARF-W", stock=5, id=12, created=opened, low_stock_amount=2
    )
    shop.add_product("Notebook A5", "9.99", sku="NOTE-A5", id=13, created=opened)
    shop.add_product("Gift Wrap (service)", "3.00", sku="WRAP", id=14, virtual=True, created=opened)
    shop.add_product(
        "Backorder Lamp", "89.00", sku="LAMP", stock=0, id=15, backorders="notify", created=opened
    )
    tee = shop.add_product("Cotton Tee", "24.90", sku="TEE", id=16, created=opened)
    for number, size, stock in ((17, "S", 9), (18, "M", 2), (19, "L", 0)):
        shop.add_variation(tee, {"Size": size}, sku=f"TEE-{size}", stock=stock, id=number, created=opened)
    cap = shop.add_product("Cap (parent-managed stock)", "19.99", sku="CAP", stock=4, id=20, created=opened)
    for number, color in ((21, "Red"), (22, "Blue")):
        sku = f"CAP-{color.upper()}"
        shop.add_variation(cap, {"Color": color}, sku=sku, stock="parent", id=number, created=opened)
    home = {"address_1": "2 rue Oberkampf", "city": "Paris", "postcode": "75011", "country": "FR"}
    shop.add_customer("Anne", "Durand", "anne.durand@example.com", id=3, billing=home, paying=True)
    coupon = shop.add_coupon("SAVE10", "10", "percent")
    del shop.state.coupons[coupon.id]
    coupon.id = 23
    shop.state.coupons[23] = coupon
    keys = {"rw": shop.key(), "ro": shop.key("read"), "wo": shop.key("write")}
    return keys | {"clerk": shop.key(user="clerk", shop_rights=False), "bad": _wrong(keys["rw"])}


def _wrong(key: Key) -> Key:
    return Key(key.consumer_key, "cs_wrong")


@dataclass(frozen=True)
class Story:
    """Recordings that belong together, in the order they were made, and what happened in between."""

    name: str
    steps: tuple[str | Callable[[Bench], object], ...]

    def recordings(self) -> list[str]:
        """The recordings it replays."""
        return [step for step in self.steps if isinstance(step, str)]
