"""The shop's webhooks: hints that are checked, used once each, and never believed."""

import json
import logging
from typing import Any

import pytest
import requests
from sqlmodel import SQLModel, select

from bot.sandbox.shop.webhooks import sign
from store.db import reading
from store.models import Delivery, Operation
from store.terms import OperationState
from tests.handlers.conftest import Door

PATH, SECRET = "/webhooks/woocommerce", "webhooks"


def deliver(
    door: Door, body: bytes, delivery: str = "d1", secret: str = SECRET, **more: str
) -> requests.Response:
    headers = {
        "content-type": "application/json",
        "x-wc-webhook-topic": "order.updated",
        "x-wc-webhook-id": "3",
        "x-wc-webhook-delivery-id": delivery,
        "x-wc-webhook-signature": sign(secret, body),
    }
    return door.post(PATH, body, **{**headers, **more})


def about(order_id: Any, **more: Any) -> bytes:
    return json.dumps({"id": order_id, "status": "refunded", "total": "0.01", **more}).encode()


def a_return(door: Door) -> tuple[int, int]:
    """An order with a return, and nothing left to do."""
    mug = door.world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = door.world.order((mug, 2))
    return_id = door.world.open(order)
    door.world.work()
    return order.id, return_id


def refreshes(door: Door) -> list[tuple[str, OperationState]]:
    with reading(door.world.desk.engine) as session:
        return [(row.key, row.state) for row in session.exec(select(Operation)) if row.kind == "shop.order"]


def everything(door: Door) -> dict[str, list[Any]]:
    with door.world.desk.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
        }


def test_a_delivery_makes_the_desk_read_the_order_and_believe_nothing_of_the_payload(door: Door) -> None:
    order_id, return_id = a_return(door)
    assert deliver(door, about(order_id, refunds=[{"id": 1, "total": "-66.00"}])).status_code == 200
    assert refreshes(door) == [(f"order/{order_id}", OperationState.DUE)]
    before = door.world.case(return_id)
    door.world.work()
    after = door.world.case(return_id)
    assert (after.order.status, after.order.total) == (before.order.status, before.order.total)
    assert after.outside_refunds == ()
    assert door.world.shop.ledger.refunds() == ()


def test_a_delivery_brings_a_refund_of_the_shop_onto_the_card(door: Door) -> None:
    order_id, return_id = a_return(door)
    door.world.shop.refund_by_hand(order_id, "10.00")
    deliver(door, about(order_id))
    door.world.work()
    assert [refund.amount.minor for refund in door.world.case(return_id).outside_refunds] == [1000]


def test_the_ping_of_a_new_webhook_is_answered_and_has_no_power(door: Door) -> None:
    before = everything(door)
    assert door.post(PATH, b"webhook_id=7").status_code == 200
    assert everything(door) == before
    long = b"webhook_id=7&id=1" + b"0" * 40
    assert door.post(PATH, long).status_code == 401


def test_what_the_shop_did_not_sign_changes_nothing(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    order_id, _ = a_return(door)
    body, before = about(order_id, billing={"first_name": "Marie"}), everything(door)
    caplog.set_level(logging.DEBUG)
    good = sign(SECRET, body)
    for signature in (
        "",
        "x",
        sign("another", body),
        sign("", body),
        good[:-1],
        good.lower(),
        sign(SECRET, body + b" "),
    ):
        answer = deliver(door, body, **{"x-wc-webhook-signature": signature})
        assert answer.status_code == 401, signature
    unsigned = door.post(PATH, body)
    garbled = door.post(PATH, body, **{"x-wc-webhook-signature": "é".encode("latin-1")})  # type: ignore[arg-type]
    assert (unsigned.status_code, garbled.status_code) == (401, 401)
    assert everything(door) == before
    assert "Marie" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def test_an_old_delivery_played_again_does_nothing_although_it_is_signed(door: Door) -> None:
    order_id, _ = a_return(door)
    deliver(door, about(order_id))
    door.world.work()
    before = everything(door)
    door.world.clock.pass_(days=30)
    assert deliver(door, about(order_id)).status_code == 200
    assert everything(door) == before


def test_two_different_deliveries_of_one_second_share_an_id_and_are_both_used(door: Door) -> None:
    first, second = a_return(door)[0], a_return(door)[0]
    for order_id in (first, second):
        assert deliver(door, about(order_id), "the same").status_code == 200
    assert [key for key, _ in refreshes(door)] == [f"order/{first}", f"order/{second}"]


def test_many_deliveries_about_one_order_are_one_look(door: Door) -> None:
    order_id, _ = a_return(door)
    for number in range(5):
        deliver(door, about(order_id, n=number), f"d{number}")
    assert len(refreshes(door)) == 1


def test_an_order_without_a_return_is_not_read(door: Door) -> None:
    mug = door.world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = door.world.order((mug, 2))
    assert deliver(door, about(order.id)).status_code == 200
    assert refreshes(door) == []


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b"5",
        b'"id"',
        b"",
        b"{",
        b"\xff\xfe",
        b"a=b",
        b'{"id":',
        b'{"id": null}',
        b'{"id": true}',
        b'{"id": -1}',
        b'{"id": 0}',
        b'{"id": 1.0}',
        b'{"id": 1e400}',
        b'{"id": NaN}',
        b'{"id": [1]}',
        b'{"id": {"id": 1}}',
        b'{"id": 99999999999999999999999999}',
        b'{"id": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"id":' * 50_000,
    ],
    ids=lambda body: body[:12].decode("latin-1") + f"_{len(body)}",
)
def test_a_signed_body_of_another_kind_is_taken_and_ignored(
    door: Door, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = deliver(door, body)
    assert answer.status_code == 200
    assert refreshes(door) == []
    with reading(door.world.desk.engine) as session:
        assert session.exec(select(Delivery.outcome)).all() == ["not about a return"]
    assert not [record for record in caplog.records if record.exc_info]


def test_an_id_written_as_text_is_no_id(door: Door) -> None:
    order_id, _ = a_return(door)
    assert deliver(door, about(str(order_id))).status_code == 200
    assert refreshes(door) == []


def test_an_action_of_the_shop_names_its_order_as_its_argument(door: Door) -> None:
    order_id, _ = a_return(door)
    body = json.dumps({"action": "woocommerce_order_refunded", "arg": order_id}).encode()
    deliver(door, body, **{"x-wc-webhook-topic": "action.woocommerce_order_refunded"})
    assert len(refreshes(door)) == 1


def test_a_huge_delivery_is_cut_off(door: Door) -> None:
    order_id, _ = a_return(door)
    before = everything(door)
    assert deliver(door, about(order_id, note="x" * 1_000_000)).status_code == 413
    assert everything(door) == before


def test_deliveries_that_come_late_and_backwards_lead_to_the_order_as_it_is(door: Door) -> None:
    order_id, return_id = a_return(door)
    old = about(order_id, total="66.00")
    door.world.shop.refund_by_hand(order_id, "10.00")
    deliver(door, about(order_id, total="56.00"), "new")
    door.world.work()
    deliver(door, old, "old")
    door.world.work()
    assert len(door.world.case(return_id).outside_refunds) == 1
