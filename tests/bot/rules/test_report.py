"""What a report's words mean, what it is compared with, and its small sums."""

from datetime import date

import pytest

from bot.errors import InvalidInput
from bot.rules.finding import Period
from bot.rules.report import Basis, Span, before, change, median, permille, read_request

TODAY = date(2027, 1, 14)  # a Thursday
CAMPAIGNS = {"black-friday": Period(date(2026, 11, 23), date(2026, 11, 30))}


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "wanted", "compared"),
    [
        ("", span("2027-01-11", "2027-01-14"), span("2027-01-04", "2027-01-07")),
        ("semaine", span("2027-01-11", "2027-01-14"), span("2027-01-04", "2027-01-07")),
        ("mois", span("2027-01-01", "2027-01-14"), span("2026-12-01", "2026-12-14")),
        ("2026-12", span("2026-12-01", "2026-12-31"), span("2026-11-01", "2026-11-30")),
        ("Black-Friday", span("2026-11-23", "2026-11-30"), span("2026-11-15", "2026-11-22")),
        ("2027-01-12..2027-02-01", span("2027-01-12", "2027-01-14"), span("2027-01-09", "2027-01-11")),
        ("yesterday", span("2027-01-13", "2027-01-13"), span("2027-01-12", "2027-01-12")),
    ],
)
def test_a_period_is_compared_with_one_like_it(text: str, wanted: Span, compared: Span) -> None:
    asked = read_request(text, today=TODAY, campaigns=CAMPAIGNS)
    assert (asked.span, asked.before, asked.basis) == (wanted, compared, Basis.WORK)


@pytest.mark.parametrize("text", ["by orders month", "month order", "mois par commandes", "commande mois"])
def test_orders_are_a_word_of_their_own(text: str) -> None:
    asked = read_request(text, today=TODAY, campaigns=CAMPAIGNS)
    assert (asked.basis, asked.span.first) == (Basis.ORDER, date(2027, 1, 1))


@pytest.mark.parametrize("text", ["soon", "..2027-01-03", "2027-02", "1999-12-31..2027-01-01", "by soon"])
def test_a_period_without_days_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_request(text, today=TODAY, campaigns=CAMPAIGNS)


def test_the_days_of_march_so_far_are_those_of_february_as_far_as_it_goes() -> None:
    assert before(span("2027-03-01", "2027-03-30")) == span("2027-02-01", "2027-02-28")


def test_the_median_is_in_the_middle() -> None:
    assert [median(values) for values in ([], [7], [9, 1, 5], [4, 1, 9, 2])] == [None, 7, 5, 3]


def test_shares_and_changes_are_rounded_half_up() -> None:
    assert [permille(part, whole) for part, whole in ((1, 3), (2, 3), (1, 2000), (0, 0))] == [333, 667, 1, 0]
    assert [change(now, then) for now, then in ((3, 2), (1, 2), (5, 0), (0, 3))] == [50, -50, None, -100]
