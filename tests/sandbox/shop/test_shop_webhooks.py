"""Webhooks of the sandbox's shop: late, signed, never repeated, switched off after failures."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.sandbox.serving import Service
from bot.sandbox.shop.webhooks import sign
from tests.sandbox.shop.bench import Bench, differences, load

PING = load("webhook_ping")["delivery"]
REFUND = load("webhook_delivery_order_updated_after_refund")
DELETED = load("webhook_delivery_order_deleted")
ACTION = load("webhook_delivery_action_woocommerce_order_refunded")
FAILURES = load("webhook_failures")


@dataclass
class Receiver:
    """Takes deliveries and answers with whatever status it is told."""

    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        with self.lock:
            self.got.append((headers, message["body"]))
        location = [(b"location", b"http://127.0.0.1:9/")] if self.status in (301, 302) else []
        await send({"type": "http.response.start", "status": self.status, "headers": location})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def listening() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()
    with Service(receiver) as service:
        yield receiver, service.url


@pytest.fixture
def receiver(listening: tuple[Receiver, str]) -> Receiver:
    listening[0].got.clear()
    listening[0].status = 200
    return listening[0]


@pytest.fixture
def hook(bench: Bench, receiver: Receiver, listening: tuple[Receiver, str]) -> Any:
    def make(topic: str = "order.updated", secret: str = "s3cr3t-ü") -> int:
        body = {"topic": topic, "delivery_url": f"{listening[1]}/hook", "secret": secret}
        answer = bench.call("POST", "/webhooks", body)
        assert answer.status_code == 201
        return int(answer.json()["id"])

    return make


def test_the_ping_is_a_form_without_a_signature(receiver: Receiver, hook: Any) -> None:
    hook()
    headers, body = receiver.got[0]
    assert body.decode() == PING["raw_body"]
    assert headers["content-type"] == PING["headers"]["Content-Type"]
    assert headers["user-agent"] == PING["headers"]["User-Agent"]
    assert not any(name.startswith("x-wc-") for name in headers)


def test_a_refund_arrives_as_an_updated_order_signed_over_the_raw_body(
    bench: Bench, receiver: Receiver, hook: Any
) -> None:
    number = hook()
    order = bench.order(197, [(11, 2, 332)], shipping_id=333)
    bench.shop.state.queue.clear()
    bench.call("POST", f"/orders/{order.id}/refunds", {"amount": "5.00", "reason": "zu groß/weit"})
    receiver.got.clear()
    assert bench.shop.run_queue() == 1
    headers, body = receiver.got[0]
    assert headers["x-wc-webhook-signature"] == sign("s3cr3t-ü", body)
    assert (
        sign(REFUND["webhook_secret"], REFUND["delivery"]["raw_body"].encode())
        == (REFUND["delivery"]["headers"]["X-WC-Webhook-Signature"])
    )
    assert b"zu gro\\u00df\\/weit" in body
    for name in ("Topic", "Resource", "Event", "Source"):
        assert (
            headers[f"x-wc-webhook-{name.lower()}"] == REFUND["delivery"]["headers"][f"X-WC-Webhook-{name}"]
        )
    assert headers["x-wc-webhook-id"] == str(number)
    assert headers["content-type"] == "application/json"


def test_deleting_and_actions_say_little(bench: Bench, receiver: Receiver, hook: Any) -> None:
    hook("order.deleted", "abc")
    hook("action.woocommerce_order_refunded", "abc")
    order = bench.order(197, [(11, 2, 332)])
    bench.call("POST", f"/orders/{order.id}/refunds", {"amount": "5.00"})
    bench.call("DELETE", f"/orders/{order.id}")
    receiver.got.clear()
    bench.shop.run_queue()
    bodies = [body.decode() for _, body in receiver.got]
    assert bodies == [ACTION["delivery"]["raw_body"], DELETED["delivery"]["raw_body"]]
    signatures = [headers["x-wc-webhook-signature"] for headers, _ in receiver.got]
    assert signatures == [d["delivery"]["headers"]["X-WC-Webhook-Signature"] for d in (ACTION, DELETED)]


def test_three_quick_changes_are_one_delivery_with_the_last_state(
    bench: Bench, receiver: Receiver, hook: Any
) -> None:
    order = bench.order(197, [(11, 2, 332)])
    hook()
    for note in ("one", "two", "three"):
        bench.call("PUT", f"/orders/{order.id}", {"customer_note": note})
    receiver.got.clear()
    assert bench.shop.run_queue() == 1
    assert b'"customer_note":"three"' in receiver.got[0][1]
    assert bench.shop.run_queue() == 0


def test_notes_send_nothing(bench: Bench, receiver: Receiver, hook: Any) -> None:
    order = bench.order(197, [(11, 2, 332)])
    hook()
    bench.call("POST", f"/orders/{order.id}/notes", {"note": "x"})
    assert bench.shop.run_queue() == 0


def test_two_deliveries_of_one_second_share_their_id(bench: Bench, receiver: Receiver, hook: Any) -> None:
    moment = bench.shop.state.now()
    bench.shop.state.clock, before = (lambda: moment), bench.shop.state.clock
    hook()
    orders = [bench.order(number, [(11, 1, number)]) for number in (200, 201)]
    bench.shop.state.queue.clear()
    for order in orders:
        bench.call("PUT", f"/orders/{order.id}", {"customer_note": "x"})
    receiver.got.clear()
    bench.shop.run_queue()
    bench.shop.state.clock = before
    assert len({body for _, body in receiver.got}) == 2
    assert len({headers["x-wc-webhook-delivery-id"] for headers, _ in receiver.got}) == 1


def deliver(bench: Bench, receiver: Receiver, status: int) -> tuple[int, str]:
    order = next(iter(bench.shop.state.orders.values()))
    bench.call("PUT", f"/orders/{order.id}", {"customer_note": str(status)})
    receiver.status = status
    bench.shop.run_queue()
    webhook = next(iter(bench.shop.state.webhooks.values()))
    return webhook.failures, webhook.status


def test_failures_are_counted_as_recorded_and_the_seventh_switches_off(
    bench: Bench, receiver: Receiver, hook: Any
) -> None:
    bench.order(197, [(11, 2, 332)])
    hook()
    for step in FAILURES["steps"]:
        got = deliver(bench, receiver, step["receiver_answers"])
        assert got == (step["failure_count_after"], step["webhook_status_after"]), step


def test_switched_on_again_one_more_failure_is_enough(bench: Bench, receiver: Receiver, hook: Any) -> None:
    bench.order(197, [(11, 2, 332)])
    number, series = hook(), FAILURES["second_series"]
    counted = [list(deliver(bench, receiver, 500)) for _ in range(7)]
    assert counted == series["failure_counter_and_status_after_each"]
    bench.call("PUT", "/orders/197", {"customer_note": "missed"})
    assert bench.shop.run_queue() == 0
    assert bench.call("PUT", f"/webhooks/{number}", {"status": "active"}).json()["status"] == "active"
    assert list(deliver(bench, receiver, 500)) == series["after_one_more_failure"]


def test_a_shop_may_deliver_twice_and_in_another_order(bench: Bench, receiver: Receiver, hook: Any) -> None:
    hook()
    for number in (200, 201):
        bench.order(number, [(11, 1, number)])
        bench.call("PUT", f"/orders/{number}", {"customer_note": "x"})
    bench.shop.state.queue = {key: None for key in bench.shop.state.queue if key[1] in (200, 201)}
    receiver.got.clear()
    assert bench.shop.run_queue(copies=2, backwards=True) == 4
    assert [b'"id":201' in body[:12] for _, body in receiver.got] == [True, True, False, False]


def change(bench: Bench, order_id: int, note: str) -> None:
    bench.call("PUT", f"/orders/{order_id}", {"customer_note": note})


def test_webhooks_get_lost_without_a_trace_until_told_otherwise(
    bench: Bench, receiver: Receiver, hook: Any
) -> None:
    hook()
    bench.order(197, [(11, 2, 332)])
    bench.shop.lose_webhooks()
    change(bench, 197, "lost")
    assert bench.shop.run_queue() == 0
    bench.shop.lose_webhooks(lost=False)
    assert bench.shop.run_queue() == 0
    change(bench, 197, "heard")
    assert bench.shop.run_queue() == 1
    assert next(iter(bench.shop.state.webhooks.values())).failures == 0


def test_webhooks_that_were_held_tell_the_state_of_the_day_they_are_let_go(
    bench: Bench, receiver: Receiver, hook: Any
) -> None:
    hook()
    bench.order(197, [(11, 2, 332)])
    bench.shop.state.queue.clear()
    bench.shop.hold_webhooks()
    change(bench, 197, "then")
    assert bench.shop.run_queue() == 0
    change(bench, 197, "today")
    bench.shop.hold_webhooks(held=False)
    assert bench.shop.run_queue() == 1
    assert b"today" in receiver.got[-1][1]


def test_webhooks_come_five_times_and_again_a_month_later_byte_for_byte(
    bench: Bench, receiver: Receiver, hook: Any
) -> None:
    hook()
    bench.order(197, [(11, 2, 332)])
    bench.shop.state.queue.clear()
    change(bench, 197, "then")
    bench.shop.repeat_webhooks(5)
    receiver.got.clear()
    assert bench.shop.run_queue() == 5
    change(bench, 197, "today")
    assert bench.shop.replay_webhooks() == [200] * 5
    old, again = receiver.got[:5], receiver.got[5:]
    assert [(body, headers["x-wc-webhook-signature"]) for headers, body in old] == [
        (body, headers["x-wc-webhook-signature"]) for headers, body in again
    ]


def test_webhooks_can_be_switched_off_and_on(bench: Bench, receiver: Receiver, hook: Any) -> None:
    hook()
    bench.order(197, [(11, 2, 332)])
    bench.shop.run_queue()
    bench.shop.switch_webhooks(on=False)
    change(bench, 197, "missed")
    bench.shop.switch_webhooks(on=True)
    assert bench.shop.run_queue() == 0
    change(bench, 197, "heard")
    assert bench.shop.run_queue() == 1


def test_the_body_is_the_order_as_the_interface_shows_it(bench: Bench, receiver: Receiver, hook: Any) -> None:
    hook()
    order = bench.order(197, [(11, 2, 332)], shipping_id=333)
    bench.shop.state.queue = {(1, 197): None}
    bench.call("POST", f"/orders/{order.id}/refunds", {"amount": "5.00"})
    receiver.got.clear()
    bench.shop.run_queue()

    ours, shown = json.loads(receiver.got[-1][1]), bench.call("GET", "/orders/197").json()
    assert not list(differences(shown, ours))


def test_a_queue_that_runs_by_itself(bench: Bench, receiver: Receiver, hook: Any) -> None:
    hook()
    bench.shop.start_queue(0.02)
    bench.order(197, [(11, 2, 332)])
    bench.call("PUT", "/orders/197", {"customer_note": "x"})
    for _ in range(100):
        if any(b'"customer_note":"x"' in body for _, body in receiver.got):
            break
        threading.Event().wait(0.02)
    bench.shop.stop_queue()
    assert any(b'"customer_note":"x"' in body for _, body in receiver.got)
