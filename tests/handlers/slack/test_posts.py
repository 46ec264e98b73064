"""What the worker says in Slack when Slack does not play along: one card, in order, true in the end."""

import random
from typing import Any

import pytest

from blocks.card import return_card
from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.cases import load_case
from bot.desk.inspection import Arrival, receive
from bot.desk.resolution import load_settling, resolve
from bot.errors import DeskError
from bot.rules.proposal import default_choice
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Message
from bot.sandbox.slack.posting import remove
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, CHLOE, GENERAL
from store.models import Operation
from store.terms import OperationState
from tests.counter import Counter, Rma

LOSING = [Fault.LOST_AFTER, Fault.ERROR_AFTER, Fault.TIMEOUT_AFTER, Fault.TRUNCATED_AFTER, Fault.HTML_AFTER]


def take(counter: Counter, rma: Rma, user: str = ALICE) -> None:
    decisions.take(counter.desk, rma.return_id, find_operator(counter.desk, user))


def thread(counter: Counter, rma: Rma) -> list[str]:
    return [one.text for one in counter.slack.thread(rma.card)]


def card_operation(counter: Counter, rma: Rma) -> Operation:
    return counter.operation(f"card/{rma.return_id}")


def test_a_card_that_somebody_deleted_is_posted_anew_with_the_next_change(counter: Counter) -> None:
    rma = counter.open()
    old = rma.card
    remove(counter.slack.core, old)
    take(counter, rma)
    counter.work()
    assert len(rma.cards) == 1
    assert rma.card.ts != old.ts
    assert "Taken by" in str(rma.card.all_blocks)
    decisions.hand_over(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), BOB)
    counter.work()
    assert len(rma.cards) == 1
    assert BOB in str(rma.card.all_blocks)


@pytest.mark.parametrize("fault", LOSING)
def test_a_card_whose_posting_got_no_answer_is_found_and_not_posted_twice(
    counter: Counter, fault: Fault
) -> None:
    counter.faults.plan("slack", fault, path="/api/chat.postMessage")
    rma = counter.open()
    assert len(rma.cards) == 1
    counter.work(minutes=10)
    assert len(rma.cards) == 1
    assert card_operation(counter, rma).state is OperationState.DONE
    take(counter, rma)
    counter.work()
    assert len(rma.cards) == 1
    assert "Taken by" in str(rma.card.all_blocks)


@pytest.mark.parametrize("fault", LOSING)
def test_a_line_in_the_thread_whose_posting_got_no_answer_is_not_said_twice(
    counter: Counter, fault: Fault
) -> None:
    rma = counter.open()
    decisions.ask(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Which size?")
    counter.faults.plan("slack", fault, path="/api/chat.postMessage")
    counter.work()
    counter.work(minutes=10)
    assert len(thread(counter, rma)) == 1


def test_a_posting_that_slack_never_saw_is_made_later(counter: Counter) -> None:
    counter.faults.plan("slack", Fault.LOST_BEFORE, path="/api/chat.postMessage", times=3)
    rma = counter.open()
    assert rma.cards == []
    counter.work(hours=1)
    counter.work(hours=1)
    counter.work(hours=1)
    assert len(rma.cards) == 1


def test_slack_that_asks_for_a_pause_gets_it_and_then_everything_once(counter: Counter) -> None:
    counter.faults.plan("slack", Fault.BUSY, path="/api/chat.postMessage", seconds=40)
    returns = [counter.open() for _ in range(3)]
    assert [one.cards for one in returns] == [[], [], []]
    assert sum(knock.path == "/api/chat.postMessage" for knock in counter.faults.knocks) == 1
    counter.work(seconds=35)
    assert [one.cards for one in returns] == [[], [], []]
    counter.work(seconds=10)
    assert [len(one.cards) for one in returns] == [1, 1, 1]


def test_a_pause_of_the_cards_does_not_hold_up_answers_and_money(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    counter.faults.plan("slack", Fault.BUSY, path="/api/chat.(postMessage|update)", seconds=300, times=50)
    settle(counter, rma)
    counter.slack.command(ALICE, CHANNEL, "/returns", "extend 987654 60 why")
    counter.work()
    assert rma.paid_back == 6600
    assert "987654" in counter.told(ALICE)[-1]


def settle(counter: Counter, rma: Rma) -> None:
    case = load_settling(counter.desk, rma.return_id).case
    resolve(
        counter.desk, rma.return_id, find_operator(counter.desk, ALICE), case.version, default_choice(case)
    )


def test_an_answer_to_somebody_outside_of_the_channel_comes_as_a_direct_message(counter: Counter) -> None:
    counter.slack.command(CHLOE, GENERAL, "/returns", "extend 987654 60 why")
    counter.work()
    assert "987654" in counter.slack.direct(CHLOE)[-1].text
    assert counter.slack.ephemerals(CHLOE, CHANNEL) == []


def test_an_answer_in_a_channel_that_was_archived_meanwhile_comes_as_a_direct_message(
    counter: Counter,
) -> None:
    rma = counter.open()
    take(counter, rma, BOB)
    card = rma.card
    counter.slack.click(ALICE, card, "take")
    counter.slack.archive(CHANNEL)
    counter.work()
    counter.slack.archive(CHANNEL, archived=False)
    assert any("already took it" in one.text for one in counter.slack.direct(ALICE))


def test_customers_words_wake_nobody_up_and_lead_nowhere(counter: Counter) -> None:
    """Rule T12: no mention, no link, no forged line of ours in any text Slack interprets."""
    hostile = "<!channel> <@U02BOB> <https://evil.example|Refund> &lt;!here&gt; *bold* \u202egnp"
    billing = {"first_name": hostile, "last_name": "<!here>", "email": "e@example.com", "country": "FR"}
    rma = counter.open(counter.order(billing=billing))
    decisions.ask(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), hostile)
    counter.work()
    for message in (rma.card, *counter.slack.thread(rma.card)):
        shown = interpreted(message)
        assert "<!channel>" not in shown
        assert "<!here>" not in shown
        assert f"<@{BOB}>" not in shown
        assert "<https://evil" not in shown


def interpreted(message: Message) -> str:
    """Every text of a message that Slack reads marks in."""
    found = [message.text, *(str(part.get("fallback", "")) for part in message.attachments)]
    _gather(message.all_blocks, found)
    return "\n".join(found)


def _gather(part: Any, found: list[str]) -> None:
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            found.append(str(part["text"]))
        _gather(list(part.values()), found)
    elif isinstance(part, list):
        for inner in part:
            _gather(inner, found)


def test_in_the_end_every_card_says_what_is_true(counter: Counter) -> None:
    """Rule R14: whatever was done in whatever order, each card is the drawing of its case."""
    dice = random.Random(20261123)
    returns = [counter.open() for _ in range(4)]
    for _ in range(60):
        rma = dice.choice(returns)
        try:
            dice.choice(ACTS)(counter, rma)
        except DeskError:
            continue
        if dice.random() < 0.3:
            counter.faults.plan("slack", dice.choice([Fault.BUSY, Fault.LOST_AFTER, Fault.LOST_BEFORE]))
        if dice.random() < 0.5:
            counter.work(seconds=dice.randint(0, 5))
    counter.faults.clear()
    for _ in range(5):
        counter.work(hours=1)
    for rma in returns:
        assert len(rma.cards) == 1
        assert shown_as(rma.card) == drawing(counter, rma)


def act(verb: Any, *more: Any, seen: bool = False) -> Any:
    """``verb`` as Alice or Bob would do it now."""

    def do(counter: Counter, rma: Rma) -> None:
        by = find_operator(counter.desk, ALICE)
        verb(counter.desk, rma.return_id, by, *([rma.case.version] if seen else []), *more)

    return do


def arrive(counter: Counter, rma: Rma) -> None:
    line = rma.case.items[0].line_id
    receive(counter.desk, rma.return_id, find_operator(counter.desk, BOB), (Arrival(line, 1),))


ACTS = (
    act(decisions.take),
    act(decisions.hand_over, BOB),
    act(decisions.approve, seen=True),
    act(decisions.reject, "worn", seen=True),
    act(decisions.cancel, "a mistake", seen=True),
    act(decisions.reopen, "not a mistake", seen=True),
    act(decisions.ask, "Which size?"),
    act(decisions.answered, "M"),
    act(decisions.message, "Thank you"),
    arrive,
    settle,
)


def drawing(counter: Counter, rma: Rma) -> Any:
    """The card as it would be drawn now, however long ago it was."""
    return return_card(load_case(counter.desk, rma.return_id), counter.desk.words)


def shown_as(message: Message) -> Any:
    """What stands in Slack, as it was sent."""
    (part,) = message.attachments
    attachment = {"color": f"#{part['color']}", "blocks": part["blocks"], "fallback": part["fallback"]}
    return {"text": message.text, "attachments": [attachment]}
