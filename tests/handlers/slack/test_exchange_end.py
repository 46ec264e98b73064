"""An exchange called off, tried again or paid twice in Slack, and refunds that meet one that stands."""

from dataclasses import replace
from typing import Any

import pytest

from bot.desk.access import find_operator
from bot.desk.changes import redraw
from bot.desk.exchange_facts import facts_of, keep_facts
from bot.desk.inspection import Arrival, receive
from bot.rules.case import ExchangeState
from bot.rules.exchange_flow import PaymentState
from bot.sandbox.story.people import ALICE, BOB
from store import returns
from store.db import writing
from store.models import Return
from store.terms import Condition, Wish
from tests.counter import Counter
from tests.handlers.slack.barter import Barter, a_barter, replacements

RED = "Exchange chosen: do NOT refund money."


@pytest.fixture
def refund(counter: Counter, unwatched: None) -> Barter:
    """A customer who wants money for what is back already."""
    return a_barter(counter, Wish.REFUND, arrived=True)


def turn_into_exchange(barter: Barter, user: str = BOB) -> None:
    """Somebody else agrees to an exchange meanwhile."""
    slack = barter.counter.slack
    slack.click(user, barter.rma.card, "more")
    assert slack.click(user, barter.counter.modal(user), "exchange").acked
    barter.choose(barter.coat, barter.name, user)
    assert slack.submit(user).acked
    barter.counter.work()
    assert barter.rma.case.exchange_stands


def refuses(barter: Barter, told: str) -> None:
    barter.counter.work()
    assert RED in told
    assert barter.rma.paid_back == 0


def test_a_box_that_was_open_before_the_exchange_refunds_nothing(refund: Barter) -> None:
    refund.counter.slack.click(ALICE, refund.rma.card, "refund_box")
    turn_into_exchange(refund)
    answer = refund.counter.slack.submit(ALICE)
    refuses(refund, str(answer.errors))


def test_a_confirmation_that_was_open_before_the_exchange_refunds_nothing(refund: Barter) -> None:
    refund.counter.slack.click(ALICE, refund.rma.card, "refund_box")
    refund.counter.slack.submit(ALICE)
    turn_into_exchange(refund)
    refund.counter.slack.submit(ALICE)
    refund.counter.work()
    refuses(refund, refund.counter.told(ALICE)[-1])


def test_the_button_of_an_old_card_opens_no_box_over_an_exchange(refund: Barter) -> None:
    with refund.counter.held_back():
        late = refund.counter.slack.click(ALICE, refund.rma.card, "refund_box").payload
    turn_into_exchange(refund)
    assert refund.counter.send(late).status_code == 200
    view = refund.counter.modal()
    assert "submit" not in view.body
    refuses(refund, str(view.blocks))


def open_cancel(barter: Barter, user: str = ALICE) -> None:
    barter.counter.slack.click(user, barter.rma.card, "more")
    assert barter.counter.slack.click(user, barter.counter.modal(user), "cancel_exchange").acked


def test_calling_off_says_what_happens_and_leaves_the_choice_of_what_instead(barter: Barter) -> None:
    barter.agree(barter.coat, barter.name)
    open_cancel(barter)
    assert "payment link is closed" in barter.shown()
    assert "stock is free again" in barter.shown()
    assert barter.counter.slack.submit(ALICE, values={"instead": "store_credit"}).acked
    assert barter.counter.slack.modal(ALICE) is None
    barter.counter.work()
    assert not barter.rma.case.exchange_stands
    assert barter.rma.case.wish is Wish.STORE_CREDIT
    assert [one.status for one in replacements(barter)] == ["cancelled"]


def test_calling_off_twice_or_late_is_answered_in_the_form(barter: Barter) -> None:
    barter.agree(barter.coat, barter.name)
    for user in (ALICE, BOB):
        open_cancel(barter, user)
    assert barter.counter.slack.submit(ALICE).errors == {}
    assert "changed while you were looking" in str(barter.counter.slack.submit(BOB).errors)
    barter.counter.work()
    assert len(replacements(barter)) == 1


def test_what_was_called_off_cannot_be_called_off_or_chosen_again_from_an_old_card(barter: Barter) -> None:
    barter.agree(barter.coat, barter.name)
    old = barter.rma.card
    with barter.counter.held_back():
        barter.counter.slack.click(ALICE, old, "more")
    open_cancel(barter)
    with barter.counter.held_back():
        barter.counter.slack.close_modal(ALICE)
        again = barter.counter.slack.click(ALICE, barter.counter.modal(), "cancel_exchange").payload
        barter.counter.slack.close_modal(ALICE, everything=True)
    open_cancel(barter)
    barter.counter.slack.submit(ALICE)
    barter.counter.work()
    assert barter.counter.send(again).status_code == 200
    barter.counter.work()
    assert "There is no exchange to call off" in barter.counter.told(ALICE)[-1]


def with_a_stray(barter: Barter) -> None:
    """The customer paid what nobody asked for any more."""
    barter.agree(barter.coat, barter.name)
    session: dict[str, Any] = barter.counter.sandbox.stripe.all("checkout.session")[0]
    barter.counter.sandbox.stripe.pay(session["id"])
    paid = barter.counter.sandbox.stripe.get(session["id"])
    with writing(barter.counter.desk.engine) as held:
        (row,) = returns.resolutions_of(held, barter.rma.return_id)
        facts = facts_of(row)
        one = facts.payments[0]
        stray = replace(
            one,
            state=PaymentState.PAID,
            paid=one.amount,
            paid_at=barter.counter.desk.now(),
            payment_intent=paid["payment_intent"],
            stray=True,
        )
        keep_facts(row, replace(facts, payments=(stray,)))
        held.add(row)
        rma = held.get_one(Return, barter.rma.return_id)
        rma.version += 1
        held.add(rma)
        redraw(held, barter.rma.return_id, barter.counter.desk.now())
    barter.counter.work()


def test_a_payment_nobody_was_owed_is_given_back_with_one_click_that_asks_first(barter: Barter) -> None:
    with_a_stray(barter)
    card = barter.rma.card
    assert "was paid although nothing was owed" in str(card.all_blocks)
    slack = barter.counter.slack
    asked = slack.click(ALICE, card, "give_stray_back", confirm=False)
    assert "30.00" in str(asked.confirm)
    assert slack.click(ALICE, card, "give_stray_back").acked
    assert slack.click(BOB, card, "give_stray_back").acked
    barter.counter.work()
    assert "being given back already" in barter.counter.told(BOB)[-1]
    intent = barter.rma.case.exchange
    assert intent is not None
    assert intent.strays == ()
    assert "nothing was owed" not in str(barter.rma.card.all_blocks)


@pytest.mark.parametrize("value", ["", "1", "1:2", "x:1:1", "1:1:x", "1:1:99", "0:0:0:0"])
def test_a_forged_value_gives_nothing_back(barter: Barter, value: str) -> None:
    with_a_stray(barter)
    with barter.counter.held_back():
        payload = barter.counter.slack.click(ALICE, barter.rma.card, "message").payload
    payload["actions"][0] |= {"action_id": "give_stray_back", "value": value}
    assert barter.counter.send(payload).status_code == 200
    assert barter.rma.case.exchange is not None
    assert len(barter.rma.case.exchange.strays) == 1


def test_what_is_due_beside_a_cheaper_replacement_is_proposed_as_store_credit(barter: Barter) -> None:
    barter.agree(barter.cap, barter.cap.name)
    arrivals = (Arrival(barter.line, 1, Condition.GOOD),)
    receive(barter.counter.desk, barter.rma.return_id, find_operator(barter.counter.desk, ALICE), arrivals)
    barter.counter.work()
    assert barter.state is ExchangeState.DONE
    assert "Give back 15.00" in str(barter.rma.card.all_blocks)
    barter.counter.slack.click(ALICE, barter.rma.card, "refund_box")
    box = barter.counter.modal()
    assert "15.00" in str(box.blocks)
    assert box.values["method", "method"]["selected_option"]["value"] == "store_credit"
    assert "At most 15.00" in str(box.blocks)
    assert "2.50 EUR tax inside" in str(box.blocks)


def held_exchange(barter: Barter, user: str) -> dict[str, Any]:
    """The press of “Exchange…” under “More”, held back."""
    barter.counter.slack.click(user, barter.rma.card, "more")
    with barter.counter.held_back():
        payload: dict[str, Any] = barter.counter.slack.click(
            user, barter.counter.modal(user), "exchange"
        ).payload
    barter.counter.slack.close_modal(user, everything=True)
    return payload


@pytest.mark.parametrize(("worked", "told"), [(False, "already decided on"), (True, "is settled")])
def test_once_money_was_decided_on_no_exchange_is_chosen_any_more(
    refund: Barter, worked: bool, told: str
) -> None:
    late = held_exchange(refund, BOB)
    refund.counter.slack.click(ALICE, refund.rma.card, "refund_box")
    refund.counter.slack.submit(ALICE)
    refund.counter.slack.submit(ALICE)
    if worked:
        refund.counter.work()
    assert refund.counter.send(late).status_code == 200
    assert refund.counter.slack.modal(BOB) is None
    refund.counter.work()
    assert told in refund.counter.told(BOB)[-1]
    assert replacements(refund) == []


def test_a_form_that_was_filled_in_before_money_was_decided_on_is_refused_at_its_input(
    refund: Barter,
) -> None:
    refund.counter.slack.click(BOB, refund.rma.card, "more")
    refund.counter.slack.click(BOB, refund.counter.modal(BOB), "exchange")
    refund.counter.slack.click(ALICE, refund.rma.card, "refund_box")
    refund.counter.slack.submit(ALICE)
    refund.counter.slack.submit(ALICE)
    form = refund.counter.modal(BOB)
    refund.counter.slack.open_menu(BOB, form, refund.menu, refund.name)
    answer = refund.counter.slack.submit(BOB, form, {refund.menu: refund.article(refund.coat)})
    assert "already decided on" in str(answer.errors)
    refund.counter.work()
    assert replacements(refund) == []
