"""Every form but the refund box: sent twice, late, by others, without a right, garbled."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.desk import decisions
from bot.desk.access import find_operator
from bot.sandbox.story.people import ALICE, BOB, DAN
from store.db import writing
from store.models import Member
from store.terms import ReturnStatus, Wish
from tests.counter import Counter, Rma


@dataclass(frozen=True)
class Form:
    """A form: its button, where that is, what is filled in, and whether the same again is refused."""

    button: str
    values: dict[str, Any] = field(default_factory=dict)
    before: Callable[[Counter, Rma], None] = lambda _counter, _rma: None
    on_card: bool = False
    arrived: bool = False
    once: bool = True


def by(counter: Counter, user: str) -> Any:
    return find_operator(counter.desk, user)


def asked(counter: Counter, rma: Rma) -> None:
    decisions.ask(counter.desk, rma.return_id, by(counter, BOB), "Which size?")


def cancelled(counter: Counter, rma: Rma) -> None:
    decisions.cancel(counter.desk, rma.return_id, by(counter, BOB), rma.case.version, "a mistake")


WHY = {"reason": "because"}
TEXT = {"text": "Which size?"}
FORMS = {
    "approve": Form("approve"),
    "reject": Form("reject", WHY),
    "ask": Form("ask", TEXT, once=False),
    "answered": Form("answered", TEXT, asked),
    "message": Form("message", TEXT, on_card=True, once=False),
    "extend": Form("extend", {**WHY, "date": "2099-01-01"}),
    "cancel": Form("cancel", WHY),
    "reopen": Form("reopen", WHY, cancelled),
    "hand over": Form("hand_over", {"person": BOB}, once=False),
    "receive": Form("received", on_card=True),
    "new link": Form("new_link", once=False),
    "lock page": Form("lock_page"),
    "label": Form("label", {"label_link": "https://labels.example/1.pdf", "tracking": "6A1"}),
}


def opened(counter: Counter, form: Form, user: str = ALICE) -> Rma:
    """A return, and the filled form in front of a person."""
    rma = counter.open(arrived=form.arrived)
    form.before(counter, rma)
    counter.work()
    if form.on_card:
        assert counter.slack.click(user, rma.card, form.button).acked
    else:
        counter.slack.click(user, rma.card, "more")
        assert counter.slack.click(user, counter.modal(user), form.button).acked
    return rma


def held(counter: Counter, form: Form, user: str = ALICE) -> dict[str, Any]:
    with counter.held_back():
        return counter.slack.submit(user, values=form.values).payload


def changes(counter: Counter, rma: Rma) -> tuple[Any, ...]:
    """What can be seen of a return, and what its customer was written."""
    counter.work()
    case = rma.case
    mails = [mail.text for mail in counter.shop.outbox if mail.order_id == rma.order.id]
    return case.version, case.status, case.owner, case.window_end, case.question, mails


def loud(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_does_what_it_says_and_closes(counter: Counter, name: str) -> None:
    rma = opened(counter, FORMS[name])
    before = changes(counter, rma)
    answer = counter.slack.submit(ALICE, values=FORMS[name].values)
    assert answer.acked
    assert answer.errors == {}
    assert counter.slack.modal(ALICE) is None
    assert changes(counter, rma) != before


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.once])
def test_a_form_sent_twice_does_it_once(counter: Counter, name: str) -> None:
    """As after a lost answer: the person presses again, and Slack sends the same view with a new trigger."""
    rma = opened(counter, FORMS[name])
    first, second = held(counter, FORMS[name]), held(counter, FORMS[name])
    assert first["trigger_id"] != second["trigger_id"]
    counter.send(first)
    done = changes(counter, rma)
    assert counter.send(second).status_code == 200
    assert changes(counter, rma) == done


@pytest.mark.parametrize("name", FORMS)
def test_a_form_delivered_twice_does_it_once(counter: Counter, name: str) -> None:
    rma = opened(counter, FORMS[name])
    payload = held(counter, FORMS[name])
    counter.send(payload)
    done = changes(counter, rma)
    assert counter.send(payload).status_code == 200
    assert changes(counter, rma) == done


@contextmanager
def no_longer_in_the_team(counter: Counter, user: str) -> Iterator[None]:
    """Taken out of the group while a form stands open."""
    _set_group(counter, user, in_group=False)
    yield
    _set_group(counter, user, in_group=True)


def _set_group(counter: Counter, user: str, *, in_group: bool) -> None:
    with writing(counter.desk.engine) as session:
        member = session.get_one(Member, user)
        member.in_group = in_group
        session.add(member)


@pytest.mark.parametrize("name", FORMS)
def test_a_right_that_was_taken_away_while_the_form_stood_open_is_gone(counter: Counter, name: str) -> None:
    rma = opened(counter, FORMS[name])
    before = changes(counter, rma)
    with no_longer_in_the_team(counter, ALICE):
        answer = counter.slack.submit(ALICE, values=FORMS[name].values)
        counter.work()
    assert answer.acked
    assert "Only the returns team" in f"{answer.errors}{counter.told(ALICE)}"
    assert changes(counter, rma) == before


@pytest.mark.parametrize("name", FORMS)
def test_a_form_in_the_hands_of_somebody_else_does_nothing(counter: Counter, name: str) -> None:
    """A guest, and somebody whose id the form's metadata claims to be Alice's."""
    rma = opened(counter, FORMS[name])
    before = changes(counter, rma)
    for user in (DAN, "U99MALLORY"):
        payload = held(counter, FORMS[name])
        payload["user"] = {**payload["user"], "id": user}
        payload["view"]["private_metadata"] += f":user={ALICE}"
        assert counter.send(payload).status_code == 200
        payload["view"]["private_metadata"] = f"{rma.return_id}:{rma.case.version}"
        payload["trigger_id"] += "x"
        assert counter.send(payload).status_code == 200
    assert changes(counter, rma) == before


@pytest.mark.parametrize("name", FORMS)
def test_a_garbled_form_does_nothing_and_is_answered_politely(
    counter: Counter, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    rma = opened(counter, FORMS[name])
    before = changes(counter, rma)
    for text in ("", "{", "x:y", "0:0", "987654:1", f"{'9' * 30}:1", "null", '{"place": 5}'):
        payload = held(counter, FORMS[name])
        payload["view"]["private_metadata"] = text
        assert counter.send(payload).status_code == 200
    assert changes(counter, rma) == before
    assert loud(caplog) == []


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.values or name == "receive"])
def test_a_form_without_what_was_filled_in_does_nothing(
    counter: Counter, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    rma = opened(counter, FORMS[name])
    before = changes(counter, rma)
    values: tuple[dict[str, Any], ...] = ({}, {key: {} for key in FORMS[name].values})
    for state in ({}, *({"values": one} for one in values)):
        payload = held(counter, FORMS[name])
        payload["view"]["state"] = state
        answer = counter.send(payload)
        assert answer.status_code == 200
        assert answer.json()["response_action"] == "errors"
    assert changes(counter, rma) == before
    assert loud(caplog) == []


@pytest.mark.parametrize(
    "value", ["²:good", "-1:good", "x:good", "1:shiny", "1", "9" * 30 + ":good", ":", "1:good:good"]
)
def test_an_arrival_that_was_never_offered_is_not_taken(
    counter: Counter, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    rma = opened(counter, FORMS["receive"])
    payload = held(counter, FORMS["receive"])
    (block,) = payload["view"]["state"]["values"].values()
    next(iter(block.values()))["selected_option"]["value"] = value
    assert counter.send(payload).json()["response_action"] == "errors"
    assert rma.case.status is ReturnStatus.PENDING
    assert loud(caplog) == []


def test_two_people_who_count_the_same_parcel_count_it_once(counter: Counter) -> None:
    rma = opened(counter, FORMS["receive"])
    counter.slack.click(BOB, rma.card, "received")
    assert counter.slack.submit(ALICE).acked
    late = counter.slack.submit(BOB)
    assert "changed while you were looking" in str(late.errors)
    assert rma.case.items[0].arrived == 2


def test_a_form_opened_before_the_return_was_settled_changes_nothing_afterwards(counter: Counter) -> None:
    for name in ("approve", "reject", "cancel"):
        rma = opened(counter, FORMS[name])
        decisions.reject(counter.desk, rma.return_id, by(counter, BOB), rma.case.version, "worn")
        before = changes(counter, rma)
        counter.slack.submit(ALICE, values=FORMS[name].values)
        assert changes(counter, rma) == before
        if counter.slack.modal(ALICE):
            counter.slack.close_modal(ALICE, everything=True)


def test_a_reason_of_blanks_is_said_below_its_field_and_the_form_stays(counter: Counter) -> None:
    rma = opened(counter, FORMS["reject"])
    answer = counter.slack.submit(ALICE, values={"reason": "   "})
    assert answer.errors == {"reason": "Please write something here."}
    assert counter.modal().callback_id == "reject"
    assert rma.case.status is ReturnStatus.PENDING


def test_an_earlier_deadline_is_said_below_the_day(counter: Counter) -> None:
    opened(counter, FORMS["extend"])
    answer = counter.slack.submit(ALICE, values={"date": "2020-01-01", "reason": "a mistake"})
    assert set(answer.errors) == {"date"}


def test_a_return_is_not_handed_to_a_guest(counter: Counter) -> None:
    rma = opened(counter, FORMS["hand over"])
    answer = counter.slack.submit(ALICE, values={"person": DAN})
    assert set(answer.errors) == {"person"}
    assert rma.case.owner is None


def test_the_forms_say_everything_in_the_readers_language_and_the_letter_in_the_customers(
    counter: Counter,
) -> None:
    rma = counter.open(language="fr", wish=Wish.REFUND)
    counter.slack.click(ALICE, rma.card, "more")
    counter.slack.click(ALICE, counter.modal(), "approve")
    assert "Votre retour" in str(counter.modal().blocks)
    assert counter.modal().title == "Approve"
