"""Returns that nobody takes in time, as the channel reads of them: together, once, while it is so."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.clocks import ring
from bot.journal import Journal
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, CHANNEL
from handlers.slack.calls import open_client
from handlers.work import create_journal
from tests.counter import Counter, a_counter

LOSING = [Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.TRUNCATED_AFTER]


@pytest.fixture
def counter(engine: Engine) -> Iterator[Counter]:
    """A desk whose own clock goes with the worker's."""
    with a_counter(engine, clock_hours=(("pending", 8),), claim_hours=3) as counter:
        counter.desk = replace(counter.desk, clock=counter.later)
        client = open_client(counter.desk.settings)
        counter.journal = Journal(engine, counter.later, create_journal(counter.desk, client).performers)
        yield counter


def after(counter: Counter, **span: float) -> None:
    """Time goes by, the clock ticks, and the worker does what is due."""
    counter.later.pass_(**span)
    ring(counter.desk)
    counter.journal.run_all()


def notices(counter: Counter) -> list[Message]:
    return [one for one in counter.slack.messages(CHANNEL) if "nobody has taken" in one.text]


def test_the_channel_reads_once_which_returns_nobody_has_taken(counter: Counter) -> None:
    first, second = counter.open(), counter.open()
    after(counter, hours=6.1)
    after(counter, minutes=1)
    (notice,) = notices(counter)
    said = str(notice.all_blocks)
    assert notice.text == "2 returns that nobody has taken wait."
    for rma in (first, second):
        assert f"p{rma.card.ts.replace('.', '')}|{rma.number}>" in said
    assert "Decide soon:" in said
    assert "Decide soon:" in str(first.card.all_blocks)


def test_what_was_taken_meanwhile_is_not_told(counter: Counter) -> None:
    rma = counter.open()
    alice = find_operator(counter.desk, ALICE)
    counter.later.pass_(hours=6.1)
    ring(counter.desk)
    decisions.take(counter.desk, rma.return_id, alice)
    counter.journal.run_all()
    assert notices(counter) == []


@pytest.mark.parametrize("fault", LOSING)
def test_a_lost_answer_leaves_one_notice(counter: Counter, fault: Fault) -> None:
    counter.open()
    counter.later.pass_(hours=6.1)
    ring(counter.desk)
    counter.faults.plan("slack", fault, path="chat.postMessage")
    counter.journal.run_all()
    counter.later.pass_(minutes=5)
    counter.journal.run_all()
    assert len(notices(counter)) == 1


def test_the_owner_reads_below_the_card_that_it_is_free_again(counter: Counter) -> None:
    rma = counter.open()
    decisions.take(counter.desk, rma.return_id, find_operator(counter.desk, ALICE))
    counter.journal.run_all()
    after(counter, hours=3.1)
    assert any(
        f"<@{ALICE}>" in one.text and "no longer" in one.text for one in counter.slack.thread(rma.card)
    )
    assert "Take it" in str(rma.card.all_blocks)
