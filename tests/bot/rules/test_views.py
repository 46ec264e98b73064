"""Menus and views write the language of searches: what is chosen can be typed, and what is typed is kept."""

from datetime import date

import pytest

from bot.rules.finding import Search, read_search
from bot.rules.views import EVERYBODYS, OFFERED, Filter, choose, chosen

TODAY = date(2026, 11, 26)
EVERY_KIND = "pending exchange unclaimed late period week"


def read(text: str) -> Search:
    return read_search(text, me="U_ME", today=TODAY)


@pytest.mark.parametrize("which", Filter)
def test_every_word_a_menu_offers_filters_and_is_looked_for_by_nobody(which: Filter) -> None:
    for words in OFFERED[which]:
        asked = read(words)
        assert not asked.is_empty, words
        assert asked.needles == (), words
        assert chosen(words, which) == words


def test_every_view_of_everybody_only_filters() -> None:
    for view in EVERYBODYS:
        asked = read(view.search)
        assert not asked.is_empty, view
        assert asked.needles == (), view
    assert len({view.search for view in EVERYBODYS}) == len({view.name for view in EVERYBODYS}) == 6


@pytest.mark.parametrize(
    ("search", "which", "words", "then"),
    [
        ("", Filter.STATE, "pending", "pending"),
        ("pending", Filter.STATE, "received", "received"),
        ("pending received mine", Filter.STATE, "approved", "mine approved"),
        ("pending mine", Filter.STATE, "", "mine"),
        ("dupont nouveau", Filter.STATE, "received", "dupont received"),
        ("échange dupont", Filter.WISH, "refund", "dupont refund"),
        ("<@U0BOB> mug", Filter.OWNER, "mine", "mug mine"),
        ("impayé", Filter.ALERT, "", ""),
        ("period week mug", Filter.PERIOD, "period today", "mug period today"),
        ("mug période", Filter.PERIOD, "period today", "mug period today"),
        ("2026-11-01..2026-11-30 mug", Filter.PERIOD, "", "mug"),
        ("10..50 mug", Filter.PERIOD, "period today", "10..50 mug period today"),
        ('"pending" "period" mug', Filter.STATE, "open", '"pending" "period" mug open'),
    ],
)
def test_a_menu_replaces_its_own_words_and_leaves_all_others(
    search: str, which: Filter, words: str, then: str
) -> None:
    assert choose(search, which, words) == then


@pytest.mark.parametrize("which", Filter)
def test_to_take_a_filter_away_leaves_the_others_as_they_were(which: Filter) -> None:
    left = choose(EVERY_KIND, which, "")
    assert chosen(left, which) == ""
    others = [other for other in Filter if other is not which]
    assert [chosen(left, other) for other in others] == [chosen(EVERY_KIND, other) for other in others]


def test_what_is_read_stays_the_same_however_often_it_is_chosen() -> None:
    for which in Filter:
        again = choose(EVERY_KIND, which, chosen(EVERY_KIND, which))
        assert read(again) == read(EVERY_KIND)
