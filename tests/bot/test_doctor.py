"""The doctor's look at Stripe and at the desk's own address."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.commands.doctor import check_door, check_mail, check_stripe
from bot.config import Settings
from bot.findings import Level
from bot.sandbox.serving import Service
from bot.sandbox.stripe import TEST_KEY, Stripe, create_app
from tests.mailbox import a_mailbox


@pytest.fixture
def stripe_url() -> Iterator[str]:
    stripe = Stripe()
    with Service(create_app(stripe)) as service:
        yield service.url
    stripe.close()


async def deaf(scope: Any, _receive: Any, send: Any) -> None:
    """Something else that answers at the desk's address."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"nothing here"})


def test_stripe_says_whose_account_the_key_opens(stripe_url: str) -> None:
    finding = check_stripe(Settings(stripe_api_key=TEST_KEY, stripe_api_base=stripe_url))
    assert finding.level is Level.OK
    assert finding.text.endswith("test key")


def test_a_key_stripe_does_not_know_is_wrong(stripe_url: str) -> None:
    finding = check_stripe(Settings(stripe_api_key="sk_test_other", stripe_api_base=stripe_url))
    assert finding.level is Level.WRONG
    assert "sk_test_other" not in finding.text


def test_a_stripe_that_does_not_answer_is_worth_a_warning() -> None:
    finding = check_stripe(Settings(stripe_api_key=TEST_KEY, stripe_api_base="http://127.0.0.1:9"))
    assert finding.level is Level.WARNING


@pytest.mark.parametrize(
    ("answers", "level"),
    [({}, Level.OK), ({"AUTH": "535 no"}, Level.WRONG), ({"CONNECT": "421 later"}, Level.WARNING)],
)
def test_a_mail_server_is_asked_to_let_the_desk_in(answers: dict[str, str], level: Level) -> None:
    with a_mailbox() as box:
        box.answers = answers
        server = f"smtp://desk@127.0.0.1:{box.port}"
        finding = check_mail(Settings(mail_server=server, mail_password="hush", mail_from="a@b.example"))
    assert finding.level is level
    assert "hush" not in f"{finding.text} {finding.advice}"
    assert box.raw == []


def test_an_address_where_nothing_answers_is_worth_a_warning() -> None:
    (finding,) = check_door(Settings(public_url="http://127.0.0.1:9"))
    assert (finding.level, finding.text) == (Level.WARNING, "nothing answers there")


def test_an_address_where_something_else_answers_is_worth_a_warning() -> None:
    with Service(deaf) as service:
        (finding,) = check_door(Settings(public_url=service.url))
    assert (finding.level, finding.text) == (Level.WARNING, "answers 404 instead of the desk")


def test_a_local_desk_with_a_shop_elsewhere_is_worth_a_warning() -> None:
    first, _ = check_door(Settings(public_url="http://127.0.0.1:9", woocommerce_url="https://shop.example"))
    assert "this machine only" in first.text
