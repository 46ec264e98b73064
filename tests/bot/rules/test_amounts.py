"""What people type as an amount: rule M16."""

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.rules.amounts import parse_amount
from bot.rules.choice import Problem
from store.money import EXPONENTS, Money
from tests.make import money


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1.50", "1.50"),
        ("1,50", "1.50"),
        ("1,5", "1.50"),
        ("12", "12.00"),
        (" 12 ", "12.00"),
        ("0.01", "0.01"),
        ("0012", "12.00"),
        ("1 234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("１２", "12.00"),
        ("１２．５０", "12.50"),
        ("€10", "10.00"),
        ("10 €", "10.00"),
        ("EUR 10", "10.00"),
        ("10,50eur", "10.50"),
        ("\u200f12.50\u200e", "12.50"),
        ("\u202a12.50\u202c", "12.50"),
    ],
)
def test_an_amount_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert parse_amount(typed, "EUR") == money(meant)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter an amount."),
        ("   ", "Enter an amount."),
        ("€", "Enter an amount."),
        ("0", "above zero"),
        ("0,00", "above zero"),
        ("-1", "above zero"),
        ("−1", "above zero"),
        ("€-5", "above zero"),
        ("1e3", "not an amount"),
        ("NaN", "not an amount"),
        ("Infinity", "not an amount"),
        ("0x10", "not an amount"),
        ("1_000", "not an amount"),
        ("+5", "not an amount"),
        (".5", "not an amount"),
        ("5.", "not an amount"),
        ("12 34", "not an amount"),
        ("1.2.3", "not an amount"),
        ("1.234.56", "not an amount"),
        ("1 234 5", "not an amount"),
        ("ten", "not an amount"),
        ("½", "not an amount"),
        ("²", "not an amount"),
        ("$10", "not an amount"),
        ("10 USD", "not an amount"),
        ("1" * 1000, "not an amount"),
        ("1" * 40, "too large"),
        ("10.0005", "decimals at most"),
        ("0.005", "decimals at most"),
        ("10.005", "thousands or decimals"),
        ("1.234", "thousands or decimals"),
        ("1,234", "thousands or decimals"),
    ],
)
def test_what_is_no_amount_or_could_mean_two_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    found = parse_amount(typed, "EUR")
    assert isinstance(found, Problem)
    assert sentence in found.message


@pytest.mark.parametrize(("typed", "minor"), [("100", 100), ("¥100", 100), ("1.000.000", 1_000_000)])
def test_yen_are_whole(typed: str, minor: int) -> None:
    assert parse_amount(typed, "JPY") == Money(minor, "JPY")
    refused = parse_amount("100.5", "JPY")
    assert isinstance(refused, Problem)
    assert refused.values == {"currency": "JPY"}


@pytest.mark.parametrize(
    ("typed", "decimal", "minor"),
    [("1.234", ".", 1234), ("1,234", ",", 1234), ("0,500", ".", 500), ("1,234.500", ".", 1_234_500)],
)
def test_dinars_have_three_decimals_in_the_way_of_the_reader(
    typed: str, decimal: Literal[",", "."], minor: int
) -> None:
    assert parse_amount(typed, "KWD", decimal) == Money(minor, "KWD")


@pytest.mark.parametrize(("typed", "decimal"), [("1,234", "."), ("1.234", ",")])
def test_dinars_with_the_other_mark_could_mean_thousands(typed: str, decimal: Literal[",", "."]) -> None:
    assert isinstance(parse_amount(typed, "KWD", decimal), Problem)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(some.integers(1, 10**11), some.sampled_from(["EUR", "JPY", *sorted(EXPONENTS)]))
def test_what_is_written_plainly_is_read_back(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    found = parse_amount(amount.decimal, currency)
    assert found == amount


@settings(derandomize=True, deadline=None, max_examples=300)
@given(some.text(max_size=60) | some.text("0123456789.,' -€eE", max_size=12))
def test_no_text_whatever_breaks_the_reading(typed: str) -> None:
    found = parse_amount(typed, "EUR")
    assert isinstance(found, Problem) or found.minor > 0
