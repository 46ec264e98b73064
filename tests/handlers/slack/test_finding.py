"""What people paste to the desk, or choose a message for, is found; of their talk nothing is heard."""

import json

import pytest

from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, DAN, GENERAL
from tests.counter import Counter, Rma

ADMIN = "https://shop.example/wp-admin/admin.php?page=wc-orders&amp;action=edit&amp;id={order}"


def asked(counter: Counter, text: str, user: str = ALICE) -> list[Message]:
    """What the desk answers to a direct message."""
    before = len(counter.slack.direct(user))
    counter.slack.say(user, "@bot", text)
    counter.work()
    return [one for one in counter.slack.direct(user)[before:] if one.bot_id]


def listed(blocks: list[dict[str, object]]) -> list[str]:
    return [str(one["block_id"]) for one in blocks if str(one.get("block_id", "")).startswith("found:")]


@pytest.fixture
def rma(counter: Counter) -> Rma:
    return counter.open()


@pytest.mark.parametrize(
    "text",
    [
        "{number}",
        "#{order}",
        f"<{ADMIN}>",
        "please look at {number}, the customer wrote again about the broken handle this morning",
        "“broken handle, see #{order}” wrote the customer of the mug, who is waiting for an answer since",
    ],
)
def test_what_is_pasted_into_a_direct_message_is_answered_there_with_the_list(
    counter: Counter, rma: Rma, text: str
) -> None:
    (answer,) = asked(counter, text.format(number=rma.number, order=rma.order.id))
    assert listed(answer.all_blocks)[0] == f"found:{rma.return_id}"
    assert asked(counter, "zzz-nothing")[0].text == "Nothing found for “zzz-nothing”."


def test_a_long_answer_is_turned_where_it_stands(counter: Counter) -> None:
    for _ in range(11):
        counter.open()
    (answer,) = asked(counter, "dupont pending")
    assert counter.slack.click(ALICE, answer, "list_page:older").acked
    counter.work()
    turned = counter.slack.direct(ALICE)[-1]
    assert turned.ts == answer.ts
    assert "11–" in json.dumps(turned.all_blocks, ensure_ascii=False)


def test_its_own_answers_edits_and_other_rooms_are_not_answered(counter: Counter, rma: Rma) -> None:
    asked(counter, rma.number)
    said = [one for one in counter.slack.direct(ALICE) if one.user == ALICE][-1]
    count = len(counter.slack.direct(ALICE))
    counter.slack.edit(said, "5567")
    counter.slack.say(ALICE, CHANNEL, rma.number)
    counter.slack.say(ALICE, GENERAL, rma.number)
    counter.work()
    counter.work()
    assert len(counter.slack.direct(ALICE)) == count
    assert all(
        one.bot_id == "" or "found:" not in str(one.all_blocks) for one in counter.slack.messages(GENERAL)
    )


def test_who_may_not_decide_learns_nothing(counter: Counter, rma: Rma) -> None:
    for _ in range(2):  # a stranger to the desk is looked up first
        said = asked(counter, "dupont", DAN)
    assert "Guests" in said[-1].text
    assert rma.number not in str([(one.text, one.all_blocks) for one in said])


def test_a_period_nobody_can_read_is_said(counter: Counter) -> None:
    (answer,) = asked(counter, "period soon")
    assert "is no period" in answer.text


def test_the_shortcut_finds_what_a_message_mentions(counter: Counter, rma: Rma) -> None:
    counter.slack.say(BOB, GENERAL, f"Can somebody look at order #{rma.order.id}? &lt;!channel&gt;")
    counter.slack.message_shortcut(ALICE, counter.slack.messages(GENERAL)[-1], "find_return")
    assert listed(counter.modal().blocks) == [f"found:{rma.return_id}"]


def test_the_shortcut_on_a_card_or_below_it_finds_that_return(counter: Counter, rma: Rma) -> None:
    counter.slack.say(BOB, CHANNEL, "what about #1?", thread_ts=rma.card.ts)
    for message in (rma.card, counter.slack.thread(rma.card)[-1]):
        counter.slack.message_shortcut(ALICE, message, "find_return")
        assert listed(counter.modal().blocks) == [f"found:{rma.return_id}"]
        counter.slack.close_modal(ALICE, counter.modal())


def test_the_shortcut_says_when_there_is_nothing_and_who_may_not(counter: Counter, rma: Rma) -> None:
    counter.slack.say(BOB, GENERAL, "Lunch?")
    lunch = counter.slack.messages(GENERAL)[-1]
    counter.slack.message_shortcut(ALICE, lunch, "find_return")
    assert "Nothing found" in json.dumps(counter.modal().blocks)
    counter.slack.close_modal(ALICE, counter.modal())
    for _ in range(2):
        counter.slack.message_shortcut(DAN, rma.card, "find_return")
        counter.work()
    assert counter.slack.modal(DAN) is None
    assert "Guests" in counter.told(DAN)[-1]


def test_the_buttons_of_the_digest_show_their_lists_to_whoever_presses(counter: Counter, rma: Rma) -> None:
    counter.slack.click(BOB, rma.card, "take")
    counter.slack.command(ALICE, CHANNEL, "/returns", "digest")
    counter.work()
    told = counter.slack.ephemerals(ALICE)[-1]
    said = {one["text"]["text"]: one["action_id"] for one in told.all_blocks[-1]["elements"]}
    assert next(iter(said)) == "Open the queue"
    assert counter.slack.click(ALICE, told, said["Open the queue"]).acked
    counter.work()
    assert f"found:{rma.return_id}" in listed(counter.slack.ephemerals(ALICE)[-1].all_blocks)
    assert counter.slack.click(ALICE, told, said["Mine"]).acked
    counter.work()
    assert f"found:{rma.return_id}" not in listed(counter.slack.ephemerals(ALICE)[-1].all_blocks)
