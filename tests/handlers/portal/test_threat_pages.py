"""Every address below /returns answers with our own page and its headers, whatever is asked of it."""

import re

import pytest
import requests
from sqlalchemy import text

from bot.sandbox import shop as shops
from handlers.portal.visitor import COOKIE
from tests.handlers.conftest import Door as Office
from tests.handlers.portal.conftest import Customer
from tests.handlers.portal.doors import NOBODYS_PHOTO, doors, keeps_to_itself, strange

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NOWHERE = (
    "nothing",
    "mine/",
    "r",
    "r/",
    "r/RMA-1/nothing/more",
    "l",
    "l/",
    "l/a/b",
    "static",
    "static/",
    "static/..%2fpages.py",
    "static/%2e%2e/pages.py",
    "photos",
    "%00",
    "%ff",
    '"><script>alert(1)</script>',
    "/evil.example/",
    "\\evil.example",
    "x" * 3000,
)


@pytest.fixture
def inside(customer: Customer, order: shops.Order, number: str) -> Customer:
    customer.come_in(order)
    return customer


def ask(customer: Customer, method: str, path: str, **more: str) -> requests.Response:
    return customer.session.request(
        method, customer.door.url + path, timeout=10, allow_redirects=False, headers=more
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_address_answers_every_method_with_its_headers_and_nothing_strange(
    inside: Customer, number: str, method: str
) -> None:
    for door in doors(inside.door.world.desk):
        for name in ("portal.css", NOBODYS_PHOTO):
            filled = {"number": number, "deed": "cancel", "secret": "x", "name": name}
            answer = ask(inside, method, door.address(**filled))
            assert answer.status_code < 500, door
            keeps_to_itself(answer)
            if "html" in answer.headers.get("content-type", ""):
                assert strange(answer.text) == [], door


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_answered_with_a_page_in_the_visitors_language(
    door: Office, method: str
) -> None:
    customer = Customer(door)
    for path in NOWHERE:
        answer = ask(customer, method, f"/returns/{path}", **{"accept-language": "fr"})
        assert answer.status_code in (404, 405), path
        keeps_to_itself(answer)
        assert '<html lang="fr">' in answer.text, path
        assert strange(answer.text) == []
        assert "<script>" not in answer.text


def test_who_forgets_the_slash_comes_to_the_first_page(door: Office) -> None:
    answer = ask(Customer(door), "GET", "/returns", host="evil.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/returns/")
    keeps_to_itself(answer)


def test_another_method_is_answered_with_the_ones_there_are(door: Office) -> None:
    answer = ask(Customer(door), "DELETE", "/returns/mine")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "There is no such page." in answer.text


@pytest.mark.parametrize("query", ["before=x", "before=-1", f"before={2**63}", "before="])
def test_an_address_with_a_wrong_part_is_answered_in_words(inside: Customer, number: str, query: str) -> None:
    answer = ask(inside, "GET", f"/returns/r/{number}/talk?{query}")
    assert answer.status_code == 422
    keeps_to_itself(answer)
    assert "There is no such page." in answer.text
    assert "int_parsing" not in answer.text


def test_a_mistake_of_ours_is_answered_in_words_that_tell_nothing_of_it(
    inside: Customer, number: str
) -> None:
    with inside.door.world.desk.engine.begin() as connection:
        connection.execute(text('UPDATE orders SET snapshot = \'{"surprise": "inside"}\''))
    answer = ask(inside, "GET", f"/returns/r/{number}")
    assert answer.status_code == 500
    keeps_to_itself(answer)
    assert "Something went wrong on our side" in answer.text
    assert not re.search("surprise|Traceback|File|pydantic", answer.text)


def test_programs_are_still_answered_in_their_own_language(door: Office) -> None:
    answers = [requests.get(door.url + path, timeout=10) for path in ("/nothing", "/api/v1/nothing")]
    assert [(one.status_code, one.json()) for one in answers] == [(404, {"detail": "Not Found"})] * 2
    wrong = requests.get(door.url + "/slack/events", timeout=10)
    assert (wrong.status_code, wrong.json()) == (405, {"detail": "Method Not Allowed"})


def test_the_cookies_are_for_these_pages_this_site_and_no_script(inside: Customer) -> None:
    inside.get("/returns/mine?lang=fr")
    cookies = {one.name: one for one in inside.session.cookies}
    assert set(cookies) == {COOKIE, "returns_language"}
    for cookie in cookies.values():
        assert (cookie.path, cookie.domain_specified) == ("/returns", False)
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "lax"
