"""Programs find returns in the words of /returns, page by page, and learn nobody's name."""

import json
from typing import Any

import pytest
import requests

from handlers.signing import intake_signature
from tests.handlers.conftest import Door


def find(door: Door, **asked: Any) -> requests.Response:
    body = json.dumps(asked).encode()
    secret = door.world.desk.settings.intake_secret.get_secret_value()
    signed = {"X-Returns-Signature": intake_signature(body, secret, door.world.desk.now())}
    return requests.post(f"{door.url}/api/v1/returns/search", data=body, headers=signed, timeout=10)


def fill(door: Door, count: int) -> None:
    mug = door.world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=99)
    for _ in range(count):
        door.world.open(door.world.order((mug, 2)))


def test_a_search_gives_its_pages_newest_first(door: Door) -> None:
    fill(door, 5)
    first = find(door, search="pending mug", size=3).json()
    assert [one["number"] for one in first["returns"]] == ["RMA-5", "RMA-4", "RMA-3"]
    assert (first["count"], first["count_is_exact"], first["first"], first["newer"]) == (5, True, 1, "")
    second = find(door, search="pending mug", size=3, cursor=first["older"]).json()
    assert [one["number"] for one in second["returns"]] == ["RMA-2", "RMA-1"]
    assert (second["first"], second["older"]) == (4, "")


def test_a_line_has_amount_state_and_times_and_no_customer(door: Door) -> None:
    fill(door, 1)
    (line,) = find(door, search="dupont").json()["returns"]
    assert line["about"] == {"amount": "66.00", "currency": "EUR"}
    assert (line["status"], line["wish"], line["received_at"]) == ("pending", "refund", None)
    assert "dupont" not in json.dumps(line).lower()
    assert "example.com" not in json.dumps(line)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"search": "period soon"}, "search"),
        ({"size": 0}, "size"),
        ({"size": 101}, "size"),
        ({"search": "x" * 201}, "search"),
        ({"serach": "x"}, "serach"),
    ],
)
def test_what_cannot_be_asked_is_named(door: Door, asked: dict[str, Any], field: str) -> None:
    answer = find(door, **asked)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


def test_nobody_finds_anything_without_the_signature(door: Door) -> None:
    fill(door, 1)
    answer = requests.post(f"{door.url}/api/v1/returns/search", json={"search": "mug"}, timeout=10)
    assert answer.status_code == 401
    assert "RMA" not in answer.text


@pytest.mark.parametrize("text", ["\ud800", "\0", '"', "% _ \\", "'; DROP TABLE returns; --", "rma-1\u202e"])
def test_strange_words_find_nothing_and_break_nothing(door: Door, text: str) -> None:
    fill(door, 1)
    assert find(door, search=text).status_code in (200, 422)
