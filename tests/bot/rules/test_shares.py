"""An order's total over its lines: rules M1, M4, M5, M8 and what a shop's JSON can hold besides."""

from decimal import Decimal

import pytest

from bot.rules.shares import LineShare, RawLine, RawRate, share_out
from store.money import Money, total
from tests.make import money


def a_raw(line_id: int, net: str, total_tax: str, *taxes: tuple[int, str]) -> RawLine:
    rates = tuple(RawRate(rate, Decimal(amount)) for rate, amount in taxes)
    return RawLine(line_id, Decimal(net), Decimal(total_tax), rates)


def grosses(shares: tuple[LineShare, ...]) -> list[str]:
    return [share.gross.decimal for share in shares]


def test_lines_read_at_six_decimals_give_the_total_that_two_decimals_miss() -> None:
    """The measured order of 73.45: its two-decimal values add up to 73.46 (M4)."""
    lines = [
        a_raw(1, "33.725000", "6.740000", (1, "6.745000")),
        a_raw(2, "22.483333", "4.500000", (1, "4.496667")),
        a_raw(3, "5.000000", "1.000000", (1, "1.000000")),
    ]
    assert grosses(share_out(money("73.45"), lines)) == ["40.47", "26.98", "6.00"]


def test_ten_units_with_a_quarter_off_are_one_line_of_what_was_paid() -> None:
    (line,) = share_out(money("179.25"), [a_raw(1, "149.375000", "29.880000", (1, "29.875000"))])
    assert (line.gross, line.taxes[0].amount) == (money("179.25"), money("29.88"))


def test_a_line_rounds_once_and_not_its_parts() -> None:
    (line,) = share_out(money("44.81"), [a_raw(1, "37.341667", "7.470000", (1, "7.468333"))])
    assert (line.gross, line.taxes[0].amount) == (money("44.81"), money("7.47"))


def test_two_rates_keep_their_taxes_apart() -> None:
    lines = [a_raw(1, "50.00", "10.00", (1, "10.00")), a_raw(2, "20.00", "1.10", (2, "1.10"))]
    shares = share_out(money("81.10"), lines)
    taxes = {share.taxes[0].rate_id: share.taxes[0].amount.decimal for share in shares}
    assert taxes == {1: "10.00", 2: "1.10"}


def test_two_rates_on_one_line_sum_to_its_tax() -> None:
    lines = [a_raw(1, "10.005", "1.50", (1, "0.50025"), (2, "0.998"))]
    (line,) = share_out(money("11.51"), lines, total_tax=money("1.50"))
    assert total((share.amount for share in line.taxes), "EUR") == money("1.50")
    assert [share.amount.decimal for share in line.taxes] == ["0.50", "1.00"]


@pytest.mark.parametrize(("paid", "expected"), [("23.00", ["11.00", "12.00"]), ("23.20", ["11.60", "11.60"])])
def test_the_tax_that_comes_nearer_to_the_total_is_believed(paid: str, expected: list[str]) -> None:
    """M5: the shop adds up rounded taxes or unrounded ones, as it is set up."""
    lines = [a_raw(1, "10.00", "1.00", (1, "1.60")), a_raw(2, "10.00", "2.00", (1, "1.60"))]
    assert grosses(share_out(money(paid), lines)) == expected


def test_a_discount_given_as_a_fee_stays_below_zero() -> None:
    lines = [a_raw(1, "104.833333", "20.97", (1, "20.966667")), a_raw(2, "-10.00", "-2.00", (1, "-2.00"))]
    product, fee = share_out(money("113.80"), lines)
    assert (product.gross, fee.gross) == (money("125.80"), money("-12.00"))
    assert fee.taxes[0].amount == money("-2.00")


def test_lines_that_miss_the_total_by_a_unit_still_sum_to_it() -> None:
    lines = [a_raw(1, "10.00", "0"), a_raw(2, "10.00", "0"), a_raw(3, "10.00", "0")]
    assert grosses(share_out(money("30.01"), lines)) == ["10.01", "10.00", "10.00"]
    assert grosses(share_out(money("29.99"), lines)) == ["10.00", "10.00", "9.99"]


def test_a_total_far_from_its_lines_is_spread_in_proportion() -> None:
    """A plugin took 40.00 off the total and left the lines as they were."""
    lines = [a_raw(1, "80.00", "0"), a_raw(2, "20.00", "0")]
    assert grosses(share_out(money("60.00"), lines)) == ["48.00", "12.00"]


@pytest.mark.parametrize(("paid", "expected"), [("0.00", ["0.00", "0.00"]), ("3.00", ["1.50", "1.50"])])
def test_lines_that_cost_nothing_carry_whatever_the_order_cost(paid: str, expected: list[str]) -> None:
    assert grosses(share_out(money(paid), [a_raw(1, "0", "0"), a_raw(2, "0", "0")])) == expected


def test_an_order_without_lines_has_no_shares() -> None:
    assert share_out(money("5.00"), []) == ()


def test_a_tax_no_rate_stands_for_stays_in_the_net() -> None:
    (line,) = share_out(money("12.00"), [a_raw(1, "10.00", "2.00")])
    assert (line.gross, line.taxes) == (money("12.00"), ())


def test_a_tax_never_exceeds_its_line() -> None:
    (line,) = share_out(Money(1, "JPY"), [a_raw(1, "0.4", "1.00", (1, "0.9"))], total_tax=Money(5, "JPY"))
    assert line.taxes[0].amount == Money(1, "JPY")
