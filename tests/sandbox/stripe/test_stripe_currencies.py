"""Stripe's minor units: what is charged and given back in currencies with no, two and three decimals."""

from decimal import Decimal
from typing import Any

import pytest
import stripe as sdk

from bot.sandbox.stripe import Stripe, StripeError, decimals
from bot.sandbox.stripe.currencies import SMALLEST_CHARGE, SUPPORTED, to_major


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("jpy", 0),
        ("krw", 0),
        ("eur", 2),
        ("huf", 2),
        ("twd", 2),
        ("isk", 2),
        ("ugx", 2),
        ("kwd", 3),
        ("tnd", 3),
    ],
)
def test_the_decimals_are_stripes_own(currency: str, expected: int) -> None:
    assert decimals(currency) == expected


def test_an_amount_is_read_in_its_own_unit() -> None:
    assert to_major(1000, "jpy") == Decimal(1000)
    assert to_major(1000, "kwd") == Decimal("1.000")
    assert to_major(500, "isk") == Decimal("5.00")


@pytest.mark.parametrize(
    ("currency", "bad", "good"), [("isk", 150, 200), ("ugx", 501, 500), ("kwd", 3333, 3330)]
)
def test_fractions_the_networks_do_not_settle_are_refused_in_refunds(
    stripe: Stripe, client: Any, currency: str, bad: int, good: int
) -> None:
    charge = stripe.charge(10_000, currency).charge

    with pytest.raises(sdk.InvalidRequestError, match="multiple of"):
        client.v1.refunds.create({"charge": charge, "amount": bad})
    assert client.v1.refunds.create({"charge": charge, "amount": good}).amount == good


@pytest.mark.parametrize(("currency", "amount"), [("isk", 99_950), ("kwd", 10_001), ("ugx", 10_050)])
def test_such_fractions_are_refused_in_payments_too(stripe: Stripe, currency: str, amount: int) -> None:
    with pytest.raises(StripeError, match="multiple of"):
        stripe.charge(amount, currency)


def test_hungarian_cents_are_taken_in_payments(stripe: Stripe) -> None:
    assert stripe.get(stripe.charge(17_501, "HUF").charge)["currency"] == "huf"


@pytest.mark.parametrize("currency", sorted(SMALLEST_CHARGE))
def test_one_unit_below_the_smallest_charge_is_refused(stripe: Stripe, currency: str) -> None:
    least = SMALLEST_CHARGE[currency]

    with pytest.raises(StripeError) as caught:
        stripe.charge(least - 1, currency)
    assert caught.value.code == "amount_too_small"
    stripe.charge(least, currency)


def test_a_huge_charge_is_refused(stripe: Stripe) -> None:
    with pytest.raises(StripeError) as caught:
        stripe.charge(100_000_000, "eur")
    assert caught.value.code == "amount_too_large"


def test_a_checkout_below_the_minimum_is_refused(client: Any, basket: Any) -> None:
    with pytest.raises(sdk.InvalidRequestError, match=r"0\.50 EUR") as caught:
        client.v1.checkout.sessions.create(basket(49))
    assert caught.value.code == "amount_too_small"


@pytest.mark.parametrize("currency", ["xxx", "btc", "eu"])
def test_an_unknown_currency_is_refused(client: Any, basket: Any, currency: str) -> None:
    with pytest.raises(sdk.InvalidRequestError, match="Invalid currency"):
        client.v1.checkout.sessions.create(basket(5000, currency))


def test_currencies_are_written_in_three_small_letters() -> None:
    assert len(SUPPORTED) > 130
    assert all(len(code) == 3 and code.islower() for code in SUPPORTED)
    assert set(SMALLEST_CHARGE) <= SUPPORTED
