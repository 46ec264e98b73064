"""Channels that close, tokens taken back, cards deleted: all is kept, and comes back by itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.desk.resolution import load_settling, resolve
from bot.rules.proposal import default_choice
from bot.sandbox.slack.posting import remove
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, GENERAL
from handlers.slack.calls import open_client
from handlers.work import create_journal
from store.models import Operation
from store.terms import OperationState
from tests.counter import Counter, Rma

TOLD = re.compile("I cannot write into the returns channel <#C01RETURNS>: ")


def take(counter: Counter, rma: Rma) -> None:
    decisions.take(counter.desk, rma.return_id, find_operator(counter.desk, ALICE))


def settle(counter: Counter, rma: Rma) -> None:
    case = load_settling(counter.desk, rma.return_id).case
    resolve(
        counter.desk, rma.return_id, find_operator(counter.desk, ALICE), case.version, default_choice(case)
    )


def thread(counter: Counter, rma: Rma) -> list[str]:
    return [one.text for one in counter.slack.thread(rma.card)]


def card_operation(counter: Counter, rma: Rma) -> Operation:
    return counter.operation(f"card/{rma.return_id}")


def told_of_it(counter: Counter, user: str) -> list[str]:
    return [text for text in counter.told(user) if TOLD.match(text)]


@contextmanager
def archived(counter: Counter) -> Iterator[str]:
    counter.slack.archive(CHANNEL)
    try:
        yield "is_archived"
    finally:
        counter.slack.archive(CHANNEL, archived=False)


@contextmanager
def without_the_bot(counter: Counter) -> Iterator[str]:
    members = counter.slack.core.channels[CHANNEL].members
    members.remove(counter.slack.core.bot_user)
    try:
        yield "not_in_channel"
    finally:
        members.append(counter.slack.core.bot_user)


@contextmanager
def without_a_token(counter: Counter) -> Iterator[str]:
    counter.slack.spoil_token("token_revoked")
    try:
        yield "token_revoked"
    finally:
        counter.slack.spoil_token("")


@contextmanager
def whose_installer_left(counter: Counter) -> Iterator[str]:
    counter.slack.spoil_token("account_inactive")
    try:
        yield "account_inactive"
    finally:
        counter.slack.spoil_token("")


@contextmanager
def with_a_worker(counter: Counter, **settings: str) -> Iterator[None]:
    """Let another worker take over, with other settings, for whom time really passes."""
    before = counter.journal
    changed = counter.desk.settings.model_copy(update=settings)
    desk = replace(counter.desk, settings=changed, clock=counter.later)
    counter.journal = replace(before, performers=create_journal(desk, open_client(changed)).performers)
    try:
        yield
    finally:
        counter.journal = before


TROUBLES: dict[str, Any] = {
    "archived": archived,
    "bot removed": without_the_bot,
    "token revoked": without_a_token,
    "installer deactivated": whose_installer_left,
}
CLOSED = ["archived", "bot removed"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_channel_that_takes_nothing_stops_nothing_else_loses_nothing_and_is_asked_once_a_minute(
    counter: Counter, trouble: str
) -> None:
    rma = counter.open(arrived=True)
    with TROUBLES[trouble](counter):
        settle(counter, rma)
        counter.work()
        counter.faults.knocks.clear()
        for _ in range(30):
            counter.work(seconds=61)
        silent = counter.open()
        assert rma.paid_back == 6600
        assert silent.cards == []
        for one in (rma, silent):
            assert card_operation(counter, one).state is OperationState.DUE
        posts = [knock for knock in counter.faults.knocks if "/api/chat." in knock.path]
        assert 10 < len(posts) < 60
    counter.work(seconds=61)
    assert "refunded to PayPal" in str(rma.card.all_blocks)
    assert (len(rma.cards), len(silent.cards)) == (1, 1)
    assert [line.split("<")[0][:12] for line in thread(counter, rma)] == ["", "", ":white_check"]


@pytest.mark.parametrize("trouble", CLOSED)
def test_a_closed_channel_is_told_to_each_operator_in_their_own_messages_once_a_day(
    counter: Counter, trouble: str
) -> None:
    counter.work(hours=25)
    rma = counter.open()
    before = len(told_of_it(counter, BOB))
    with TROUBLES[trouble](counter), with_a_worker(counter):
        take(counter, rma)
        for _ in range(10):
            counter.work(seconds=61)
        assert len(told_of_it(counter, BOB)) == before + 1
        counter.work(hours=24)
        counter.work(seconds=61)
        assert len(told_of_it(counter, BOB)) == before + 2
    assert "Cards wait until I can; returns and refunds go on." in told_of_it(counter, BOB)[-1]
    counter.work(seconds=61)
    assert "Taken by" in str(rma.card.all_blocks)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_clicks_are_acknowledged_although_nothing_can_be_posted(counter: Counter, trouble: str) -> None:
    rma = counter.open()
    card = rma.card
    with TROUBLES[trouble](counter):
        assert counter.slack.click(ALICE, card, "take").acked
        counter.work()
    assert rma.case.owner is not None
    counter.work(minutes=11)


def test_cards_move_to_the_channel_the_settings_name_now_when_theirs_is_archived(counter: Counter) -> None:
    rma, untouched = counter.open(), counter.open()
    counter.slack.core.channels[GENERAL].members.append(counter.slack.core.bot_user)
    before = len(told_of_it(counter, BOB))
    with archived(counter), with_a_worker(counter, slack_channel=GENERAL):
        take(counter, rma)
        counter.work()
        decisions.message(counter.desk, untouched.return_id, find_operator(counter.desk, ALICE), "Hello")
        counter.work(seconds=5)
        counter.work(seconds=5)
        homes = [one for one in counter.slack.messages(GENERAL) if rma.number in one.text]
        assert [("Taken by" in str(one.all_blocks)) for one in homes] == [True]
        (other,) = [one for one in counter.slack.messages(GENERAL) if untouched.number in one.text]
        assert len(counter.slack.thread(other)) == 1
    assert len(told_of_it(counter, BOB)) == before


def test_a_line_below_a_card_that_was_deleted_brings_the_card_back_first(counter: Counter) -> None:
    rma = counter.open()
    old = rma.card
    remove(counter.slack.core, old)
    decisions.message(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Your parcel is here")
    counter.work()
    counter.work(seconds=5)
    counter.work(seconds=5)
    assert len(rma.cards) == 1
    assert rma.card.ts != old.ts
    assert len(thread(counter, rma)) == 1


def test_a_card_of_which_only_the_thread_is_left_is_posted_anew(counter: Counter) -> None:
    rma = counter.open()
    decisions.ask(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), "Which size?")
    counter.work()
    old = rma.card
    remove(counter.slack.core, old)
    take(counter, rma)
    counter.work()
    assert [card.ts for card in rma.cards] == [rma.card.ts]
    assert rma.card.ts != old.ts
    assert "Taken by" in str(rma.card.all_blocks)


def test_a_stale_twin_of_a_card_does_no_harm(counter: Counter) -> None:
    """Only one of two is drawn again, and the buttons of the other still work."""
    rma = counter.open()
    old = rma.card
    with_metadata = {"event_type": "returns_desk_card", "event_payload": {"return": rma.number}}
    attachment = {**old.attachments[0], "color": f"#{old.attachments[0]['color']}"}
    client = open_client(counter.desk.settings)
    client.chat_postMessage(channel=CHANNEL, text=old.text, attachments=[attachment], metadata=with_metadata)
    twin = rma.cards[-1]
    assert len(rma.cards) == 2
    assert counter.slack.click(ALICE, twin, "take").acked
    counter.work()
    assert rma.case.owner is not None
    assert sum("Taken by" in str(one.all_blocks) for one in rma.cards) == 1
