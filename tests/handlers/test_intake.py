"""The JSON intake: signed, idempotent, and never half done."""

import json
from typing import Any

import pytest
from sqlmodel import select

from bot.sandbox.faults import Fault
from handlers.signing import intake_signature
from store.db import reading
from store.models import Operation, Resolution, Return
from store.terms import Method
from tests.handlers.conftest import Door


def a_request(door: Door, **changes: Any) -> dict[str, Any]:
    mug = door.world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    order = door.world.order((mug, 2))
    line = door.world.desk.shop.read_order(order.id).products[0].line_id
    request = {
        "request_id": "form-1",
        "order": str(order.id),
        "email": "Marie@Example.com",
        "wish": "refund",
        "items": [{"line": line, "quantity": 1, "reason": "too_small", "note": "runs small"}],
    }
    return {**request, **changes}


def returns(door: Door) -> list[Return]:
    with reading(door.world.desk.engine) as session:
        return list(session.exec(select(Return)))


def test_a_signed_request_opens_a_return_and_wants_its_card(door: Door) -> None:
    answer = door.hand_in(json.dumps(a_request(door)).encode())
    assert answer.status_code == 201
    assert answer.json() == {"number": "RMA-1", "new": True}
    with reading(door.world.desk.engine) as session:
        assert session.exec(select(Operation.kind)).all() == ["slack.card"]


def test_the_same_request_twice_makes_one_return(door: Door) -> None:
    body = json.dumps(a_request(door)).encode()
    first, second = door.hand_in(body), door.hand_in(body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {"number": "RMA-1", "new": False}
    assert len(returns(door)) == 1


def test_one_request_id_for_two_different_requests_is_refused(door: Door) -> None:
    request = a_request(door)
    door.hand_in(json.dumps(request).encode())
    other = door.hand_in(json.dumps({**request, "wish": "store_credit"}).encode())
    assert other.status_code == 422
    assert other.json()["error"]["field"] == "request_id"


def test_a_body_that_is_not_signed_changes_nothing(door: Door) -> None:
    body = json.dumps(a_request(door)).encode()
    now, secret = door.world.clock(), door.world.desk.settings.intake_secret.get_secret_value()
    good = intake_signature(body, secret, now)
    altered = good[:-1] + ("1" if good.endswith("0") else "0")
    for header in ("", "t=1,v1=00", altered, good.replace("t=", "t=9"), "t=é,v1=é", "nonsense"):
        answer = door.post("/api/v1/returns", body, **{"x-returns-signature": header.encode("latin-1")})  # type: ignore[arg-type]
        assert answer.status_code == 401
    other = door.post("/api/v1/returns", body + b" ", **{"x-returns-signature": good})
    assert other.status_code == 401
    assert returns(door) == []


def test_an_old_signature_is_refused(door: Door) -> None:
    body = json.dumps(a_request(door)).encode()
    secret = door.world.desk.settings.intake_secret.get_secret_value()
    old = intake_signature(body, secret, door.world.clock())
    door.world.clock.pass_(minutes=6)
    assert door.post("/api/v1/returns", body, **{"x-returns-signature": old}).status_code == 401


def test_a_stranger_with_an_order_number_is_told_nothing_more(door: Door) -> None:
    request = a_request(door)
    wrong = door.hand_in(json.dumps({**request, "email": "other@example.com"}).encode())
    none = door.hand_in(json.dumps({**request, "order": "99999"}).encode())
    assert wrong.status_code == none.status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"line": 1, "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"line": 1, "quantity": 1.5}]}, "items.0.quantity"),
        ({"items": [{"line": 999999, "quantity": 1}]}, ""),
        ({"wish": "money"}, "wish"),
        ({"wish": "exchange"}, "replacement"),
        ({"surprise": 1}, "surprise"),
        ({"request_id": ""}, "request_id"),
        ({"label_cost": "1e3"}, "label_cost"),
        ({"label_cost": "4.905"}, "label_cost"),
        ({"noticed_at": "2026-11-23T10:00:00"}, "noticed_at"),
    ],
)
def test_what_cannot_be_used_is_named(door: Door, change: dict[str, Any], field: str) -> None:
    answer = door.hand_in(json.dumps(a_request(door, **change)).encode())
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
    assert answer.json()["error"]["message"]
    assert returns(door) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"order":', b"a=b"])
def test_a_body_of_another_kind_is_refused_in_words(door: Door, body: bytes) -> None:
    answer = door.hand_in(body)
    assert answer.status_code == 422
    assert returns(door) == []


def test_a_huge_body_is_cut_off(door: Door) -> None:
    assert door.hand_in(b"x" * 2_000_000).status_code == 413


def test_units_that_another_open_return_asks_for_are_taken(door: Door) -> None:
    request = a_request(door)
    request["items"][0]["quantity"] = 2
    door.hand_in(json.dumps(request).encode())
    second = door.hand_in(json.dumps({**request, "request_id": "form-2"}).encode())
    assert second.status_code == 422
    assert len(returns(door)) == 1


def test_a_request_after_the_window_is_refused_with_its_date(door: Door) -> None:
    request = a_request(door)
    door.world.clock.pass_(days=60)
    answer = door.hand_in(json.dumps(request).encode())
    assert answer.status_code == 409
    assert "ended" in answer.json()["error"]["message"]


def test_a_shop_that_does_not_answer_is_said_and_the_same_request_works_later(door: Door) -> None:
    body = json.dumps(a_request(door)).encode()
    door.world.faults.plan("shop", Fault.LOST_BEFORE, times=50)
    answer = door.hand_in(body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert returns(door) == []
    door.world.faults.clear()
    assert door.hand_in(body).status_code == 201


def test_an_exchange_takes_the_slot_of_its_return_at_once(door: Door) -> None:
    replacement = {"name": "Hoodie, L", "sku": "HOOD-L", "price": "80.00", "difference": "47.00"}
    request = a_request(door, wish="exchange", replacement=replacement)
    assert door.hand_in(json.dumps(request).encode()).status_code == 201
    with reading(door.world.desk.engine) as session:
        assert session.exec(select(Resolution.method)).all() == [Method.EXCHANGE]


def test_the_contract_is_documented(door: Door) -> None:
    import requests

    document = requests.get(door.url + "/api/openapi.json", timeout=5).json()
    post = document["paths"]["/api/v1/returns"]["post"]
    assert {"201", "200", "401", "404", "409", "413", "422", "503"} <= set(post["responses"])
    assert post["requestBody"]["content"]["application/json"]["schema"]["title"] == "ReturnIn"


def test_the_signs_of_life(door: Door) -> None:
    import requests

    assert requests.get(door.url + "/healthz", timeout=5).text == "ok"
    assert requests.get(door.url + "/readyz", timeout=5).text == "ready"


def test_an_exchange_names_an_article_of_the_shop_and_is_priced_at_once(door: Door) -> None:
    coat = door.world.shop.add_product("Coat", "80.00", sku="COAT", stock=4)
    request = a_request(door, wish="exchange")
    request["items"][0] |= {"replacement": {"product": coat.id}}
    assert door.hand_in(json.dumps(request).encode()).status_code == 201
    wish = door.world.case(1).exchange
    assert wish is not None
    assert (wish.name, wish.sku, wish.stock) == ("Coat", "COAT", 4)
    assert wish.difference is not None
    assert wish.difference.minor == 4700
    named = wish.wanted[0]
    assert (named.product_id, named.quantity, named.name, named.stock) == (coat.id, 1, "Coat", 4)


def test_an_exchange_for_what_the_shop_does_not_sell_is_refused_by_name(door: Door) -> None:
    request = a_request(door, wish="exchange")
    request["items"][0] |= {"replacement": {"product": 999_999}}
    answer = door.hand_in(json.dumps(request).encode())
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "replacement")
    assert returns(door) == []


def test_label_and_parcel_come_with_the_request(door: Door) -> None:
    label = {"label_link": "https://labels.example/1.pdf", "label_cost": "5.20", "tracking_number": "6A1"}
    assert door.hand_in(json.dumps(a_request(door, **label)).encode()).status_code == 201
    (rma,) = returns(door)
    assert (rma.label_link, rma.label_cost_minor, rma.tracking_number) == (label["label_link"], 520, "6A1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label_link", "http://labels.example/1"),
        ("label_link", "javascript:alert(1)"),
        ("label_link", "https://labels.example/" + "1" * 577),
        ("label_cost", "5.20 USD"),
        ("tracking_number", "6" * 600),
    ],
)
def test_a_label_that_cannot_be_used_is_refused_by_its_field(door: Door, name: str, value: str) -> None:
    answer = door.hand_in(json.dumps(a_request(door, **{name: value})).encode())
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == name
    assert returns(door) == []
