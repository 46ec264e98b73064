"""Between a gesture and its acknowledgement nobody is asked but our own database; Slack only to open a view.

The gestures come from the listeners' own tables: a new one that asks the shop first fails here.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from bot.sandbox.faults import Fault
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, DAN, GROUP
from handlers.slack import box, decisions, events, opening
from handlers.slack.app import COMPUTED
from handlers.slack.commands import WORDS
from tests.counter import Counter, Rma

OPENING = {"/api/views.open", "/api/views.push"}
BUTTONS = [*decisions.ACTIONS, *box.ACTIONS, "a_button_of_an_older_release"]
SUBMISSIONS = [*decisions.SUBMISSIONS, *box.SUBMISSIONS, *opening.SUBMISSIONS]
EVENTS: dict[str, dict[str, Any]] = {
    "member_joined_channel": {"user": BOB, "channel": CHANNEL},
    "member_left_channel": {"user": BOB, "channel": CHANNEL},
    "subteam_members_changed": {"subteam_id": GROUP},
    "user_change": {"user": {"id": BOB}},
    "app_home_opened": {"user": ALICE, "tab": "home"},
    "message": {"user": ALICE, "channel": CHANNEL, "text": "hello", "ts": "1.1"},
}


@pytest.fixture(params=["settling", "pending"])
def rma(request: pytest.FixtureRequest, counter: Counter) -> Rma:
    """A return with something to pay, and one with nothing yet."""
    return counter.open(arrived=request.param == "settling")


def asked(counter: Counter, act: Callable[[], Any]) -> set[str]:
    """Whom the desk asked while it was answering; the worker stands still."""
    counter.faults.plan("shop", Fault.SLOW, times=1000, seconds=30)
    counter.faults.plan("stripe", Fault.SLOW, times=1000, seconds=30)
    counter.faults.knocks.clear()
    act()
    return {knock.path if knock.service == "slack" else knock.service for knock in counter.faults.knocks}


def a_click(counter: Counter, rma: Rma) -> dict[str, Any]:
    with counter.held_back():
        return counter.slack.click(ALICE, rma.card, "more").payload


@pytest.mark.parametrize("action", BUTTONS)
def test_a_button_asks_nobody_but_for_a_view(counter: Counter, rma: Rma, action: str) -> None:
    payload = a_click(counter, rma)
    payload["actions"][0]["action_id"] = action
    answers: list[int] = []
    assert asked(counter, lambda: answers.append(counter.send(payload).status_code)) <= OPENING
    assert answers == [200]


@pytest.mark.parametrize("callback", SUBMISSIONS)
def test_a_form_asks_nobody(counter: Counter, rma: Rma, callback: str) -> None:
    counter.slack.click(ALICE, rma.card, "message")
    with counter.held_back():
        payload = counter.slack.submit(ALICE, values={"text": "Hello"}).payload
    payload["view"]["callback_id"] = callback
    payload["view"]["state"]["values"] |= filled(rma)
    answers: list[int] = []
    assert asked(counter, lambda: answers.append(counter.send(payload).status_code)) == set()
    assert answers == [200]


def filled(rma: Rma) -> dict[str, Any]:
    """Something in every input that any form has."""
    line = rma.case.items[0].line_id
    menu = {
        ids.REASON: "damaged",
        f"{ids.UNITS}:{line}": "1",
        f"{ids.ARRIVED}:{line}": "1:good",
        ids.WISH: "refund",
    }
    words = {ids.NOTE: "x", ids.LATE_REASON: "x", ids.PROOF: "re_1", ids.TEXT: "x"}
    return {
        **{
            name: {name: {"selected_option": {"value": value}, "value": value}}
            for name, value in menu.items()
        },
        **{name: {name: {"value": value}} for name, value in words.items()},
        ids.DATE: {ids.DATE: {"selected_date": "2099-01-01"}},
        ids.PERSON: {ids.PERSON: {"selected_user": BOB}},
    }


def test_the_refund_box_asks_nobody_from_its_opening_to_the_last_button(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    card = rma.card
    assert asked(counter, lambda: counter.slack.click(ALICE, card, "refund_box")) == {"/api/views.open"}
    assert asked(counter, lambda: counter.slack.submit(ALICE)) == set()
    assert counter.modal().callback_id == ids.CONFIRM
    assert asked(counter, lambda: counter.slack.submit(ALICE)) == set()
    assert len(rma.case.resolutions) == 1


@pytest.mark.parametrize("action", COMPUTED)
def test_a_tick_in_the_box_is_acknowledged_before_the_forecast_is_drawn(
    counter: Counter, action: str
) -> None:
    """A Slack that takes its time with the view holds up the forecast, not the acknowledgement."""
    rma = counter.open(arrived=True)
    counter.slack.click(ALICE, rma.card, "refund_box")
    view = counter.modal()
    with counter.held_back():
        payload = copy.deepcopy(counter.slack.choose(ALICE, view, "method", "store_credit").payload)
    payload["actions"][0]["action_id"] = action
    drawn = view.updates
    counter.faults.plan("slack", Fault.SLOW, path="/api/views.update", seconds=1)
    told: list[float] = []
    assert asked(counter, lambda: told.append(counter.send(payload).elapsed.total_seconds())) <= {
        "/api/views.update"
    }
    counter.slack.wait_for(lambda: counter.modal().updates > drawn)
    assert told[0] < 0.9


@pytest.mark.parametrize("word", ["", "RMA-1", *(f"{word.name} {word.usage}" for word in WORDS)])
def test_a_command_asks_nobody_but_for_a_view(counter: Counter, word: str) -> None:
    counter.open()
    assert asked(counter, lambda: counter.slack.command(ALICE, CHANNEL, "/returns", word)) <= OPENING


@pytest.mark.parametrize("kind", events.EVENTS)
def test_an_event_asks_nobody(counter: Counter, kind: str) -> None:
    event = {"type": kind, "event_ts": "1.1", **EVENTS[kind]}
    count = next(counter.count)
    payload = {"type": "event_callback", "event_id": f"Ev{count}", "team_id": "T01SHOP", "event": event}
    assert asked(counter, lambda: counter.send(payload, "events_api").raise_for_status()) == set()


def test_somebody_unknown_is_answered_at_once_and_looked_up_afterwards(counter: Counter) -> None:
    rma = counter.open()
    card = rma.card
    assert asked(counter, lambda: counter.slack.click(DAN, card, "take")) == set()
    counter.work()
    assert "do not know you yet" in counter.told(DAN)[-1]
    counter.slack.click(DAN, rma.card, "take")
    counter.work()
    assert "Guests" in counter.told(DAN)[-1]


def test_a_view_that_slack_does_not_open_is_no_reason_not_to_answer(counter: Counter) -> None:
    rma = counter.open()
    payload = a_click(counter, rma)
    payload["trigger_id"] = "1.2.expired"
    assert counter.send(payload).status_code == 200
    counter.work()
    assert "Please press again" in counter.told(ALICE)[-1]


def test_a_right_that_is_taken_away_in_slack_ends_with_the_event(counter: Counter) -> None:
    """No click in between has to wait for the next look: Slack says that the group changed."""
    rma = counter.open()
    users = list(counter.slack.core.groups[GROUP].users)
    counter.slack.change_group(GROUP, [user for user in users if user != BOB])
    counter.work()
    counter.slack.click(BOB, rma.card, "take")
    counter.work()
    assert "Only the returns team" in counter.told(BOB)[-1]
    counter.slack.change_group(GROUP, users)
    counter.work()
    counter.slack.click(BOB, rma.card, "take")
    assert rma.case.owner is not None


@pytest.mark.parametrize(
    ("change", "words"), [({"deleted": True}, "deactivated"), ({"is_restricted": True}, "Guests")]
)
def test_somebody_who_becomes_a_guest_or_leaves_loses_the_right_with_the_event(
    counter: Counter, change: dict[str, bool], words: str
) -> None:
    rma = counter.open()
    with counter.held_back():
        payload = counter.slack.click(BOB, rma.card, "take").payload
    counter.slack.change_user(BOB, **change)
    counter.work()
    counter.send(payload)
    counter.work()
    counter.slack.change_user(BOB, **{name: not value for name, value in change.items()})
    counter.work()
    assert rma.case.owner is None
    assert words in counter.told(BOB)[-1]


def test_every_gesture_leaves_one_row_and_what_was_refused_says_why(counter: Counter) -> None:
    rma = counter.open()
    before = len(counter.everything()["deliveries"])
    counter.slack.click(ALICE, rma.card, "take")
    counter.slack.click(BOB, rma.card, "take")
    rows = counter.everything()["deliveries"][before:]
    assert len(rows) == 2
    assert rows[0][-1] == ""
    assert "Blocked" in json.dumps(rows[1], default=str)


@pytest.fixture(params=["too late", "away"])
def no_windows(request: pytest.FixtureRequest, counter: Counter) -> Iterator[None]:
    """Slack opens none: the press is too old, or Slack does not answer."""
    before = counter.slack.settings
    if request.param == "too late":
        counter.slack.core.settings = replace(before, trigger_seconds=-1.0)
    else:
        counter.faults.plan("slack", Fault.LOST_BEFORE, path="views.open", times=9)
    yield
    counter.slack.core.settings = before


@pytest.mark.usefixtures("no_windows")
def test_a_window_that_slack_does_not_open_is_said_in_words(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    rma = counter.open(arrived=True)
    said = "Slack did not open the window in time. Please press again."
    assert counter.slack.click(ALICE, rma.card, "refund_box").acked
    assert counter.slack.command(ALICE, CHANNEL, "/returns", "new 5567").acked
    counter.work()
    assert counter.told(ALICE)[-2:] == [said, said]
    assert not [record for record in caplog.records if record.exc_info]
