"""Differences in words: every kind, aligned figures, and nothing in them that acts."""

from dataclasses import replace
from typing import Any

import pytest

from blocks.differences import ADVICE, LEADS, difference_card, how_many_open, settle_form
from bot.i18n import LANGUAGES, Words
from bot.rules.difference import Difference
from store.terms import DifferenceKind
from tests.blocks.differences import DIFFERENCES
from tests.blocks.hostile import TEXTS, poison
from tests.blocks.test_hostile import judge


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "Europe/Paris")


def listed(difference: Difference, words: Words) -> list[str]:
    """The lines of the small list."""
    (attachment,) = difference_card(difference, words)["attachments"]  # type: ignore[misc]
    found = [block for block in attachment["blocks"] if block.get("block_id") == "books"]
    return [row for block in found for row in block["elements"][0]["elements"][0]["text"].split("\n")]


def hostile(difference: Difference, text: str) -> Difference:
    """With ``text`` wherever others write, also in lists."""
    poisoned: Difference = poison(difference, text)
    about: dict[str, Any] = {**difference.about}
    for name in ("lines", "orders"):
        about |= {name: [text, text]} if name in about else {}
    about |= {name: text for name in ("line", "sku") if name in about}
    ours = {name: getattr(difference, name) for name in ("return_number", "order_address", "card_address")}
    return replace(poisoned, about=about, **ours)


def test_every_kind_has_its_words_and_is_drawn() -> None:
    assert set(LEADS) == set(ADVICE) == set(DifferenceKind)
    assert {one.kind for one in DIFFERENCES.values()} == set(DifferenceKind)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_figures_stand_one_below_the_other(name: str, words: Words) -> None:
    rows = listed(DIFFERENCES[name], words)
    assert len({len(row) for row in rows}) <= 1
    assert all("  " in row for row in rows)


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_every_message_and_the_form_are_inert(text: str, words: Words) -> None:
    for difference in DIFFERENCES.values():
        judge(difference_card(hostile(difference, text), words))
        judge(settle_form(hostile(difference, text), words))


def test_what_is_over_has_no_buttons_and_no_advice(words: Words) -> None:
    for name, bar in (("settled", "#9E9E9E"), ("went_away", "#2E7D32")):
        (attachment,) = difference_card(DIFFERENCES[name], words)["attachments"]  # type: ignore[misc]
        assert [block["block_id"] for block in attachment["blocks"]] == ["title", "books", "state"]
        assert attachment["color"] == bar


def test_how_many_are_open_is_said_only_where_some_are(words: Words) -> None:
    assert how_many_open(0, words) == ""
    assert "1" in how_many_open(1, words)
    assert "12" in how_many_open(12, words)
