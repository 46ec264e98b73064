"""Who may ask the sandbox's shop: OAuth over plain http, keys over TLS, permissions."""

import time
from typing import Any

import pytest
import requests
from woocommerce import API
from woocommerce.oauth import OAuth

from tests.sandbox.shop.bench import Bench, load

CASES = {case["case"]: case for case in load("auth_oauth1_plain_http")["cases"]}


def api(bench: Bench, **how: Any) -> API:
    key = bench.keys["rw"]
    how = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret, **how}
    return API(url=bench.url, version="wc/v3", timeout=10, **how)


def signed(bench: Bench, *, stamp: int | None = None) -> str:
    key = bench.keys["rw"]
    url = f"{bench.url}/wp-json/wc/v3/orders"
    oauth = OAuth(url, key.consumer_key, key.consumer_secret, oauth_timestamp=stamp or int(time.time()))
    return str(oauth.get_oauth_url())


def answered(case: str, response: requests.Response) -> bool:
    recorded = CASES[case]
    same_body: bool = "body" not in recorded or recorded["body"] == response.json()
    return same_body and response.status_code == recorded["status"]


def test_a_signed_request_is_answered_once_and_its_replay_refused(bench: Bench) -> None:
    url = signed(bench)
    assert answered("valid signature", requests.get(url, timeout=10))
    assert answered("the same signed URL sent again", requests.get(url, timeout=10))


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_twenty_minutes_off_is_refused(bench: Bench, minutes: int) -> None:
    response = requests.get(signed(bench, stamp=int(time.time()) + minutes * 60), timeout=10)
    assert answered("client clock 20 minutes off", response)


def test_a_changed_parameter_breaks_the_signature(bench: Bench) -> None:
    response = requests.get(f"{signed(bench)}&per_page=5", timeout=10)
    assert response.status_code == 401


def test_the_pypi_client_is_understood_with_awkward_values_but_not_with_lists(bench: Bench) -> None:
    for value in ("Müller & Söhne", "a+b@example.com", "100%", "x?z=1", "日本語"):
        response = api(bench).get("orders", params={"search": value, "per_page": 1, "_fields": "id,number"})
        assert response.status_code == 200, value
    case = "PyPI woocommerce 3.0.0, params with a Python list as value"
    assert answered(case, api(bench).get("orders", params={"status": ["pending", "failed"]}))


def test_the_pypi_client_signs_a_slash_in_another_way_than_the_shop(bench: Bench) -> None:
    """PHP's rawurlencode encodes the slash, Python's quote does not: such a search is refused over http."""
    assert api(bench).get("orders", params={"search": "x/y"}).status_code == 401


def test_the_pypi_client_may_write_over_plain_http(bench: Bench) -> None:
    order = bench.order(24, [(11, 1, 2)])
    note = api(bench).post(f"orders/{order.id}/notes", {"note": "Größe zu klein 👕"})
    assert (note.status_code, note.json()["note"]) == (201, "Größe zu klein 👕")


def test_a_wrong_secret_breaks_the_signature(bench: Bench) -> None:
    response = api(bench, consumer_secret="cs_wrong").get("orders")
    assert response.json()["message"] == "Invalid signature - provided signature does not match."


def test_rest_route_is_not_authenticated(bench: Bench) -> None:
    key = bench.keys["rw"]
    response = requests.get(
        f"{bench.url}/",
        params={"rest_route": "/wc/v3/orders"},
        headers={"X-Forwarded-Proto": "https"},
        auth=(key.consumer_key, key.consumer_secret),
        timeout=10,
    )
    assert (response.status_code, response.json()["code"]) == (401, "woocommerce_rest_cannot_view")


def test_a_trailing_slash_is_fine(bench: Bench) -> None:
    assert bench.call("GET", "/orders/").status_code == 200


def test_a_stranger_may_not_write_either(bench: Bench) -> None:
    answer = bench.call("POST", "/orders", {}, auth=None)
    assert (answer.status_code, answer.json()["code"]) == (401, "woocommerce_rest_cannot_create")
    assert not bench.shop.state.orders
