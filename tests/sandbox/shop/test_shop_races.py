"""What makes refunds dangerous: no idempotency, no lock, a record before the money, meta data after it."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import requests

from bot.sandbox.shop import GatewayDeclined, Mishap, Order
from tests.sandbox.shop.bench import Bench, body_of, load

FULL = load("concurrent_refunds")["runs"][1]
RECORD = "refunds_list_while_gateway_is_working"
VISIBLE = "order_while_gateway_is_working"
MARKED = {"amount": "5.00", "reason": "RMA-9", "meta_data": [{"key": "bot", "value": "RMA-9"}]}


def post(bench: Bench, order: Order, body: Any) -> requests.Response:
    return bench.call("POST", f"/orders/{order.id}/refunds", body)


def listed(bench: Bench, order: Order) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = bench.call("GET", f"/orders/{order.id}/refunds").json()
    return rows


def mugs(bench: Bench, quantity: int = 2) -> Order:
    return bench.order(146, [(11, quantity, 230)], shipping_id=231)


class SlowGateway:
    """A gateway that works until it is told to finish."""

    id, title, supports_refunds = "testpay", "Test gateway", True

    def __init__(self) -> None:
        self.asked, self.finish = threading.Event(), threading.Event()
        self.refuses = False

    def charge(self, order: Order) -> str:
        return "txn"

    def refund(self, order: Order, amount: str, reason: str) -> None:
        self.asked.set()
        assert self.finish.wait(5)
        if self.refuses:
            raise GatewayDeclined("no")


@pytest.fixture
def slow(bench: Bench) -> Any:
    gateway, before = SlowGateway(), bench.shop.gateways["testpay"]
    bench.shop.gateways["testpay"] = gateway
    yield gateway
    gateway.finish.set()
    bench.shop.gateways["testpay"] = before


def test_the_same_request_twice_is_two_refunds(bench: Bench) -> None:
    order = mugs(bench)
    assert [post(bench, order, MARKED).status_code for _ in range(2)] == [201, 201]
    assert bench.paid_back() == [500, 500]


def test_full_refunds_at_once_pay_the_order_back_twice(bench: Bench) -> None:
    """As in the recording: both answered 201, both went to the gateway, and stock is multiplied along."""
    bench.shop.state.race_seconds = 0.2
    order = mugs(bench, 4)
    body = dict(FULL["request_body"], amount=str(order.total))
    body["line_items"] = [{"id": 230, "quantity": 4, "refund_total": "0.01"}]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: post(bench, order, body).status_code, range(2)))
    assert answers == [answer["status"] for answer in FULL["answers"]] == [201, 201]
    assert bench.paid_back() == [6596, 6596]
    assert (order.status, bench.stock(11)) == ("refunded", 504)


def test_a_second_full_refund_sent_later_is_refused(bench: Bench) -> None:
    order = mugs(bench)
    body = {"amount": str(order.total)}
    assert [post(bench, order, body).status_code for _ in range(2)] == [201, 500]
    assert bench.paid_back() == [3598]


def test_while_the_gateway_works_the_record_is_there_without_meta_data(
    bench: Bench, slow: SlowGateway
) -> None:
    order = mugs(bench)
    with ThreadPoolExecutor(1) as pool:
        sent: Future[requests.Response] = pool.submit(post, bench, order, MARKED)
        assert slow.asked.wait(5)
        bench.replay(RECORD)
        bench.replay(VISIBLE)
        slow.finish.set()
        body = sent.result().json()
    assert body_of(RECORD)[0]["meta_data"] == []
    assert [row["key"] for row in body["meta_data"]] == ["_refund_type", "bot"]
    assert body["refunded_payment"] is True


def test_a_record_disappears_when_its_gateway_refuses_in_the_end(bench: Bench, slow: SlowGateway) -> None:
    order, slow.refuses = mugs(bench), True
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(post, bench, order, MARKED)
        assert slow.asked.wait(5)
        assert len(listed(bench, order)) == 1
        slow.finish.set()
        assert sent.result().status_code == 500
    assert listed(bench, order) == []


def test_a_client_that_gives_up_does_not_stop_the_refund(bench: Bench, slow: SlowGateway) -> None:
    order, key = mugs(bench), bench.keys["rw"]
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{bench.url}/wp-json/wc/v3/orders/{order.id}/refunds",
            json=MARKED,
            auth=(key.consumer_key, key.consumer_secret),
            headers={"X-Forwarded-Proto": "https"},
            timeout=0.3,
        )
    slow.finish.set()
    deadline = threading.Event()
    for _ in range(100):
        if [row["key"] for row in listed(bench, order)[0]["meta_data"]] == ["_refund_type", "bot"]:
            return
        deadline.wait(0.05)
    pytest.fail("the refund never came to its end")


# W1 to W8: what is left of a refund that went wrong at each point of its work.
# (mishap, status, money in cents, records, refunded_payment, has _refund_type, stock)
POINTS = [
    (Mishap.DIES_BEFORE_ROW, 500, [], 0, None, None, 498),
    (Mishap.DIES_BEFORE_MONEY, 500, [], 1, False, False, 498),
    (Mishap.DIES_AFTER_MONEY, 500, [1499], 1, False, False, 498),
    (Mishap.EXITS_AFTER_MONEY, 200, [1499], 1, False, False, 498),
    (Mishap.DIES_BEFORE_RESTOCK, 500, [1499], 1, True, False, 498),
    (Mishap.DIES_BEFORE_META, 500, [1499], 1, True, True, 499),
    (Mishap.PAID_LATE, 500, [], 0, None, None, 498),
    (Mishap.DECLINED, 500, [], 0, None, None, 498),
    (Mishap.SAYS_FALSE, 500, [], 0, None, None, 498),
    (Mishap.SLOW, 201, [1499], 1, True, True, 499),
]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: str(point[0]))
def test_what_a_refund_leaves_behind_when_it_goes_wrong(bench: Bench, point: Any) -> None:
    mishap, status, money, records, paid_flag, typed, stock = point
    order = mugs(bench)
    bench.shop.plan_mishap(mishap, order_id=order.id, seconds=0 if mishap is Mishap.SLOW else 600)
    line = {
        "id": 230,
        "quantity": 1,
        "refund_total": "12.49",
        "refund_tax": [{"id": 1, "refund_total": "2.50"}],
    }
    answer = post(bench, order, MARKED | {"amount": "14.99", "line_items": [line]})
    assert (answer.status_code, bench.paid_back(), bench.stock(11)) == (status, money, stock)
    rows = listed(bench, order)
    assert len(rows) == records
    for row in rows:
        keys = {meta["key"] for meta in row["meta_data"]}
        assert row["reason"] == "RMA-9"
        assert (row["refunded_payment"], "_refund_type" in keys) == (paid_flag, typed)
        assert ("bot" in keys) == (status == 201)
    bench.shop.settle_late()
    assert bench.paid_back() == (money or ([1499] if mishap is Mishap.PAID_LATE else []))
    assert order.status == "processing"


def test_a_late_payment_comes_by_itself(bench: Bench) -> None:
    order = mugs(bench)
    bench.shop.plan_mishap(Mishap.PAID_LATE, seconds=0.05)
    answer = post(bench, order, MARKED)
    assert "timed out" in answer.json()["message"]
    for _ in range(100):
        if bench.paid_back() == [500]:
            break
        threading.Event().wait(0.02)
    bench.shop.settle_late()
    assert bench.paid_back() == [500]
    assert listed(bench, order) == []


@pytest.mark.parametrize("mishap", [Mishap.PHANTOM_BEFORE, Mishap.PHANTOM_AFTER])
def test_a_phantom_record_books_money_that_never_moved(bench: Bench, mishap: Mishap) -> None:
    order = mugs(bench)
    bench.shop.plan_mishap(mishap)
    assert post(bench, order, MARKED).status_code == 201
    assert sorted(row["reason"] for row in listed(bench, order)) == ["RMA-9", "Refunded via Stripe dashboard"]
    assert bench.paid_back() == [500]


def test_somebody_refunds_by_hand_between_our_look_and_our_request(bench: Bench) -> None:
    order = mugs(bench)
    bench.shop.plan_mishap(Mishap.HAND_REFUND)
    assert post(bench, order, {"amount": "20.00"}).json()["message"] == "Invalid refund amount."
    assert [row["reason"] for row in listed(bench, order)] == ["Refunded in wp-admin"]
    assert bench.paid_back() == []


def test_a_mishap_meets_only_its_order_and_only_as_often_as_planned(bench: Bench) -> None:
    order = mugs(bench)
    bench.shop.plan_mishap(Mishap.DECLINED, order_id=999)
    assert post(bench, order, MARKED).status_code == 201
    bench.shop.plan_mishap(Mishap.DECLINED, order_id=order.id, times=2)
    assert [post(bench, order, MARKED).status_code for _ in range(3)] == [500, 500, 201]


def test_refunds_by_hand_are_mailed_and_need_no_gateway(bench: Bench) -> None:
    order = mugs(bench)
    line = {"id": 230, "quantity": 1, "refund_total": "12.49"}
    bench.shop.refund_by_hand(order.id, Decimal("14.99"), reason="Goodwill", lines=[line], restock=True)
    assert "Goodwill" in bench.shop.outbox[-1].text
    assert (bench.paid_back(), bench.stock(11)) == ([], 499)
    bench.shop.refund_by_hand(order.id, "20.99", via_gateway=True)
    assert (bench.paid_back(), order.status) == ([2099], "refunded")
