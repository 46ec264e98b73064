"""The morning's list in words: nothing in it acts or rings, it stays small, and its lines lead somewhere."""

from dataclasses import replace
from typing import Any

import pytest

from blocks.digest import HEADS, SEARCHES, SIGNS, WHY, digest
from bot.i18n import LANGUAGES, Words
from bot.rules.case import Person
from bot.rules.finding import read_search
from bot.rules.worklist import Group, Need
from bot.sandbox.slack.limits import characters
from tests.blocks.differences import CARD
from tests.blocks.digests import DAY, EVERYTHING, WORKLISTS, a_fact, a_worklist
from tests.blocks.hostile import TEXTS
from tests.blocks.test_differences import hostile
from tests.blocks.test_hostile import judge


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param, "Europe/Paris")


def sections(look: dict[str, Any]) -> dict[str, str]:
    """The text of each group."""
    found = [block for block in look["blocks"] if str(block.get("block_id", "")).startswith("group:")]
    return {block["block_id"].partition(":")[2]: block["text"]["text"] for block in found}


def test_every_group_and_every_need_has_its_words_and_is_drawn() -> None:
    assert set(HEADS) == set(SIGNS) == set(Group)
    assert set(WHY) == set(Need) - {Need.DIFFERENCE}
    assert {fact.need for fact in EVERYTHING} == set(Need)


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_what_others_wrote_is_inert(text: str, words: Words) -> None:
    facts = [
        replace(fact, name=text, number=text, owner=Person("U1", text), address=CARD) for fact in EVERYTHING
    ]
    differences = [fact for fact in facts if fact.difference is not None]
    assert differences
    for fact in differences:
        assert fact.difference is not None
        facts.append(replace(fact, number="", difference=hostile(fact.difference, text)))
    judge(digest(a_worklist(*facts), words))


def test_nobodys_telephone_rings(words: Words) -> None:
    assert "<@" not in str(digest(WORKLISTS["everything"], words))


@pytest.mark.parametrize("need", [need for need in Need if need is not Need.DIFFERENCE])
def test_a_line_leads_to_its_card_and_tells_who_and_how_much(need: Need, words: Words) -> None:
    (text,) = sections(digest(a_worklist(a_fact(need, day=DAY)), words)).values()
    line = text.split("\n")[1]
    assert line.startswith(
        "<https://acme.slack.com/archives/C01RETURNS/p1763900000000100|RMA-1042>  Marie Dupont"
    )
    assert words.money(a_fact(need).amount or pytest.fail("no amount")) in line


def test_the_longest_list_stays_far_from_what_slack_takes(words: Words) -> None:
    long = "&" * 200
    facts = [a_fact(need, name=long, owner=Person("U1", long)) for need in WHY for _ in range(9)]
    look = digest(a_worklist(*facts, counts=dict.fromkeys(Group, 1_000_000)), words)
    assert characters(look) < 13_000
    assert len(look["blocks"]) < 12  # type: ignore[arg-type]
    assert all(len(text) < 3000 for text in sections(look).values())


@pytest.mark.parametrize("search", SEARCHES.values())
def test_what_is_named_to_find_the_rest_is_a_filter_and_not_a_text(search: str) -> None:
    asked = read_search(search, me="U1", today=DAY, campaigns={})
    assert not asked.is_empty
    assert not asked.needles
