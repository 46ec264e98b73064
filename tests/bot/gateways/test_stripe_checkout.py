"""Payments a customer still has to make, over HTTP: made once, read afresh, closed for good."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import KeySpent, OutcomeUnknown, Refused, Unreachable
from bot.gateways.stripe import Payments
from bot.gateways.stripe_checkout import CheckoutOrder, Checkouts
from bot.sandbox.stripe import LIVE_KEY, READ_ONLY_KEY, TEST_KEY, Stripe, Trouble
from bot.sandbox.stripe.app import StripeApp
from store.money import Money
from tests.bot.gateways.scripted_shop import Script, say

TITLE = "Exchange RMA-1042: Hoodie, L"


def wanted(minor: int = 3000, currency: str = "EUR", **more: object) -> CheckoutOrder:
    """A customer owes 30.00 EUR for the dearer article."""
    ordinary = CheckoutOrder(
        amount=Money(minor, currency),
        operation="op-1",
        title=TITLE,
        email="marie@example.com",
        language="fr",
        success_url="https://desk.example/paid",
        expires_at=datetime.now(UTC) + timedelta(hours=23),
        about={"return": "RMA-1042"},
    )
    return replace(ordinary, **more)  # type: ignore[arg-type]


@pytest.fixture
def checkouts(stripe: Stripe, served_stripe: tuple[StripeApp, str]) -> Iterator[Checkouts]:
    """Without the SDK's own repetitions, which would hide what is tested."""
    payments = Payments(TEST_KEY, base=served_stripe[1], tries=0)
    yield Checkouts(payments)
    payments.close()


def test_a_session_asks_for_exactly_this_amount_and_says_what_for(
    stripe: Stripe, checkouts: Checkouts
) -> None:
    session = checkouts.create(wanted(), "key-1")
    assert session.is_open
    assert session.url.startswith("http")
    assert (session.amount, session.operation, session.paid) == (Money(3000, "EUR"), "op-1", False)
    (made,) = stripe.all("checkout.session")
    assert (made["customer_email"], made["locale"]) == ("marie@example.com", "fr")


def test_the_same_key_never_makes_a_second_session(stripe: Stripe, checkouts: Checkouts) -> None:
    order = wanted()
    assert checkouts.create(order, "key-1") == checkouts.create(order, "key-1")
    assert len(stripe.all("checkout.session")) == 1


def test_a_key_that_stands_for_another_payment_is_spent(checkouts: Checkouts) -> None:
    checkouts.create(wanted(), "key-1")
    with pytest.raises(KeySpent):
        checkouts.create(wanted(4000), "key-1")


def test_paid_is_what_a_fresh_look_shows(stripe: Stripe, checkouts: Checkouts) -> None:
    order = wanted()
    session = checkouts.create(order, "key-1")
    assert not checkouts.read(session.session_id).pays(order, live=False)
    stripe.pay(session.session_id)
    paid = checkouts.read(session.session_id)
    assert paid.pays(order, live=False)
    assert paid.payment_intent.startswith("pi_")
    assert not paid.is_open
    assert paid.url == ""


def test_a_card_that_is_declined_pays_nothing_and_may_try_again(stripe: Stripe, checkouts: Checkouts) -> None:
    session = checkouts.create(wanted(), "key-1")
    assert not stripe.pay(session.session_id, "card_declined")
    seen = checkouts.read(session.session_id)
    assert (seen.paid, seen.is_open) == (False, True)


@pytest.mark.parametrize("succeeded", [True, False])
def test_a_promise_to_pay_is_no_payment(stripe: Stripe, checkouts: Checkouts, succeeded: bool) -> None:
    order = wanted()
    session = checkouts.create(order, "key-1")
    stripe.pay(session.session_id, "delayed")
    assert not checkouts.read(session.session_id).pays(order, live=False)
    stripe.settle_delayed(session.session_id, succeeded=succeeded)
    assert checkouts.read(session.session_id).pays(order, live=False) is succeeded


@pytest.mark.parametrize(
    "other", [{"amount": Money(2999, "EUR")}, {"amount": Money(3000, "USD")}, {"operation": "op-2"}]
)
def test_another_amount_currency_or_operation_does_not_pay_for_this(
    stripe: Stripe, checkouts: Checkouts, other: dict[str, object]
) -> None:
    session = checkouts.create(wanted(), "key-1")
    stripe.pay(session.session_id)
    assert not checkouts.read(session.session_id).pays(replace(wanted(), **other), live=False)  # type: ignore[arg-type]


def test_play_money_does_not_pay_a_real_debt(
    stripe: Stripe, checkouts: Checkouts, connect: Callable[[str], Payments]
) -> None:
    order = wanted()
    session = checkouts.create(order, "key-1")
    stripe.pay(session.session_id)
    assert not checkouts.read(session.session_id).pays(order, live=True)
    real = Checkouts(connect(LIVE_KEY)).create(order, "key-2")
    stripe.pay(real.session_id)
    assert Checkouts(connect(LIVE_KEY)).read(real.session_id).pays(order, live=True)


def test_a_closed_session_can_never_be_paid(stripe: Stripe, checkouts: Checkouts) -> None:
    session = checkouts.create(wanted(), "key-1")
    assert not checkouts.expire(session.session_id).is_open
    with pytest.raises(Exception, match="expired"):
        stripe.pay(session.session_id)
    with pytest.raises(Refused):
        checkouts.expire(session.session_id)
    assert not checkouts.read(session.session_id).paid


def test_what_is_paid_cannot_be_closed_and_a_look_tells(stripe: Stripe, checkouts: Checkouts) -> None:
    session = checkouts.create(wanted(), "key-1")
    stripe.pay(session.session_id)
    with pytest.raises(Refused):
        checkouts.expire(session.session_id)
    assert checkouts.read(session.session_id).paid


def test_a_lost_answer_leaves_one_session_behind(stripe: Stripe, checkouts: Checkouts) -> None:
    order = wanted()
    stripe.trouble(Trouble.ERROR_AFTER, path="/v1/checkout/sessions")
    with pytest.raises(OutcomeUnknown):
        checkouts.create(order, "key-1")
    assert len(stripe.all("checkout.session")) == 1


def test_a_busy_stripe_made_nothing(stripe: Stripe, checkouts: Checkouts) -> None:
    stripe.trouble(Trouble.BUSY, path="/v1/checkout/sessions")
    with pytest.raises(Unreachable):
        checkouts.create(wanted(), "key-1")
    assert stripe.all("checkout.session") == []


def test_a_key_that_may_not_charge_is_refused(connect: Callable[[str], Payments]) -> None:
    with pytest.raises(Refused):
        Checkouts(connect(READ_ONLY_KEY)).create(wanted(), "key-1")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"id": "cs_1"}'])
def test_an_answer_that_is_not_stripes_may_hide_a_session(script: Script, body: bytes) -> None:
    script.on("POST", "/sessions", say(200, body))
    script.on("GET", "/sessions/cs_1", say(200, body))
    there = Checkouts(Payments(TEST_KEY, base=script.url, tries=0))
    with pytest.raises(OutcomeUnknown):
        there.create(wanted(), "key-1")
    with pytest.raises(Unreachable):
        there.read("cs_1")
