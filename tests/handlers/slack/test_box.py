"""The refund box: what is typed badly is said where it stands, and nothing forged or late moves money."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.sandbox.slack import View
from bot.sandbox.story.people import ALICE, BOB
from store.terms import ReturnStatus
from tests.counter import Counter, Rma


@pytest.fixture
def rma(counter: Counter) -> Rma:
    """Two mugs of 33.00, both back."""
    return counter.open(arrived=True)


def open_box(counter: Counter, rma: Rma, user: str = ALICE) -> View:
    assert counter.slack.click(user, rma.card, "refund_box").acked
    return counter.modal(user)


def held(counter: Counter, user: str = ALICE) -> dict[str, Any]:
    """The submission of the modal in front of a person, held back."""
    with counter.held_back():
        return counter.slack.submit(user).payload


def nothing_moved(counter: Counter, rma: Rma) -> None:
    counter.work(hours=1)
    assert rma.paid_back == 0
    assert rma.case.resolutions == ()
    assert rma.case.status is ReturnStatus.RECEIVED


def typed(view: View) -> Any:
    return next(fragment["value"] for (block, _), fragment in view.values.items() if block == "custom_amount")


@pytest.mark.parametrize(
    "text", ["0", "0.00", "-1", "abc", "1e3", "999", "66.01", "10.005", "0x10", "NaN", "$5", "1,2,3"]
)
def test_an_amount_typed_badly_is_said_at_its_input_and_stays_as_typed(
    counter: Counter, rma: Rma, text: str
) -> None:
    box = open_box(counter, rma)
    answer = counter.slack.submit(ALICE, box, {"custom_amount": text})
    assert set(answer.errors) == {"custom_amount"}
    assert len(answer.errors["custom_amount"]) > 10
    assert counter.modal().id == box.id
    assert typed(counter.modal()) == text
    nothing_moved(counter, rma)


@pytest.mark.parametrize(
    ("text", "minor"), [("1,50", 150), ("1.50", 150), (" 12 ", 1200), ("€ 7", 700), ("65.99", 6599)]
)
def test_an_amount_is_repeated_as_it_was_read_before_it_is_paid(
    counter: Counter, rma: Rma, text: str, minor: int
) -> None:
    open_box(counter, rma)
    assert counter.slack.submit(ALICE, values={"custom_amount": text}).acked
    assert f"{minor / 100:.2f}" in str(counter.modal().blocks[0])
    counter.slack.submit(ALICE)
    counter.work()
    assert rma.paid_back == minor


def test_an_amount_that_could_not_be_read_is_still_there_after_the_forecast_was_drawn_anew(
    counter: Counter, rma: Rma
) -> None:
    box = open_box(counter, rma)
    drawn = box.updates
    counter.slack.type_text(ALICE, box, "custom_amount", "ten euros", enter=True)
    counter.slack.wait_for(lambda: counter.modal().updates > drawn)
    again = counter.modal()
    field = next(block for block in again.blocks if block["block_id"] == "custom_amount")
    assert field["element"]["initial_value"] == typed(again) == "ten euros"
    assert "not an amount" in str(again.blocks)
    assert "Marie Dupont gets" not in str(again.blocks)


def test_every_tick_draws_the_forecast_anew_and_keeps_the_others(counter: Counter, rma: Rma) -> None:
    box = open_box(counter, rma)
    assert "gets €66.00" in str(box.blocks) or "66.00" in str(box.blocks)
    counter.slack.type_text(ALICE, box, "custom_amount", "20", enter=True)
    counter.slack.wait_for(lambda: "20.00" in str(counter.modal().blocks))
    counter.slack.choose(ALICE, counter.modal(), "method", "store_credit")
    counter.slack.wait_for(lambda: "store credit (" in str(counter.modal().blocks))
    assert "20.00" in str(counter.modal().blocks) or "21.00" in str(counter.modal().blocks)
    assert typed(counter.modal()) == "20"


def test_the_last_button_pressed_twice_pays_once(counter: Counter, rma: Rma) -> None:
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    payload = held(counter)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _n: counter.send(payload).status_code, range(4)))
    counter.work()
    assert set(answers) == {200}
    assert rma.paid_back == 6600
    assert len(rma.case.resolutions) == 1


def test_two_different_presses_of_the_last_button_pay_once(counter: Counter, rma: Rma) -> None:
    """As after an error message: Slack sends another trigger, so it is another delivery."""
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    first, second = held(counter), held(counter)
    assert first["trigger_id"] != second["trigger_id"]
    counter.send(first)
    counter.send(second)
    counter.work()
    assert rma.paid_back == 6600
    assert "already decided on a refund to the payment method" in counter.told(ALICE)[-1]


def test_a_box_that_stood_open_while_the_return_changed_is_not_taken(counter: Counter, rma: Rma) -> None:
    open_box(counter, rma)
    decisions.take(counter.desk, rma.return_id, find_operator(counter.desk, BOB))
    answer = counter.slack.submit(ALICE)
    assert "changed while the box was open" in str(answer.errors)
    nothing_moved(counter, rma)


def test_a_confirmation_that_stood_open_while_the_return_changed_is_not_taken(
    counter: Counter, rma: Rma
) -> None:
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    decisions.take(counter.desk, rma.return_id, find_operator(counter.desk, BOB))
    assert counter.slack.submit(ALICE).acked
    counter.work()
    assert "changed while you were looking" in counter.told(ALICE)[-1]
    nothing_moved(counter, rma)


def test_a_box_that_stood_open_while_the_return_was_refused_pays_nothing(counter: Counter, rma: Rma) -> None:
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    bob = find_operator(counter.desk, BOB)
    decisions.reject(counter.desk, rma.return_id, bob, rma.case.version, "worn")
    counter.slack.submit(ALICE)
    counter.work()
    assert rma.paid_back == 0
    assert rma.case.status is ReturnStatus.REJECTED


def test_who_submits_is_who_slack_says_and_not_who_opened_the_box(counter: Counter, rma: Rma) -> None:
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    payload = held(counter)
    payload["user"] = {**payload["user"], "id": BOB}
    assert counter.send(payload).status_code == 200
    counter.work()
    assert [one.by.user_id for one in rma.case.resolutions] == [BOB]


def test_a_stranger_who_gets_hold_of_a_box_pays_nothing(counter: Counter, rma: Rma) -> None:
    open_box(counter, rma)
    first = held(counter)
    counter.slack.submit(ALICE)
    for payload in (first, held(counter)):
        payload["user"] = {**payload["user"], "id": "U99MALLORY"}
        assert counter.send(payload).status_code == 200
    nothing_moved(counter, rma)


def altered(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The confirmation with other private metadata."""
    kept = {**json.loads(payload["view"]["private_metadata"]), **changes}
    return {**payload, "view": {**payload["view"], "private_metadata": json.dumps(kept)}}


def confirmations(rma: Rma) -> dict[str, dict[str, Any]]:
    line = rma.case.items[0].line_id
    return {
        "more units": {"units": [[line, 3, "good"]]},
        "a great many units": {"units": [[line, 10**15, "good"]]},
        "no unit": {"units": [[line, 0, "good"]]},
        "units below nothing": {"units": [[line, -1, "good"]]},
        "the same unit twice": {"units": [[line, 2, "good"], [line, 2, "good"]]},
        "another order's line": {"units": [[line + 1000, 1, "good"]]},
        "no units at all": {"units": []},
        "units of another shape": {"units": "all"},
        "a condition there is not": {"units": [[line, 1, "shiny"]]},
        "another amount": {"amount": [6601, "EUR"]},
        "another currency": {"amount": [6600, "USD"]},
        "no amount": {"amount": None},
        "an amount of its own above what was paid": {"custom": [999999, "EUR"], "amount": [999999, "EUR"]},
        "an amount below nothing": {"custom": [-100, "EUR"], "amount": [-100, "EUR"]},
        "an amount in another currency": {"custom": [100, "USD"], "amount": [100, "USD"]},
        "a way there is not": {"method": "cash"},
        "an exchange": {"method": "exchange"},
        "ticks of another shape": {"ticks": None},
        "another return": {"place": "987654:1"},
        "an older version": {"place": f"{rma.return_id}:1"},
        "no return": {"place": ""},
        "a return of another shape": {"place": ["1", 1]},
        "a number without end": {"place": f"{'9' * 40}:1"},
    }


def test_no_forged_confirmation_moves_anything(
    counter: Counter, rma: Rma, caplog: pytest.LogCaptureFixture
) -> None:
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    for name, changes in confirmations(rma).items():
        answer = counter.send(altered(held(counter), **changes))
        assert answer.status_code == 200, name
        counter.work()
        assert rma.paid_back == 0, name
        assert rma.case.resolutions == (), name
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR], name


METADATA = [
    "",
    "{",
    "{}",
    "[]",
    "null",
    "5",
    "1:1",
    "x" * 3000,
    '{"place":"1:1"}',
    '{"units":[]}',
    "\0",
    "²:³",
]


@pytest.mark.parametrize("step", ["box", "confirmation"])
def test_private_metadata_of_another_shape_is_answered_politely(
    counter: Counter, rma: Rma, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    open_box(counter, rma)
    if step == "confirmation":
        counter.slack.submit(ALICE)
    for text in METADATA:
        payload = held(counter)
        payload["view"]["private_metadata"] = text
        assert counter.send(payload).status_code == 200
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR], text
    nothing_moved(counter, rma)


def test_a_box_without_its_inputs_is_answered_politely(
    counter: Counter, rma: Rma, caplog: pytest.LogCaptureFixture
) -> None:
    open_box(counter, rma)
    values: tuple[dict[str, Any], ...] = ({}, {"lines:0": {}}, {"units:x": {"a": {}}}, {"units:1": {}})
    for state in ({}, *({"values": one} for one in values)):
        payload = held(counter)
        payload["view"]["state"] = state
        payload["view"]["blocks"] = []
        assert counter.send(payload).status_code == 200
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    nothing_moved(counter, rma)


@pytest.mark.parametrize("value", ["g3", "g99999", "g0", "g-1", "g1g1g1", "x7", "g1d2", "m2g2", ""])
def test_units_in_a_menus_value_that_were_never_offered_pay_no_more_than_what_came(
    counter: Counter, rma: Rma, value: str
) -> None:
    open_box(counter, rma)
    payload = held(counter)
    name = next(block for block in payload["view"]["state"]["values"] if block.startswith("units:"))
    for element in payload["view"]["state"]["values"][name].values():
        element["selected_option"]["value"] = value
    counter.send(payload)
    counter.slack.close_modal(ALICE, everything=True)
    nothing_moved(counter, rma)


def test_a_settled_return_opens_no_box(counter: Counter, rma: Rma) -> None:
    old_card = rma.card
    open_box(counter, rma)
    counter.slack.submit(ALICE)
    with counter.held_back():
        late = counter.slack.click(BOB, old_card, "refund_box").payload
    counter.slack.submit(ALICE)
    counter.work()
    assert counter.send(late).status_code == 200
    counter.work()
    assert counter.slack.modal(BOB) is None
    assert "is settled" in counter.told(BOB)[-1]
