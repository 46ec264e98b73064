"""Answers of /returns that are longer than a page are turned where they stand, by the one who sees them."""

import json
from typing import Any

import pytest

from bot.sandbox.slack import Message
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, DAN
from store import returns
from store.db import writing
from store.terms import Wish
from tests.counter import Counter, Rma


def ask(counter: Counter, text: str, user: str = ALICE) -> Message:
    """The answer to the command, as its one reader sees it."""
    assert counter.slack.command(user, CHANNEL, "/returns", text).acked
    return answer(counter, user)


def answer(counter: Counter, user: str = ALICE) -> Message:
    counter.work()
    return counter.slack.ephemerals(user)[-1]


def turn(counter: Counter, way: str, user: str = ALICE) -> Message:
    result = counter.slack.click(user, counter.slack.ephemerals(user)[-1], f"list_page:{way}")
    assert result.acked, result
    return answer(counter, user)


def listed(message: Message) -> list[str]:
    found = [one for one in message.all_blocks if one.get("block_id", "").startswith("found:")]
    return [one["text"]["text"].split("*")[1] for one in found]


def ways(message: Message) -> list[str]:
    rows: list[dict[str, Any]] = [one for one in message.all_blocks if one["type"] == "actions"]
    return [one["action_id"].rpartition(":")[2] for row in rows for one in row["elements"]]


def test_a_long_answer_is_turned_to_its_end_and_back_in_its_own_place(counter: Counter) -> None:
    opened = {counter.open(wish=Wish.STORE_CREDIT).number for _ in range(12)}
    message = ask(counter, "credit pending")
    seen, first, pages = len(counter.slack.ephemerals(ALICE)), ways(message), [listed(message)]
    while "older" in ways(message):
        message = turn(counter, "older")
        pages.append(listed(message))
    every = [number for page in pages for number in page]
    assert (first, ways(message)) == (["older", "share_list"], ["newer", "share_list"])
    assert len(every) == len(set(every))
    assert opened <= set(every)
    assert f"{len(every)} returns" in message.text
    for page in reversed(pages[:-1]):
        assert listed(turn(counter, "newer")) == page
    assert len(counter.slack.ephemerals(ALICE)) == seen


@pytest.mark.slow
def test_a_page_of_mine_stays_mine(counter: Counter) -> None:
    taken = [counter.open() for _ in range(11)]
    for rma in taken:
        counter.slack.click(BOB, rma.card, "take")
    assert listed(ask(counter, "mine pending", BOB)) == [rma.number for rma in taken[:0:-1]]
    assert listed(turn(counter, "older", BOB)) == [taken[0].number]


def test_a_button_with_another_cursor_leads_to_the_first_page_and_one_with_none_is_refused(
    counter: Counter,
) -> None:
    while "older" not in ways(ask(counter, "pending")):
        counter.open()
    first = listed(answer(counter))
    message = counter.slack.ephemerals(ALICE)[-1]
    with counter.held_back():
        payload = counter.slack.click(ALICE, message, "list_page:older").payload
    for value in (json.dumps(["x" * 100, "pending"]), json.dumps(["", "pending"])):
        payload["actions"][0] |= {"value": value, "action_ts": value}
        assert counter.send(payload).status_code == 200
        assert listed(answer(counter)) == first
    for value in ("", "12:3", "[1]", "{}", '["a"]', "null"):
        payload["actions"][0] |= {"value": value, "action_ts": f"no {value}"}
        assert counter.send(payload).status_code == 200
        counter.work()
        assert "older card" in counter.told(ALICE)[-1], value


def without_a_card(counter: Counter) -> Rma:
    """A return whose card nobody can be led to."""
    rma = counter.open()
    with writing(counter.desk.engine) as session:
        card = returns.card_of(session, rma.return_id)
        assert card is not None
        card.permalink = ""
    return rma


def test_a_return_without_a_card_is_shown_where_the_person_is_and_acted_on_there(counter: Counter) -> None:
    rma = without_a_card(counter)
    counter.slack.click(ALICE, ask(counter, rma.number), "open_card")
    assert counter.modal().callback_id == "shown_return"
    assert "on the way to the channel" in str(counter.modal().blocks)
    counter.slack.click(ALICE, counter.modal(), "take")
    assert f"Taken by <@{ALICE}>" in str(counter.modal().blocks)
    counter.work()
    assert "Taken by" in str(rma.card.all_blocks)
    counter.slack.click(ALICE, counter.modal(), "refund_box")
    assert counter.modal().callback_id == "refund_box"
    confirmed = counter.slack.submit(ALICE, values={})
    assert confirmed.acked, confirmed
    assert counter.modal().callback_id in ("refund_box", "confirm_refund")
    counter.slack.close_modal(ALICE, everything=True)


def test_who_may_not_decide_is_shown_no_return(counter: Counter) -> None:
    counter.slack.open_home(DAN)  # so that the desk knows who it is
    message = ask(counter, without_a_card(counter).number)
    with counter.held_back():
        payload = counter.slack.click(ALICE, message, "open_card").payload
    counter.send({**payload, "user": {**payload["user"], "id": DAN}})
    counter.work()
    assert counter.slack.modal(DAN) is None
    assert "Guests can follow returns" in counter.told(DAN)[-1]
