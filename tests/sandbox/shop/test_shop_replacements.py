"""Orders made and moved over REST: stock, mails, look-ups, and what goes wrong between the steps."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from bot.sandbox.faults import BEFORE, Fault, Faults, Faulty
from bot.sandbox.serving import Service
from bot.sandbox.shop import Order, OrderMishap, Shop, create_app
from tests.sandbox.shop.bench import RITA, Bench, body_of

MUG = {"product_id": 11, "quantity": 2, "subtotal": "24.98", "total": "0.00"}
MARK = {"key": "_mark", "value": "xch_1"}


def asked(parent: int, **more: Any) -> dict[str, Any]:
    return {
        "status": "on-hold",
        "parent_id": parent,
        "billing": RITA,
        "line_items": [MUG],
        "meta_data": [MARK],
        **more,
    }


def original(bench: Bench) -> Order:
    return bench.shop.place_order([(bench.shop.state.products[13], 1)], billing=RITA)


def children(bench: Bench, parent: int, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = bench.call("GET", "/orders", parent=parent, **query).json()
    return rows


def mails(bench: Bench, since: int) -> list[str]:
    return [mail.kind for mail in bench.shop.outbox[since:]]


def test_an_order_on_hold_holds_its_units_and_cannot_be_paid(bench: Bench) -> None:
    """As the recorded one did: order_get_bacs_onhold carries _reduced_stock and needs no payment."""
    recorded = body_of("order_get_bacs_onhold")
    parent, since = original(bench), len(bench.shop.outbox)
    made = bench.call("POST", "/orders", asked(parent.id)).json()
    assert bench.stock(11) == 498
    for body in (recorded, made):
        entries = {row["key"]: row["value"] for row in body["line_items"][0]["meta_data"]}
        assert entries["_reduced_stock"] == str(body["line_items"][0]["quantity"])
        assert (body["status"], body["needs_payment"], body["date_paid"]) == ("on-hold", False, None)
    assert mails(bench, since) == ["customer_on_hold_order"]


def test_processing_after_on_hold_takes_nothing_twice_and_mails_once(bench: Bench) -> None:
    made = bench.call("POST", "/orders", asked(original(bench).id)).json()
    since = len(bench.shop.outbox)
    for _ in range(2):
        moved = bench.call("PUT", f"/orders/{made['id']}", {"status": "processing"}).json()
        assert (moved["status"], moved["date_paid"] is not None) == ("processing", True)
    assert bench.stock(11) == 498
    assert mails(bench, since) == ["customer_processing_order"]


def test_cancelling_gives_back_once(bench: Bench) -> None:
    """The study restock_cases: what is still out comes back, and then nothing is out."""
    made = bench.call("POST", "/orders", asked(original(bench).id)).json()
    for _ in range(2):
        moved = bench.call("PUT", f"/orders/{made['id']}", {"status": "cancelled"}).json()
        assert (moved["status"], moved["line_items"][0]["meta_data"]) == ("cancelled", [])
    assert bench.stock(11) == 500


def test_children_are_found_by_their_parent_in_every_status_with_their_marks(bench: Bench) -> None:
    parent = original(bench)
    made = bench.call("POST", "/orders", asked(parent.id)).json()
    bench.call("POST", "/orders", asked(parent.id + 1000))
    for status in ("on-hold", "processing", "cancelled", "failed"):
        bench.call("PUT", f"/orders/{made['id']}", {"status": status})
        (found,) = children(bench, parent.id, status="any")
        assert (found["id"], found["status"]) == (made["id"], status)
        assert [row["value"] for row in found["meta_data"] if row["key"] == "_mark"] == ["xch_1"]
    bench.call("DELETE", f"/orders/{made['id']}")
    assert children(bench, parent.id, status="any") == []
    assert [row["id"] for row in children(bench, parent.id, status="trash")] == [made["id"]]


def test_a_refused_coupon_leaves_a_child_behind_that_carries_its_mark(bench: Bench) -> None:
    """As recorded in order_create_with_unknown_coupon and order_leftover_after_400."""
    parent = original(bench)
    answer = bench.call("POST", "/orders", asked(parent.id, coupon_lines=[{"code": "NOPE"}]))
    recorded = body_of("order_create_with_unknown_coupon")
    assert (answer.status_code, answer.json()["code"]) == (400, recorded["code"])
    (found,) = children(bench, parent.id, status="checkout-draft")
    assert found["id"] == answer.json()["data"]["new_draft_order_id"]
    assert found["status"] == body_of("order_leftover_after_400")["status"]
    assert found["meta_data"][0]["value"] == "xch_1"
    assert bench.stock(11) == 500


# What is left when PHP dies between two steps: status of the answer, status of the order, stock, mails.
MADE: list[tuple[OrderMishap, int, list[str], int, int]] = [
    (OrderMishap.DIES_BEFORE_ROW, 500, [], 500, 0),
    (OrderMishap.DIES_BEFORE_STATUS, 500, ["pending"], 500, 0),
    (OrderMishap.DIES_BEFORE_STOCK, 500, ["on-hold"], 500, 0),
    (OrderMishap.DIES_BEFORE_ANSWER, 500, ["on-hold"], 498, 1),
    (OrderMishap.EXITS_BEFORE_ANSWER, 200, ["on-hold"], 498, 1),
    (OrderMishap.SLOW, 201, ["on-hold"], 498, 1),
]


@pytest.mark.parametrize("point", MADE, ids=lambda point: str(point[0]))
def test_what_a_new_order_leaves_behind_when_it_goes_wrong(bench: Bench, point: Any) -> None:
    mishap, status, orders, stock, told = point
    parent, since = original(bench), len(bench.shop.outbox)
    bench.shop.plan_order_mishap(mishap, order_id=parent.id, method="POST")
    answer = bench.call("POST", "/orders", asked(parent.id))
    found = children(bench, parent.id)
    assert (answer.status_code, [row["status"] for row in found]) == (status, orders)
    assert (bench.stock(11), len(mails(bench, since))) == (stock, told)
    assert all(row["meta_data"][0]["value"] == "xch_1" for row in found)
    assert bench.call("POST", "/orders", asked(parent.id)).status_code == 201


CHANGED: list[tuple[OrderMishap, int, str, int]] = [
    (OrderMishap.DIES_BEFORE_ROW, 500, "on-hold", 498),
    (OrderMishap.DIES_BEFORE_STATUS, 500, "on-hold", 498),
    (OrderMishap.DIES_BEFORE_STOCK, 500, "cancelled", 498),
    (OrderMishap.DIES_BEFORE_ANSWER, 500, "cancelled", 500),
    (OrderMishap.EXITS_BEFORE_ANSWER, 200, "cancelled", 500),
    (OrderMishap.SLOW, 200, "cancelled", 500),
]


@pytest.mark.parametrize("point", CHANGED, ids=lambda point: str(point[0]))
def test_what_a_changed_order_leaves_behind_when_it_goes_wrong(bench: Bench, point: Any) -> None:
    mishap, status, becomes, stock = point
    made = bench.call("POST", "/orders", asked(original(bench).id)).json()
    bench.shop.plan_order_mishap(mishap, order_id=made["id"], method="PUT")
    answer = bench.call("PUT", f"/orders/{made['id']}", {"status": "cancelled"})
    now = bench.call("GET", f"/orders/{made['id']}").json()
    assert (answer.status_code, now["status"], bench.stock(11)) == (status, becomes, stock)


def test_a_mishap_of_orders_does_not_meet_refunds_nor_the_other_way_round(bench: Bench) -> None:
    parent = original(bench)
    bench.shop.plan_order_mishap(OrderMishap.DIES_BEFORE_ROW, method="PUT")
    bench.shop.plan_mishap("declined")
    assert bench.call("POST", "/orders", asked(parent.id)).status_code == 201
    assert bench.call("POST", f"/orders/{parent.id}/refunds", {"amount": "1.00"}).status_code == 500
    assert bench.call("POST", f"/orders/{parent.id}/refunds", {"amount": "1.00"}).status_code == 201
    assert bench.call("PUT", f"/orders/{parent.id}", {"status": "completed"}).status_code == 500


def test_a_slow_order_is_seen_without_its_status_and_hinders_nobody(bench: Bench) -> None:
    parent = original(bench)
    bench.shop.plan_order_mishap(OrderMishap.SLOW, seconds=0.5)
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(bench.call, "POST", "/orders", asked(parent.id))
        until = time.monotonic() + 5
        while not (seen := children(bench, parent.id)) and time.monotonic() < until:
            time.sleep(0.01)
        assert [row["status"] for row in seen] == ["pending"]
        assert sent.result().json()["status"] == "on-hold"


def there(shop: Shop) -> list[tuple[str, int]]:
    """Every child with its status and the units it holds."""
    held = [(each.status, each.lines[0].meta_value("_reduced_stock")) for each in shop.state.orders.values()]
    return [(status, int(units or 0)) for status, units in held]


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_the_line_can_meet_an_order(fault: Fault) -> None:
    shop, faults = Shop(), Faults()
    mug = shop.add_product("Mug", "14.99", stock=10)
    key = shop.key()
    body = asked(0, line_items=[{"product_id": mug.id, "quantity": 1}])

    def send(method: str, path: str, body: dict[str, Any]) -> None:
        basic = (key.consumer_key, key.consumer_secret)
        headers = {"X-Forwarded-Proto": "https"}
        url = f"{service.url}/wp-json/wc/v3{path}"
        try:
            requests.request(
                method, url, json=body, auth=basic, headers=headers, timeout=5, allow_redirects=False
            )
        except requests.RequestException:
            return

    with Service(Faulty(create_app(shop), faults, "shop")) as service:
        faults.plan("shop", fault, method="POST", path="/orders$", seconds=0.05)
        send("POST", "/orders", body)
        expect(shop, [] if fault in BEFORE else [("on-hold", 1)])
        if fault in BEFORE:
            send("POST", "/orders", body)
        number = next(iter(shop.state.orders))
        faults.plan("shop", fault, method="PUT", path="/orders/", seconds=0.05)
        send("PUT", f"/orders/{number}", {"status": "cancelled"})
        expect(shop, [("on-hold", 1)] if fault in BEFORE else [("cancelled", 0)])


def expect(shop: Shop, wanted: list[tuple[str, int]]) -> None:
    until = time.monotonic() + 3
    while there(shop) != wanted and time.monotonic() < until:
        time.sleep(0.01)
    assert there(shop) == wanted
