"""The language of searches: what each word asks for, in both languages, and what is simply looked for."""

from datetime import date

import pytest

from bot.errors import InvalidInput
from bot.rules.finding import CLOSED, NOBODY, Amounts, Period, Search, fold, read_search
from store.terms import OPEN_STATUSES, ReturnStatus, Wish

TODAY = date(2026, 11, 26)  # a Thursday
BLACK_FRIDAY = Period(date(2026, 11, 20), date(2026, 11, 30))


def read(text: str) -> Search:
    return read_search(text, me="U_ME", today=TODAY, campaigns={"Black-Friday-2026": BLACK_FRIDAY})


def test_nothing_asks_for_nothing() -> None:
    assert read("").is_empty
    assert read("   ").is_empty
    assert not read("x").is_empty


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pending", Search(statuses=frozenset({ReturnStatus.PENDING}))),
        ("OPEN", Search(statuses=frozenset(OPEN_STATUSES))),
        ("fermé", Search(statuses=frozenset(CLOSED))),
        ("reçu approuvé", Search(statuses=frozenset({ReturnStatus.RECEIVED, ReturnStatus.APPROVED}))),
        ("exchange", Search(wishes=frozenset({Wish.EXCHANGE}))),
        ("échange avoir", Search(wishes=frozenset({Wish.EXCHANGE, Wish.STORE_CREDIT}))),
        ("mine", Search(owners=frozenset({"U_ME"}))),
        ("unclaimed <@U_BOB>", Search(owners=frozenset({NOBODY}), needles=("<@u_bob>",))),
        ("<@U0BOB|bob>", Search(owners=frozenset({"U0BOB"}))),
        ("overdue", Search(alerts=frozenset({"refund_overdue"}))),
        ("impayé", Search(alerts=frozenset({"difference_unpaid"}))),
    ],
)
def test_a_word_that_filters(text: str, wanted: Search) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("period 2026-11-20..2026-11-30", "2026-11-20", "2026-11-30"),
        ("2026-11-20..2026-11-30", "2026-11-20", "2026-11-30"),
        ("période black-friday-2026", "2026-11-20", "2026-11-30"),
        ("period 2026-02", "2026-02-01", "2026-02-28"),
        ("period 2026-10..2026-11", "2026-10-01", "2026-11-30"),
        ("period 2026-11-03", "2026-11-03", "2026-11-03"),
        ("period today", "2026-11-26", "2026-11-26"),
        ("période hier", "2026-11-25", "2026-11-25"),
        ("period week", "2026-11-23", "2026-11-26"),
        ("period month", "2026-11-01", "2026-11-26"),
        ("période aujourd’hui", "2026-11-26", "2026-11-26"),
    ],
)
def test_a_period_is_a_campaign_a_day_a_month_or_two_of_them(text: str, first: str, last: str) -> None:
    assert read(text) == Search(period=Period(date.fromisoformat(first), date.fromisoformat(last)))


def test_a_period_may_have_no_end() -> None:
    assert read("2026-11..").period == Period(date(2026, 11, 1), None)
    assert read("period ..2026-11-03").period == Period(None, date(2026, 11, 3))


@pytest.mark.parametrize(
    "text",
    [
        "period",
        "period ..",
        "period yestermonth",
        "period 2026-13",
        "period 2026-02-30",
        "2026-11-30..2026-11-20",
        "..",
    ],
)
def test_a_period_nobody_can_read_is_said(text: str) -> None:
    with pytest.raises(InvalidInput, match="is no period"):
        read(text)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (">100", 100_000, None),
        (">=61.10", 61_100, None),
        ("<61,10", None, 61_100),
        ("=0.5", 500, 500),
        ("10..50", 10_000, 50_000),
    ],
)
def test_an_amount_has_a_least_and_a_most(text: str, least: int | None, most: int | None) -> None:
    assert read(text) == Search(amounts=Amounts(least, most))


@pytest.mark.parametrize(
    ("text", "needles"),
    [
        ("#5567", ("5567",)),
        ("RMA-42", ("rma-42",)),
        ("Zoë Lefèvre", ("zoe", "lefevre")),
        ("“Zoë Lefèvre”", ("zoe lefevre",)),
        ('"pending"', ("pending",)),
        ("« ouvert »", ("ouvert",)),
        ("ŒUVRE", ("oeuvre",)),
        ("Straße", ("strasse",)),
        ("<mailto:Marie@Example.com|marie@example.com>", ("marie@example.com",)),
        ("06 12 34 56 78", ("612345678",)),
        ("+33 6 12 34 56 78", ("33612345678",)),
        ("0612345678", ("612345678",)),
        ("0012", ("0012",)),
        ("mug mug", ("mug",)),
        ("6A12345678901", ("6a12345678901",)),
    ],
)
def test_any_other_word_is_looked_for_as_it_stands(text: str, needles: tuple[str, ...]) -> None:
    assert read(text) == Search(needles=needles)


def test_words_of_all_kinds_stand_side_by_side() -> None:
    assert read('pending period 2026-11 échange >50 mine overdue "Zoë L" mug') == Search(
        needles=("zoe l", "mug"),
        statuses=frozenset({ReturnStatus.PENDING}),
        wishes=frozenset({Wish.EXCHANGE}),
        owners=frozenset({"U_ME"}),
        alerts=frozenset({"refund_overdue"}),
        period=Period(date(2026, 11, 1), date(2026, 11, 30)),
        amounts=Amounts(50_000, None),
    )


@pytest.mark.parametrize("text", ["\0", "\u202e", "\n", "´", "```"])
def test_what_nobody_types_breaks_nothing(text: str) -> None:
    read(text)
    assert "\0" not in fold(text)
