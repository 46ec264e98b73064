"""What is taken as evidence of a refund: nothing that is only like it, early, or somebody else's."""

import time

from bot.config import StripeRefunds
from bot.sandbox.faults import Fault
from bot.sandbox.stripe import Trouble
from store.terms import ResolutionStatus
from tests.bot.desk.bench import at_the_bank, decide, impatient, let_pass, one_of_four, with_a_bank
from tests.world import World


def status(world: World, return_id: int) -> ResolutionStatus:
    """What the desk says of the only decision."""
    return world.case(return_id).resolutions[0].status


def test_a_refund_that_somebody_makes_at_the_bank_is_not_taken_for_one_of_ours_that_was_lost(
    world: World,
) -> None:
    with with_a_bank(world) as stripe:
        order, return_id = one_of_four(world, payment_method="stripe")
        decide(world, return_id)
        world.faults.plan("shop", Fault.LOST_BEFORE, method="POST", path="/refunds$")
        world.work()
        stripe.refund_from_plugin(order.transaction_id, 1000, "goodwill, by hand")
        let_pass(world, hours=1)
        assert status(world, return_id) is not ResolutionStatus.DONE
        assert at_the_bank(stripe, order) == 1000


def test_a_bank_that_paid_more_back_than_the_shop_knows_of_stops_the_refund(world: World) -> None:
    with with_a_bank(world) as stripe:
        order, return_id = one_of_four(world, payment_method="stripe")
        decide(world, return_id)
        stripe.refund_from_plugin(order.transaction_id, 3300, "by hand, past the shop")
        let_pass(world, hours=1)
        assert at_the_bank(stripe, order) == 3300
        assert status(world, return_id) is ResolutionStatus.REFUSED


def test_a_first_answer_of_stripes_that_is_repeated_is_not_believed_when_the_bank_gave_it_back(
    world: World,
) -> None:
    with with_a_bank(world, StripeRefunds.DIRECT) as stripe, impatient(world, stripe, 0.4):
        order, return_id = one_of_four(world, payment_method="stripe")
        decide(world, return_id)
        stripe.trouble(Trouble.SLOW, method="POST", path="/v1/refunds", seconds=1.0)
        world.work()
        time.sleep(1.2)
        stripe.change_refund(stripe.all("refund")[0]["id"], "failed")
        let_pass(world, hours=1)
        assert at_the_bank(stripe, order) == 0
        assert status(world, return_id) is not ResolutionStatus.DONE


def test_a_reference_that_another_one_begins_with_is_not_taken_for_it(world: World) -> None:
    order, return_id = one_of_four(world)
    reference = decide(world, return_id)
    world.shop.refund_by_hand(order.id, "33.00", reason=f"{reference}0 · one of ten")
    let_pass(world, hours=1)
    assert world.paid_back(order) == 3300
    assert status(world, return_id) is ResolutionStatus.DONE
