"""Where money could move twice, be lost, or be called by the wrong name. The ledger is the only judge."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest

from bot.desk import decisions
from bot.desk.performers import shop_performers
from bot.desk.resolution import allow_one_more, confirm_done
from bot.errors import Blocked, DeskError
from bot.sandbox import shop as shops
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from store.terms import Method, OperationState, ResolutionStatus, ReturnStatus
from tests.bot.desk.bench import (
    a_worker,
    an_order,
    arrived,
    decide,
    let_pass,
    operations,
    told,
    with_a_bank,
)
from tests.world import ALICE, BOB, World


def first(world: World, return_id: int) -> int:
    return world.case(return_id).resolutions[0].resolution_id


def payments(world: World, order: shops.Order) -> int:
    return len(world.shop.ledger.refunds(order.id))


def test_a_credit_that_is_in_doubt_at_both_of_its_steps_still_ends_well(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id, Method.STORE_CREDIT)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/coupons$")
    let_pass(world, hours=2)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert len(world.shop.state.coupons) == 1
    assert told(world, return_id).count("in_doubt") == 2


def test_one_more_try_may_be_in_doubt_again(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_BEFORE, method="POST", path="/refunds$")
    let_pass(world, hours=1)
    allow_one_more(world.desk, return_id, BOB, first(world, return_id))
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    let_pass(world, hours=1)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert payments(world, order) == 1


def test_a_resolution_that_was_refused_cannot_be_brought_back_beside_a_new_one(world: World) -> None:
    order = an_order(world, 3)
    return_id = arrived(world, order, units={an_line(world, order): 1})
    decide(world, return_id)
    world.shop.refund_by_hand(order.id, "5.00")
    world.work()
    refused = first(world, return_id)
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.REFUSED
    assert world.case(return_id).order.refunded.minor == 500
    decide(world, return_id)
    for bring_back in (
        lambda: allow_one_more(world.desk, return_id, BOB, refused),
        lambda: confirm_done(world.desk, return_id, BOB, refused, "re_1"),
    ):
        with pytest.raises(Blocked):
            bring_back()
    let_pass(world, hours=1)
    assert payments(world, order) == 1


def an_line(world: World, order: shops.Order) -> int:
    return world.desk.shop.read_order(order.id).products[0].line_id


def test_another_amount_in_the_shop_than_asked_for_is_not_called_done(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.work()
    world.shop.refunds(order.id)[0].amount = Decimal("65.00")
    let_pass(world, hours=1)
    assert world.case(return_id).resolutions[0].needs_person
    assert payments(world, order) == 1


def test_two_rows_of_one_refund_are_not_called_done(world: World) -> None:
    order = an_order(world, 4)
    return_id = arrived(world, order, units={an_line(world, order): 1})
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.work()
    made = world.shop.refunds(order.id)[0]
    world.shop.refund_by_hand(order.id, str(made.amount), reason=made.reason, via_gateway=True)
    let_pass(world, hours=1)
    assert world.case(return_id).resolutions[0].needs_person


def test_a_payment_that_came_late_is_found_by_its_reference_and_not_called_refused(world: World) -> None:
    with with_a_bank(world) as stripe:
        order = an_order(world, payment_method="stripe")
        return_id = arrived(world, order)
        decide(world, return_id)
        world.shop.plan_mishap(Mishap.PAID_LATE, seconds=10_000)
        let_pass(world, minutes=15.5)
        assert operations(world, "shop.refund")[0].absent_since is not None
        world.clock.pass_(seconds=61)
        world.journal.run_due()
        assert operations(world, "shop.refund")[0].state is OperationState.DUE
        world.shop.settle_late()
        let_pass(world, hours=2)
        assert [row.status for row in world.case(return_id).resolutions] == [ResolutionStatus.DONE]
        assert stripe.refunded(stripe.get(order.transaction_id)["payment_intent"]) == 6600
        assert told(world, return_id)[-1] == "booked"


def test_money_that_may_be_ours_stops_one_more_try_and_stays_in_doubt(world: World) -> None:
    order = an_order(world, 4)
    return_id = arrived(world, order, units={an_line(world, order): 1})
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.PAID_LATE, seconds=10_000)
    let_pass(world, hours=1)
    allow_one_more(world.desk, return_id, BOB, first(world, return_id))
    world.shop.settle_late()
    world.shop.refund_by_hand(order.id, "33.00", reason="Refunded via Stripe dashboard")
    let_pass(world, hours=1)
    assert payments(world, order) == 1
    row = world.case(return_id).resolutions[0]
    assert row.status is ResolutionStatus.IN_DOUBT
    assert row.needs_person


def test_a_credit_that_is_refused_after_a_person_confirmed_its_booking_keeps_the_slot(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id, Method.STORE_CREDIT)
    world.faults.plan("shop", Fault.LOST_BEFORE, method="POST", path="/refunds$", times=2)
    let_pass(world, hours=2)
    confirm_done(world.desk, return_id, BOB, first(world, return_id), "refund no. 7")
    forbid_writing(world)
    let_pass(world, hours=2)
    row = world.case(return_id).resolutions[0]
    assert row.status is ResolutionStatus.IN_DOUBT
    assert row.needs_person


def forbid_writing(world: World) -> None:
    keys = world.shop.state.keys
    keys.update({name: replace(key, permissions="read") for name, key in keys.items()})


def test_a_refusal_before_the_gateway_is_called_a_refusal(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    forbid_writing(world)
    world.work()
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.REFUSED
    assert payments(world, order) == 0


def test_an_order_that_vanishes_while_its_refund_is_in_doubt_leads_to_a_person(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.work()
    order.status = "trash"
    let_pass(world, hours=1)
    assert world.case(return_id).resolutions[0].needs_person


def test_a_new_secret_key_makes_no_second_credit_and_sends_no_wrong_code(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id, Method.STORE_CREDIT)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/coupons$")
    world.work()
    renew_secret_key(world)
    let_pass(world, hours=2)
    assert len(world.shop.state.coupons) == 1
    assert world.case(return_id).resolutions[0].needs_person


def test_a_credit_note_leaves_only_with_a_code_the_shop_knows(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id, Method.STORE_CREDIT)
    while not world.shop.state.coupons:
        assert world.journal.run_due()
    renew_secret_key(world)
    let_pass(world, hours=1)
    assert not any("CREDIT-" in mail.text for mail in world.shop.outbox)


def renew_secret_key(world: World) -> None:
    settings = world.desk.settings.model_copy(
        update={"secret_key": type(world.desk.settings.secret_key)("f" * 32)}
    )
    world.desk = replace(world.desk, settings=settings)
    world.journal = replace(world.journal, performers=shop_performers(world.desk))


def test_a_shop_that_dies_before_the_shelf_is_said_to_have_put_nothing_back(world: World) -> None:
    order = an_order(world)
    before = world.shop.state.products[order.lines[0].product_id].stock
    return_id = arrived(world, order)
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.DIES_BEFORE_RESTOCK)
    let_pass(world, hours=1)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert world.shop.state.products[order.lines[0].product_id].stock == before
    assert "not_restocked" in told(world, return_id)


def test_a_shelf_nobody_can_look_at_is_not_said_to_be_full(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.shop.plan_mishap(Mishap.DIES_BEFORE_RESTOCK)
    world.journal.run_all()
    world.faults.plan("shop", Fault.LOST_BEFORE, path="/wp-json/wc/v3/products", times=200)
    let_pass(world, hours=1)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert "shelf_unseen" in told(world, return_id)


def test_a_bank_in_another_currency_neither_stops_nor_breaks_a_refund(world: World) -> None:
    with with_a_bank(world) as stripe:
        order = an_order(world, payment_method="stripe")
        charge = stripe.charge(5000, "usd", {}, "paid in another currency than the shop shows")
        stripe.refund_from_plugin(charge.charge, 100, "earlier")
        next(row for row in order.meta if row.key == "_stripe_intent_id").value = charge.payment_intent
        return_id = arrived(world, order)
        decide(world, return_id)
        let_pass(world, hours=1)
        assert world.case(return_id).status is ReturnStatus.RESOLVED


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Run the deeds at the same time; what each returned, or the rule that stopped it."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        except DeskError as e:
            return e

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_two_returns_of_one_order_settled_in_the_same_instant_share_what_is_left(world: World) -> None:
    for _ in range(3):
        order = an_order(world)
        line = an_line(world, order)
        one = arrived(world, order, units={line: 1})
        two = arrived(world, order, units={line: 1})
        world.shop.refund_by_hand(order.id, "20.00")
        world.desk.shop.read_order(order.id)
        decisions_made = at_once(lambda a=one: decide(world, a), lambda b=two: decide(world, b))  # type: ignore[misc]
        let_pass(world, hours=1)
        assert len(decisions_made) == 2
        assert world.paid_back(order) + 2000 <= 6600


def test_a_deadline_moved_while_a_refund_is_decided_stops_neither(world: World) -> None:
    for number in range(5):
        order = an_order(world)
        return_id = arrived(world, order)
        day = date(2030, 1, 1 + number)
        results = at_once(
            lambda a=return_id: decide(world, a),  # type: ignore[misc]
            lambda o=order, d=day: decisions.extend(world.desk, o.id, ALICE, d, "holiday"),  # type: ignore[misc]
        )
        assert all(result is None or isinstance(result, str | DeskError) for result in results)


def test_two_workers_on_one_decision_pay_once(world: World) -> None:
    for _ in range(3):
        order = an_order(world)
        return_id = arrived(world, order)
        decide(world, return_id)
        other = a_worker(world)
        at_once(world.journal.run_all, other.run_all, world.journal.run_due, other.run_due)
        let_pass(world, hours=1)
        assert payments(world, order) == 1
        assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_a_booking_that_was_never_made_gives_way_to_one_made_by_hand(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id, Method.MANUAL_REFUND)
    world.faults.plan("shop", Fault.LOST_BEFORE, method="POST", path="/refunds$")
    world.work()
    world.shop.refund_by_hand(order.id, "66.00")
    let_pass(world, hours=2)
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.REFUSED


@pytest.mark.slow
def test_a_shop_that_is_away_for_days_is_not_forgotten(world: World) -> None:
    order = an_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    world.work()
    world.faults.plan("shop", Fault.FORBIDDEN_BEFORE, path="/", times=100_000)
    let_pass(world, hours=50)
    assert told(world, return_id).count("still_in_doubt") == 4
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.IN_DOUBT
    world.faults.clear()
    let_pass(world, hours=1)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert payments(world, order) == 1


def test_what_a_reopened_return_has_settled_is_not_kept_from_another_return(world: World) -> None:
    order = an_order(world)
    line = an_line(world, order)
    one, two = (arrived(world, order, units={line: 1}) for _ in range(2))
    decide(world, one)
    let_pass(world, hours=1)
    decisions.reopen(world.desk, one, ALICE, world.case(one).version, "more may come")
    decide(world, two)
    let_pass(world, hours=1)
    assert world.case(two).status is ReturnStatus.RESOLVED
    assert world.paid_back(order) == 6600
