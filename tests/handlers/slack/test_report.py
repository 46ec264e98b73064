"""A report over real HTTP: for the person who asks, in their language, and for nobody else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from blocks.report import report
from bot.desk.reports import asked_of, load_report
from bot.rules.report import Part
from bot.sandbox.story.people import ALICE, CHANNEL, CHLOE, DAN
from tests.blocks.hostile import TEXTS
from tests.blocks.test_hostile import judge
from tests.counter import Counter, a_counter


@pytest.fixture
def counter(engine: Engine) -> Iterator[Counter]:
    with a_counter(engine) as opened:
        yield opened


def test_a_report_comes_to_who_asked_in_their_language(counter: Counter) -> None:
    counter.open()
    for person, words, said in (
        (ALICE, "report week", "Returns opened  1"),
        (CHLOE, "report semaine par commandes", "Retours ouverts  1"),
    ):
        counter.slack.command(person, CHANNEL, "/returns", words)
        counter.work()
        assert said in counter.slack.ephemerals(person)[-1].text


def test_a_period_nobody_can_read_is_answered_at_once(counter: Counter) -> None:
    counter.slack.command(ALICE, CHANNEL, "/returns", "report someday")
    assert "someday" in counter.told(ALICE)[-1]


def test_a_guest_gets_no_report(counter: Counter) -> None:
    counter.slack.command(DAN, CHANNEL, "/returns", "report")
    counter.work()
    assert not [one for one in counter.told(DAN) if one.startswith(("Returns,", "Adding"))]


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_an_articles_name_is_inert(counter: Counter, text: str) -> None:
    shown = load_report(counter.desk, asked_of(counter.desk, "month"))
    judge(report(replace(shown, units=3, products=(Part(text, 3, 1),)), counter.desk.words))
