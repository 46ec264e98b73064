"""Money: whole minor units, exact splits, one rounding."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from store.money import Money, exponent, spread, total

QUIET = settings(derandomize=True, deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("61.10", "EUR", 6110),
        ("61.1000", "EUR", 6110),
        ("0.005", "EUR", 1),
        ("0.004999", "EUR", 0),
        ("-0.005", "EUR", -1),
        ("-12.00", "EUR", -1200),
        ("-0.00", "EUR", 0),
        ("5", "EUR", 500),
        ("1000", "JPY", 1000),
        ("999.5", "JPY", 1000),
        ("1.2345", "KWD", 1235),
        ("1.2345", "CLF", 12345),
    ],
)
def test_a_plain_decimal_is_read_and_rounded_once_half_up(text: str, currency: str, minor: int) -> None:
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text", ["", " ", "1,50", "1e3", "NaN", "Infinity", "1_000", "１２", ".5", "0x10", "--1", "9" * 16]
)
def test_what_is_not_a_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        Money.of(text, "EUR")


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("HUF", 2), ("ISK", 0), ("UGX", 0), ("TND", 3)])
def test_each_currency_has_its_own_number_of_decimals(currency: str, places: int) -> None:
    assert exponent(currency) == places


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(6110, "EUR", "61.10"), (-5, "EUR", "-0.05"), (7, "JPY", "7"), (1, "KWD", "0.001"), (0, "EUR", "0.00")],
)
def test_the_shop_is_written_to_with_the_currencys_own_decimals(minor: int, currency: str, text: str) -> None:
    assert Money(minor, currency).decimal == text


def test_currencies_never_mix() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    for act in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__):
        with pytest.raises(ValueError, match="do not mix"):
            act(euro, dollar)
    assert euro != dollar


def test_amounts_compare_and_add_up() -> None:
    low, high = Money(1, "EUR"), Money(2, "EUR")
    assert low < high
    assert low <= high
    assert high > low
    assert high >= low
    assert -low == Money(-1, "EUR")
    assert total([low, high], "EUR") == Money(3, "EUR")
    assert not total([], "EUR")


@pytest.mark.parametrize(
    ("minor", "percent", "expected"), [(6600, 15, 990), (5999, 5, 300), (10, 5, 1), (9, 5, 0), (0, 50, 0)]
)
def test_percent_rounds_half_up(minor: int, percent: int, expected: int) -> None:
    assert Money(minor, "EUR").percent(percent) == Money(expected, "EUR")


def test_odd_cents_go_to_the_largest_remainders_and_then_to_the_first() -> None:
    parts = Money(100, "EUR").allocate([1, 1, 1])
    assert [part.minor for part in parts] == [34, 33, 33]
    assert spread(10, [15, 25, 60]) == [2, 2, 6]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_without_a_weight_to_carry_it_nothing_is_split(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "EUR").allocate(weights)


@QUIET
@given(
    some.integers(-(10**9), 10**9), some.lists(some.integers(0, 10**6), min_size=1, max_size=8).filter(any)
)
def test_parts_always_sum_to_the_whole_and_stay_within_one_unit(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


@QUIET
@given(some.integers(-(10**12), 10**12), some.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert Money.of(amount.decimal, currency) == amount
