"""A list that one person was shown is shared with the channel once, as that person saw it."""

import json

from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, DAN, GENERAL
from tests.counter import Counter


def answered(counter: Counter, text: str, channel: str = CHANNEL, user: str = ALICE) -> Message:
    assert counter.slack.command(user, channel, "/returns", text).acked
    return counter.slack.ephemerals(user)[-1]


def shared(counter: Counter, channel: str = CHANNEL) -> list[Message]:
    return [one for one in counter.slack.messages(channel) if "shares" in one.text]


def press(counter: Counter, answer: Message, user: str = ALICE) -> None:
    assert counter.slack.click(user, answer, "share_list").acked
    counter.work()


def test_a_list_is_shared_once_however_often_it_is_pressed(counter: Counter) -> None:
    rma = counter.open()
    answer = answered(counter, rma.number)
    before = len(shared(counter))
    press(counter, answer)
    press(counter, answer)
    said = shared(counter)
    assert len(said) == before + 1
    assert f"<@{ALICE}>" in said[-1].text
    assert rma.number in said[-1].text + json.dumps(said[-1].all_blocks)


def test_everybody_sees_what_the_sharer_saw_and_can_turn_nothing(counter: Counter) -> None:
    mine, other = counter.open(), counter.open()
    counter.slack.click(ALICE, mine.card, "take")
    counter.work()
    press(counter, answered(counter, "mine pending"))
    blocks = json.dumps(shared(counter)[-1].all_blocks)
    assert f"found:{mine.return_id}" in blocks
    assert f"found:{other.return_id}" not in blocks
    assert "list_page" not in blocks
    assert "share_list" not in blocks


def test_the_page_that_is_shown_is_shared(counter: Counter) -> None:
    for _ in range(11):
        counter.open()
    answer = answered(counter, "dupont")
    counter.slack.click(ALICE, answer, "list_page:older")
    counter.work()
    turned = counter.slack.ephemerals(ALICE)[-1]
    press(counter, turned)
    assert "11–" in json.dumps(shared(counter)[-1].all_blocks, ensure_ascii=False)


def test_a_channel_that_the_desk_cannot_write_into_is_named_to_the_person(counter: Counter) -> None:
    rma = counter.open()
    members = counter.slack.core.channels[counter.slack._id(GENERAL)].members
    was_in = counter.slack.core.bot_user in members
    if was_in:
        members.remove(counter.slack.core.bot_user)
    press(counter, answered(counter, rma.number, GENERAL))
    if was_in:
        members.append(counter.slack.core.bot_user)
    assert shared(counter, GENERAL) == []
    assert "/invite @Returns Desk" in counter.told(ALICE)[-1]


def test_from_a_direct_message_it_goes_to_the_returns_channel(counter: Counter) -> None:
    rma = counter.open()
    counter.slack.say(ALICE, "@bot", rma.number)
    counter.work()
    before = len(shared(counter))
    press(counter, counter.slack.direct(ALICE)[-1])
    assert len(shared(counter)) == before + 1


def test_who_may_not_decide_shares_nothing(counter: Counter) -> None:
    rma = counter.open()
    answer = answered(counter, rma.number)
    before = len(shared(counter))
    payload = counter.slack.click(ALICE, answer, "share_list", confirm=False)
    assert not payload.sent
    with counter.held_back():
        held = counter.slack.click(ALICE, answer, "share_list").payload
    for user in (DAN, BOB):
        held["user"]["id"] = user if user == DAN else "U99NOBODY"
        held["actions"][0]["action_ts"] = f"1.{user}"
        counter.send(held)
        counter.work()
    assert len(shared(counter)) == before
