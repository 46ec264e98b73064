"""Store credit through Slack: see what is left, send the code again, take it back with a reason."""

from dataclasses import replace

import pytest

from bot.desk.access import find_operator
from bot.desk.credits_people import credits_of
from bot.desk.resolution import load_settling, resolve
from bot.rules.proposal import default_choice
from bot.sandbox.story.people import ALICE
from store.terms import Method
from tests.counter import Counter, Rma


@pytest.fixture
def rma(counter: Counter) -> Rma:
    rma = counter.open(arrived=True)
    settling = load_settling(counter.desk, rma.return_id)
    choice = replace(default_choice(settling.case), method=Method.STORE_CREDIT, deduct_label=False)
    resolve(counter.desk, rma.return_id, find_operator(counter.desk, ALICE), settling.case.version, choice)
    counter.work()
    return rma


def open_credits(counter: Counter, rma: Rma, user: str = ALICE) -> None:
    counter.slack.click(user, rma.card, "more")
    counter.slack.click(user, counter.modal(user), "store_credit")


def notes_with_code(counter: Counter) -> list[str]:
    code = list(counter.shop.state.coupons.values())[-1].code.upper()
    return [note.text for note in counter.shop.state.notes.values() if code in note.text]


def test_what_is_left_is_shown_and_the_code_is_sent_again(counter: Counter, rma: Rma) -> None:
    open_credits(counter, rma)
    assert "No order has used it." in str(counter.modal().blocks)
    counter.slack.click(ALICE, counter.modal(), "resend_credit")
    counter.work()
    assert len(notes_with_code(counter)) == 2


def test_an_unused_credit_is_taken_back_with_a_reason(counter: Counter, rma: Rma) -> None:
    open_credits(counter, rma)
    counter.slack.click(ALICE, counter.modal(), "revoke_credit")
    counter.slack.submit(ALICE, values={"reason": "Sent by mistake"})
    counter.work()
    (credit,) = credits_of(counter.desk, rma.return_id)
    assert credit.gone
    assert not credit.left


def test_taking_it_back_after_an_order_used_it_says_no(counter: Counter, rma: Rma) -> None:
    open_credits(counter, rma)
    counter.slack.click(ALICE, counter.modal(), "revoke_credit")
    coupon = list(counter.shop.state.coupons.values())[-1]
    counter.order(1, coupon=coupon.code)
    counter.slack.submit(ALICE, values={"reason": "Sent by mistake"})
    counter.work()
    (credit,) = credits_of(counter.desk, rma.return_id)
    assert credit.left
    assert (credit.used, credit.revoked, credit.gone) == (True, False, False)


def test_the_shops_webhook_about_an_order_nobody_returns_lowers_the_credit(
    counter: Counter, rma: Rma
) -> None:
    coupon = list(counter.shop.state.coupons.values())[-1]
    before = coupon.amount
    counter.order(1, coupon=coupon.code)
    counter.shop.run_queue()
    counter.work()
    assert coupon.amount < before
    (credit,) = credits_of(counter.desk, rma.return_id)
    assert credit.used
