"""Who opens a form that somebody else has open is told so; and one refund is sent, whoever is first."""

from datetime import timedelta

from sqlmodel import select

from bot.desk import retention
from bot.desk.looking import LATELY
from bot.sandbox.slack import View
from bot.sandbox.story.people import ALICE, BOB
from store.db import reading, writing
from store.looking import OpenForm
from tests.counter import Counter, Rma


def opened(counter: Counter, rma: Rma, user: str) -> View:
    counter.slack.click(user, rma.card, "refund_box")
    return counter.modal(user)


def note(view: View) -> str:
    """What stands above the form."""
    first = view.blocks[0]
    return str(first["elements"][0]["text"]) if first["type"] == "context" else ""


def long_ago(counter: Counter, ago: timedelta) -> None:
    """As if whatever is open had been opened so much earlier."""
    with writing(counter.desk.engine) as session:
        for form in session.exec(select(OpenForm)):
            form.opened_at -= ago
            session.add(form)


def test_whoever_opens_the_box_second_reads_who_has_it_open(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    assert note(opened(counter, rma, ALICE)) == ""
    long_ago(counter, timedelta(minutes=3))
    assert f"<@{ALICE}> opened this 3 min ago" in note(opened(counter, rma, BOB))


def test_the_note_stays_when_the_forecast_is_drawn_anew(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    opened(counter, rma, ALICE)
    box = opened(counter, rma, BOB)
    drawn = box.updates
    assert counter.slack.choose(BOB, box, "method", "store_credit").acked
    counter.slack.wait_for(lambda: counter.modal(BOB).updates > drawn)
    assert f"<@{ALICE}>" in note(counter.modal(BOB))


def test_of_two_who_both_confirm_one_pays_and_the_other_reads_why(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    for user in (ALICE, BOB):
        opened(counter, rma, user)
        assert counter.slack.submit(user).acked
    assert counter.slack.submit(ALICE).acked
    refused = counter.slack.submit(BOB)
    counter.work()
    assert rma.paid_back == 6600
    assert refused.errors or counter.told(BOB)


def test_opening_it_twice_oneself_says_nothing(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    opened(counter, rma, ALICE)
    assert note(opened(counter, rma, ALICE)) == ""


def test_who_opened_it_long_ago_is_not_told(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    opened(counter, rma, ALICE)
    long_ago(counter, LATELY + timedelta(seconds=1))
    assert note(opened(counter, rma, BOB)) == ""


def test_who_decided_since_is_not_told(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    opened(counter, rma, ALICE)
    counter.slack.close_modal(ALICE, everything=True)
    counter.slack.click(ALICE, rma.card, "take")
    counter.work()
    assert note(opened(counter, rma, BOB)) == ""


def test_what_was_open_is_forgotten_after_an_hour(counter: Counter) -> None:
    rma = counter.open(arrived=True)
    opened(counter, rma, ALICE)
    long_ago(counter, timedelta(hours=1, seconds=1))
    retention.forget_what_was_typed(counter.desk)
    with reading(counter.desk.engine) as session:
        assert session.exec(select(OpenForm)).all() == []
