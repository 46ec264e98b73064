"""The buttons of a card in their order, and what stands there instead of a blocked one."""

from typing import Any

import pytest

from bot.rules.actions import Action, actions, blocked
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests import make

RECEIVED, PENDING = ReturnStatus.RECEIVED, ReturnStatus.PENDING


def buttons(**given: Any) -> str:
    return " ".join(actions(make.a_case(**given)))


def test_a_new_return_asks_to_be_taken_first() -> None:
    case = make.a_case(make.an_item(reason=Reason.DAMAGED))
    assert " ".join(actions(case)) == (
        "take refund_box received message approve reject ask extend cancel hand_over timeline open_in_shop"
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
    assert found.startswith("take received message")


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
