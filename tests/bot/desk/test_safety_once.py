"""One decision, one payment, where the order has more left to give: nothing but the desk would stop a second.

Each of these orders holds four mugs and one comes back, so neither shop nor bank would refuse to pay again.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from bot.config import StripeRefunds
from bot.desk import decisions
from bot.desk.resolution import resolve
from bot.errors import DeskError
from bot.operations import Task
from bot.resolutions import REFUND
from bot.rules.choice import ChosenUnits
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.stripe import Trouble
from store.terms import Method, ResolutionStatus, ReturnStatus
from tests.bot.desk.bench import (
    a_worker,
    an_order,
    arrived,
    at_the_bank,
    decide,
    impatient,
    let_pass,
    one_of_four,
    told,
    with_a_bank,
)
from tests.bot.desk.deaths import Died
from tests.world import ALICE, BOB, World

LATE = 10_000  # seconds, longer than any of these tests: the money comes when the test says so


def payments(world: World, order: shops.Order) -> list[int]:
    """What the shop's gateway paid, in minor units, one by one."""
    return [paid.amount_minor for paid in world.shop.ledger.refunds(order.id)]


def test_a_worker_that_dies_after_asking_a_slow_bank_is_not_followed_by_one_that_asks_again(
    world: World,
) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.PAID_LATE, seconds=LATE)
    refund = world.journal.performers[REFUND]

    def send_and_die(task: Task) -> Mapping[str, Any]:
        with suppress(Exception):
            refund.send(task)
        raise Died

    mortal = {**world.journal.performers, REFUND: replace(refund, send=send_and_die)}
    world.journal = replace(world.journal, performers=mortal)
    with pytest.raises(Died):
        world.journal.run_all()
    world.journal = a_worker(world)
    let_pass(world, hours=1)
    world.shop.settle_late()
    assert payments(world, order) == [3300]
    assert world.case(return_id).resolutions[0].needs_person


def test_an_answer_that_is_lost_leaves_no_room_for_a_second_decision(world: World) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.work()
    with suppress(DeskError):
        decide(world, return_id)
    let_pass(world, hours=1)
    assert payments(world, order) == [3300]
    assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_a_lost_answer_is_looked_for_and_the_request_is_not_made_again(world: World) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    let_pass(world, hours=1)
    assert payments(world, order) == [3300]
    assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_an_error_500_of_a_shop_whose_bank_pays_later_is_not_answered_by_a_second_request(
    world: World,
) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.PAID_LATE, seconds=LATE)
    let_pass(world, hours=1)
    world.shop.settle_late()
    assert payments(world, order) == [3300]
    assert world.case(return_id).resolutions[0].needs_person


def test_a_bank_that_pays_after_five_minutes_is_not_asked_a_second_time(world: World) -> None:
    with with_a_bank(world) as stripe:
        order, return_id = one_of_four(world, payment_method="stripe")
        decide(world, return_id)
        world.shop.plan_mishap(Mishap.PAID_LATE, seconds=LATE)
        let_pass(world, minutes=5)
        world.shop.settle_late()
        let_pass(world, hours=2)
        assert at_the_bank(stripe, order) == 3300
        assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_a_request_that_stripe_takes_up_after_we_stopped_waiting_is_repeated_under_the_same_key(
    world: World,
) -> None:
    with with_a_bank(world, StripeRefunds.DIRECT) as stripe, impatient(world, stripe, 0.4):
        order, return_id = one_of_four(world, payment_method="stripe")
        decide(world, return_id)
        stripe.trouble(Trouble.SLOW, method="POST", path="/v1/refunds", seconds=1.2)
        let_pass(world, minutes=1)
        time.sleep(1.5)
        let_pass(world, hours=26)
        assert at_the_bank(stripe, order) == 3300
        assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_a_shop_that_dies_before_it_writes_meta_data_is_understood_by_its_reason(world: World) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.DIES_BEFORE_META)
    let_pass(world, hours=1)
    assert payments(world, order) == [3300]
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.DONE


def test_a_row_that_nobody_paid_is_not_called_done(world: World) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.DIES_BEFORE_MONEY)
    let_pass(world, hours=1)
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.IN_DOUBT
    assert world.case(return_id).resolutions[0].needs_person
    assert payments(world, order) == []


def test_a_refund_by_hand_a_moment_earlier_is_not_followed_by_ours(world: World) -> None:
    order, return_id = one_of_four(world)
    decide(world, return_id)
    world.shop.refund_by_hand(order.id, "33.00", via_gateway=True)
    let_pass(world, hours=1)
    assert payments(world, order) == [3300]
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.REFUSED


def test_a_decision_on_what_has_changed_meanwhile_pays_nothing(world: World) -> None:
    order, return_id = one_of_four(world)
    seen = world.case(return_id)
    decisions.take(world.desk, return_id, BOB)
    with suppress(DeskError):
        resolve(world.desk, return_id, ALICE, seen.version, default_choice(seen))
    let_pass(world, hours=1)
    assert payments(world, order) == []


@pytest.mark.parametrize("method", [Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND])
def test_a_return_is_settled_once_although_other_units_of_it_are_left(world: World, method: Method) -> None:
    order = an_order(world, 4)
    line = world.desk.shop.read_order(order.id).products[0].line_id
    return_id = arrived(world, order, units={line: 2})
    half = (ChosenUnits(line, 1),)
    decide(world, return_id, units=half)
    with suppress(DeskError):
        decide(world, return_id, method, BOB, units=half)
    world.work()
    with suppress(DeskError):
        decide(world, return_id, method, BOB, units=half)
    let_pass(world, hours=1)
    assert payments(world, order) == [3300]
    assert world.shop.state.coupons == {}
    assert [row.amount for row in world.shop.refunds(order.id)] == [33]


def test_a_credit_that_staff_threw_away_is_not_made_a_second_time(world: World) -> None:
    _, return_id = one_of_four(world)
    decide(world, return_id, Method.STORE_CREDIT)
    while not world.shop.state.coupons:
        assert world.journal.run_due()
    (coupon,) = world.shop.state.coupons.values()
    coupon.status = "trash"
    let_pass(world, days=1)
    assert [one.status for one in world.shop.state.coupons.values()] == ["trash"]
    assert "not_told" in told(world, return_id)
