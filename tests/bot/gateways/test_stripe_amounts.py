"""Amounts in Stripe's units, with the exceptions that cost a hundredfold (rule M15)."""

import pytest

from bot.gateways.stripe_amounts import (
    SMALLEST_CHARGE,
    THREE_DECIMAL,
    ZERO_DECIMAL,
    decimals,
    from_stripe,
    smallest_charge,
    step,
    to_stripe,
)
from store.money import EXPONENTS, Money

CURRENCIES = sorted(ZERO_DECIMAL | THREE_DECIMAL | set(SMALLEST_CHARGE) | {"ISK", "UGX"})


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (Money(1000, "JPY"), 1000),
        (Money(6110, "EUR"), 6110),
        (Money(3330, "KWD"), 3330),
        (Money(1500, "ISK"), 150000),
        (Money(5000, "UGX"), 500000),
        (Money(17500, "HUF"), 17500),
        (Money(500, "MGA"), 5),
    ],
)
def test_an_amount_is_sent_in_stripes_units(amount: Money, units: int) -> None:
    assert to_stripe(amount) == units
    assert from_stripe(units, amount.currency.lower()) == amount


@pytest.mark.parametrize("amount", [Money(3333, "KWD"), Money(1, "BHD"), Money(150, "MGA")])
def test_an_amount_finer_than_stripe_settles_is_not_sent(amount: Money) -> None:
    with pytest.raises(ValueError, match="only in steps of"):
        to_stripe(amount)


@pytest.mark.parametrize(("units", "currency"), [(150, "isk"), (99, "ugx")])
def test_a_fraction_of_a_currency_without_fractions_is_not_read(units: int, currency: str) -> None:
    with pytest.raises(ValueError, match="fraction"):
        from_stripe(units, currency)


def test_three_parts_of_ten_dinars_can_all_be_sent() -> None:
    parts = [part.minor * step("KWD") for part in Money(10_000 // step("KWD"), "KWD").allocate([1, 1, 1])]
    assert sorted(parts) == [3330, 3330, 3340]
    assert [to_stripe(Money(part, "KWD")) for part in parts] == parts


@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_step_survives_the_way_there_and_back(currency: str) -> None:
    for steps in (0, 1, 7, 12345):
        amount = Money(steps * step(currency), currency)
        assert from_stripe(to_stripe(amount), currency) == amount


def test_no_currency_is_in_two_lists() -> None:
    assert not ZERO_DECIMAL & THREE_DECIMAL


def test_only_the_known_exceptions_differ_from_iso() -> None:
    differing = {code for code in CURRENCIES if decimals(code) != EXPONENTS.get(code, 2)}
    assert differing == {"ISK", "UGX", "MGA"}


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("EUR", 50), ("HUF", 17500), ("JPY", 50), ("KWD", 10), ("ISK", 1), ("MGA", 100)],
)
def test_the_smallest_charge_is_in_the_currencys_own_units(currency: str, expected: int) -> None:
    assert smallest_charge(currency) == Money(expected, currency)
