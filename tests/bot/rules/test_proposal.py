"""What the refund box shows ticked when it opens."""

from datetime import date

import pytest

from bot.rules.choice import ChosenUnits
from bot.rules.refund import default_choice, quote_for
from store.terms import Condition, Method, Reason, ResolutionStatus, ReturnStatus, Wish
from tests import make
from tests.make import money

RECEIVED = ReturnStatus.RECEIVED


def units(choice_units: tuple[ChosenUnits, ...]) -> list[tuple[int, int, str]]:
    return [(one.line_id, one.quantity, one.condition.value) for one in choice_units]


def test_before_anything_arrives_the_announced_units_are_ticked() -> None:
    choice = default_choice(make.a_case())
    assert units(choice.units) == [(1, 2, "good")]
    assert (choice.deduct_label, choice.restock) == (True, False)


def test_what_arrived_is_ticked_in_its_condition_and_missing_units_are_not() -> None:
    received = {Condition.GOOD: 1, Condition.DAMAGED: 1, Condition.WRONG_ITEM: 1, Condition.MISSING: 1}
    case = make.a_case(
        make.an_item(quantity=4, received=received), order=make.an_order(make.a_line(quantity=4))
    )
    assert units(default_choice(case).units) == [(1, 1, "good"), (1, 1, "damaged"), (1, 1, "wrong_item")]


def test_a_line_that_did_not_arrive_is_not_ticked_beside_one_that_did() -> None:
    order = make.an_order(make.a_line(1), make.a_line(2))
    case = make.a_case(make.an_item(1, received={Condition.GOOD: 2}), make.an_item(2), order=order)
    assert units(default_choice(case).units) == [(1, 2, "good")]


def test_more_than_announced_is_not_ticked() -> None:
    case = make.a_case(make.an_item(quantity=1, received={Condition.GOOD: 3}))
    assert units(default_choice(case).units) == [(1, 1, "good")]


def test_units_settled_before_are_not_ticked_again() -> None:
    """S3: one came and was paid, then the other one came."""
    first = make.a_settlement(make.a_quote(choice=make.a_choice((1, 1))))
    done = make.a_resolution()
    case = make.a_case(status=RECEIVED, settlements=(first,), resolutions=(done,))
    choice = default_choice(case)
    assert units(choice.units) == [(1, 1, "good")]
    assert choice.deduct_label is False  # one parcel, one label: it was deducted the first time


def test_units_refunded_elsewhere_are_not_ticked() -> None:
    order = make.an_order(refunds=(make.a_refund("66.00", make.refunded(1, 2, "66.00")),))
    assert units(default_choice(make.a_case(status=RECEIVED, order=order)).units) == [(1, 1, "good")]


@pytest.mark.parametrize(("reason", "label"), [(Reason.DAMAGED, False), (Reason.TOO_SMALL, True)])
def test_the_label_is_deducted_unless_the_shop_is_at_fault(reason: Reason, label: bool) -> None:
    policy = make.a_policy(restocking_fee_percent=15)
    choice = default_choice(make.a_case(make.an_item(reason=reason), policy=policy))
    assert (choice.deduct_label, choice.charge_fee) == (label, label)


def test_a_label_that_costs_nothing_is_not_deducted() -> None:
    assert not default_choice(make.a_case(policy=make.a_policy(label_cost="0"))).deduct_label


def test_good_units_of_counted_products_go_back_on_the_shelf() -> None:
    order = make.an_order()
    counted = make.a_case(status=RECEIVED, order=order)
    not_counted = make.a_case(status=RECEIVED, order=order, stock={})
    damaged = make.a_case(make.an_item(received={Condition.DAMAGED: 2}), status=RECEIVED)
    assert [default_choice(case).restock for case in (counted, not_counted, damaged)] == [True, False, False]


@pytest.mark.parametrize(
    ("wish", "gateway", "method"),
    [
        (Wish.REFUND, True, Method.GATEWAY_REFUND),
        (Wish.REFUND, False, Method.MANUAL_REFUND),
        (Wish.STORE_CREDIT, True, Method.STORE_CREDIT),
        (Wish.EXCHANGE, True, Method.EXCHANGE),
    ],
)
def test_the_method_is_the_wish_as_far_as_possible(wish: Wish, gateway: bool, method: Method) -> None:
    case = make.a_case(wish=wish, order=make.an_order(gateway_can_refund=gateway))
    assert default_choice(case).method is method


def test_a_full_withdrawal_in_time_pays_shipping_back() -> None:
    """M9."""
    order = make.an_order(make.a_line(1, "66.00", 2), make.shipping())
    whole = make.a_case(order=order, status=RECEIVED)
    late = make.a_case(order=order, status=RECEIVED, window_end=date(2026, 11, 20))
    part = make.a_case(order=make.an_order(make.a_line(), make.shipping()), status=RECEIVED)
    before = make.a_refund("6.00", make.refunded(90, 0, "6.00"))
    again = make.a_case(order=make.an_order(*order.lines, refunds=(before,)), status=RECEIVED)
    assert [default_choice(case).refund_shipping for case in (whole, late, part, again)] == [
        True,
        *[False] * 3,
    ]
    assert quote_for(whole, default_choice(whole)).amount == money("67.10")


def test_an_unusual_order_is_proposed_nothing() -> None:
    """G11."""
    choice = default_choice(make.a_case(status=RECEIVED, order=make.an_order(needs_human=("deposit",))))
    assert (choice.units, choice.deduct_label, choice.restock) == ((), False, False)


def test_a_refused_attempt_leaves_the_label_to_be_deducted() -> None:
    refused = make.a_resolution(ResolutionStatus.REFUSED)
    assert default_choice(make.a_case(status=RECEIVED, resolutions=(refused,))).deduct_label
