"""The buttons of a card in their order, and what stands there instead of a blocked one."""

from dataclasses import replace
from typing import Any

import pytest

from bot.rules.actions import Action, actions, at_hand, blocked
from bot.rules.case import ExchangeState, ReturnCase, StrayPayment
from bot.rules.page import Page
from bot.rules.proposal import default_choice
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests import make

RECEIVED, PENDING = ReturnStatus.RECEIVED, ReturnStatus.PENDING


def exchanging(state: ExchangeState, **given: Any) -> ReturnCase:
    """A return whose goods are back and that Alice has taken."""
    wish = make.an_exchange(state=state)
    return make.a_case(status=RECEIVED, wish=Wish.EXCHANGE, exchange=wish, owner=make.ALICE, **given)


def buttons(**given: Any) -> str:
    return " ".join(actions(make.a_case(**given)))


def test_a_new_return_asks_to_be_taken_first() -> None:
    case = make.a_case(make.an_item(reason=Reason.DAMAGED))
    assert " ".join(actions(case)) == (
        "take refund_box received message approve reject ask exchange extend label cancel hand_over "
        "timeline open_in_shop"
    )


@pytest.mark.parametrize(
    ("status", "first"),
    [
        (PENDING, "approve"),
        (ReturnStatus.APPROVED, "received"),
        (ReturnStatus.IN_TRANSIT, "received"),
        (RECEIVED, "refund_box"),
    ],
)
def test_the_owner_is_shown_the_next_step_first(status: ReturnStatus, first: str) -> None:
    assert buttons(owner=make.ALICE, status=status).split()[0] == first


def test_before_goods_arrive_there_is_a_reason_instead_of_the_refund_box() -> None:
    case = make.a_case()
    assert Action.REFUND_BOX not in actions(case)
    assert "arrived" in blocked(case)[0].message
    assert Action.REFUND_BOX in actions(make.a_case(policy=make.a_policy(keep_it=True)))


@pytest.mark.parametrize("owner", [None, make.ALICE])
def test_an_exchange_has_no_refund_box(owner: Any) -> None:
    case = make.a_case(status=RECEIVED, wish=Wish.EXCHANGE, exchange=make.an_exchange(), owner=owner)
    assert Action.REFUND_BOX not in actions(case)
    assert Action.REFUND_BOX not in actions(case)
    assert blocked(case) == ()


def test_an_order_that_cannot_give_money_back_says_why_once() -> None:
    case = make.a_case(status=RECEIVED, order=make.an_order(status="on-hold", paid_at=None))
    assert Action.REFUND_BOX not in actions(case)
    assert len(blocked(case)) == 1


def test_a_box_that_opens_needs_no_reason() -> None:
    case = make.a_case(status=RECEIVED, order=make.an_order(gateway_can_refund=False))
    assert Action.REFUND_BOX in actions(case)
    assert blocked(case) == ()


def test_cancelling_ends_with_the_first_unit() -> None:
    """S1."""
    some = make.a_case(make.an_item(received={Condition.GOOD: 1}), status=ReturnStatus.APPROVED)
    assert Action.CANCEL not in actions(some)
    assert Action.CANCEL in actions(make.a_case(status=ReturnStatus.APPROVED))


@pytest.mark.parametrize("status", [ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT])
def test_while_money_is_on_its_way_nothing_can_be_decided(status: ResolutionStatus) -> None:
    assert (
        buttons(status=RECEIVED, resolutions=(make.a_resolution(status),)) == "message timeline open_in_shop"
    )


def test_what_evidence_cannot_decide_two_buttons_do() -> None:
    doubtful = make.a_resolution(ResolutionStatus.IN_DOUBT, needs_person=True)
    found = buttons(status=RECEIVED, resolutions=(doubtful,))
    assert found == "look_was_refunded look_not_refunded message timeline open_in_shop"


def test_an_exchange_that_merely_stands_can_be_decided_on() -> None:
    held = make.a_resolution(ResolutionStatus.PLANNED, method=Method.EXCHANGE)
    found = buttons(wish=Wish.EXCHANGE, exchange=make.an_exchange(), resolutions=(held,))
    assert found.startswith("take exchange received message")


@pytest.mark.parametrize(
    ("state", "first", "later"),
    [
        (ExchangeState.WISHED, "exchange message", "cancel_exchange"),
        (ExchangeState.STUCK, "exchange exchange_again cancel_exchange message", ""),
        (ExchangeState.LAPSED, "exchange exchange_again cancel_exchange message", ""),
        (ExchangeState.AWAITING_PAYMENT, "message", "exchange cancel_exchange"),
        (ExchangeState.AWAITING_GOODS, "message", "exchange cancel_exchange"),
        (ExchangeState.UNDER_WAY, "message", "exchange cancel_exchange"),
        (ExchangeState.ENDING, "message", ""),
    ],
)
def test_what_can_be_done_about_an_exchange_stands_on_the_card_when_it_waits_for_somebody(
    state: ExchangeState, first: str, later: str
) -> None:
    case = exchanging(state)
    assert [one for one in at_hand(case) if one is not Action.RECEIVED] == first.split()
    assert set(later.split()) <= set(actions(case))
    if state is ExchangeState.ENDING:
        assert not {Action.EXCHANGE, Action.CANCEL_EXCHANGE, Action.REFUND_BOX} & set(actions(case))


def test_calling_off_that_got_stuck_can_only_be_tried_again() -> None:
    case = exchanging(ExchangeState.STUCK)
    assert case.exchange is not None
    case = replace(case, exchange=replace(case.exchange, ending=True))
    assert at_hand(case)[0] is Action.EXCHANGE_AGAIN
    assert not {Action.EXCHANGE, Action.CANCEL_EXCHANGE, Action.REFUND_BOX} & set(actions(case))


@pytest.mark.parametrize("state", [one for one in ExchangeState if one is not ExchangeState.DONE])
def test_as_long_as_an_exchange_stands_no_button_gives_money_back(state: ExchangeState) -> None:
    assert Action.REFUND_BOX not in actions(exchanging(state))


def test_what_is_due_beside_a_finished_exchange_is_paid_through_the_ordinary_box() -> None:
    done = make.a_resolution(method=Method.EXCHANGE, amount=make.money("0.00"))
    case = exchanging(ExchangeState.DONE, resolutions=(done,))
    assert actions(case)[0] is Action.REFUND_BOX
    assert Action.EXCHANGE not in actions(case)
    assert default_choice(case).method is Method.STORE_CREDIT
    assert not default_choice(case).deduct_label


def test_a_stray_payment_can_be_given_back_whatever_became_of_the_return() -> None:
    stray = StrayPayment(2, make.money("30.00"), make.NOON, "pi_2")
    for status in (RECEIVED, ReturnStatus.RESOLVED, ReturnStatus.CANCELLED):
        wish = make.an_exchange(strays=(stray,))
        case = make.a_case(status=status, wish=Wish.EXCHANGE, exchange=wish)
        assert at_hand(case)[0] is Action.GIVE_STRAY_BACK


@pytest.mark.parametrize(
    "status",
    [ReturnStatus.RESOLVED, ReturnStatus.REJECTED, ReturnStatus.CANCELLED, ReturnStatus.EXPIRED],
)
def test_a_closed_return_can_be_reopened(status: ReturnStatus) -> None:
    assert buttons(status=status) == "message timeline open_in_shop reopen"


def test_an_order_closed_elsewhere_leaves_nothing_to_decide() -> None:
    """S6."""
    found = buttons(status=RECEIVED, order=make.an_order(status="cancelled"))
    assert found == "message timeline open_in_shop"


def test_the_customers_page_is_opened_and_shut_whatever_stands_with_the_return() -> None:
    for case in (make.a_case(), make.a_case(status=RECEIVED), make.a_case(status=ReturnStatus.CANCELLED)):
        assert not {Action.NEW_LINK, Action.LOCK_PAGE} & {*actions(case)}
        assert {Action.NEW_LINK, Action.LOCK_PAGE} <= {*actions(replace(case, page=Page.OPEN))}
        locked = actions(replace(case, page=Page.LOCKED))
        assert Action.NEW_LINK in locked
        assert Action.LOCK_PAGE not in locked
