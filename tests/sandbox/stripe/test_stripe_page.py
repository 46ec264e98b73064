"""The page a customer pays on, as a browser meets it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from bot.sandbox.stripe import Stripe

Basket = Callable[..., dict[str, Any]]


@pytest.fixture
def open_page(client: Any, basket: Basket) -> Callable[..., Any]:
    def make(amount: int = 1250, **changes: Any) -> Any:
        return client.v1.checkout.sessions.create(basket(amount, **changes))

    return make


def _send(url: str, **form: str) -> requests.Response:
    return requests.post(url, data=form, allow_redirects=False, timeout=5)


def test_the_page_shows_what_is_paid_and_the_way_back(open_page: Any) -> None:
    session = open_page(locale="en", client_reference_id="RMA-1042", customer_email="ada@example.com")

    answer = requests.get(session.url, timeout=5)

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in answer.text
    for words in ("€12.50", "Price difference", "RMA-1042", "ada@example.com", "Pay €12.50", "no real money"):
        assert words in answer.text
    assert 'href="https://portal.example/later"' in answer.text


def test_the_page_speaks_french_when_the_session_does(open_page: Any) -> None:
    text = requests.get(open_page(locale="fr").url, timeout=5).text

    assert '<html lang="fr">' in text
    assert re.search("Payer 12,50\\s€", text)


@pytest.mark.parametrize(("accepted", "language"), [("fr-CH, en;q=0.8", "fr"), ("en-GB", "en"), ("de", "en")])
def test_the_page_follows_the_browser_when_the_session_leaves_it_open(
    open_page: Any, accepted: str, language: str
) -> None:
    answer = requests.get(open_page().url, headers={"Accept-Language": accepted}, timeout=5)

    assert f'<html lang="{language}">' in answer.text


def test_the_button_pays_and_leads_to_the_shop(stripe: Stripe, open_page: Any) -> None:
    session = open_page()

    answer = _send(session.url, way="card", email="ada@example.com")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"https://portal.example/paid?session={session.id}"
    assert stripe.get(session.id)["customer_details"]["email"] == "ada@example.com"
    assert stripe.balance() == {"eur": 1250}


def test_a_second_press_pays_nothing_and_says_so(stripe: Stripe, open_page: Any) -> None:
    session = open_page()
    _send(session.url, way="card")

    again = _send(session.url, way="card")

    assert again.status_code == 200
    assert "This is paid" in again.text
    assert stripe.balance() == {"eur": 1250}


def test_a_declined_card_is_told_aloud_and_may_be_replaced(stripe: Stripe, open_page: Any) -> None:
    session = open_page(locale="en")

    declined = _send(session.url, way="card_declined")

    assert declined.status_code == 402
    assert 'role="alert"' in declined.text
    assert stripe.balance() == {}
    assert _send(session.url, way="card").status_code == 303


def test_a_delayed_method_is_under_way(stripe: Stripe, open_page: Any) -> None:
    session = open_page(locale="en")

    assert _send(session.url, way="delayed").status_code == 303
    assert "Payment under way" in requests.get(session.url, timeout=5).text
    assert stripe.balance() == {}


@pytest.mark.parametrize(
    ("deed", "words", "money"),
    [("arrive", "This is paid", {"eur": 1250}), ("fail", "The payment failed", {})],
)
def test_the_end_of_a_delayed_payment_is_a_button_here(
    stripe: Stripe, open_page: Any, deed: str, words: str, money: dict[str, int]
) -> None:
    session = open_page(locale="en")
    assert "Let the money arrive" not in requests.get(session.url, timeout=5).text
    _send(session.url, deed=deed)
    _send(session.url, way="delayed")

    assert _send(session.url, deed=deed).status_code == 303
    _send(session.url, deed=deed)

    assert words in requests.get(session.url, timeout=5).text
    assert stripe.balance() == money


def test_a_page_expires_at_a_press_but_not_once_it_is_paid(stripe: Stripe, open_page: Any) -> None:
    left, paid = open_page(locale="en"), open_page(locale="en")
    _send(paid.url, way="card")

    for session in (left, paid):
        _send(session.url, deed="expire")

    assert "has expired" in requests.get(left.url, timeout=5).text
    assert "This is paid" in requests.get(paid.url, timeout=5).text
    assert [one["state"] for one in stripe.checkouts()] == ["paid", "expired"]


def test_an_expired_page_takes_no_money(stripe: Stripe, open_page: Any, clock: Any) -> None:
    session = open_page(locale="en")
    clock.move(days=1)

    answer = _send(session.url, way="card")

    assert "has expired" in answer.text
    assert stripe.balance() == {}


def test_a_press_without_a_choice_asks_again(stripe: Stripe, open_page: Any) -> None:
    session = open_page(locale="en")

    assert _send(session.url).status_code == 400
    assert _send(session.url, way="cash").status_code == 400
    assert stripe.balance() == {}


def test_an_address_nobody_made_is_a_404(url: str) -> None:
    answer = requests.get(f"{url}/c/pay/cs_test_none", timeout=5)

    assert answer.status_code == 404
    assert "No such payment page" in answer.text


def test_hostile_names_are_shown_as_text(open_page: Any) -> None:
    price = {
        "currency": "eur",
        "unit_amount": 900,
        "product_data": {"name": "<script>alert(1)</script>{{ 7 }}"},
    }

    text = requests.get(open_page(line_items=[{"price_data": price, "quantity": 2}]).url, timeout=5).text

    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}" in text


def test_every_word_is_there_in_both_languages() -> None:
    from bot.sandbox.stripe.words import WORDS

    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for key, text in WORDS["en"].items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", WORDS["fr"][key])


def test_an_isk_amount_is_shown_in_whole_kronur(client: Any, basket: Basket) -> None:
    session = client.v1.checkout.sessions.create(basket(250_000, "isk", locale="en"))

    assert re.search("ISK\\s?2,500<", requests.get(session.url, timeout=5).text)
