"""Refunds asked of Stripe directly, the shop's books that follow, and banks that take their time."""

from collections.abc import Iterator

import pytest

from bot.config import StripeRefunds
from bot.desk.resolution import allow_one_more, confirm_done
from bot.errors import Blocked
from bot.gateways.stripe import StripeRefundOrder
from bot.sandbox import shop as shops
from bot.sandbox.stripe import Stripe, Trouble
from store.models import Operation
from store.money import Money
from store.terms import Method, OperationState, ResolutionStatus, ReturnStatus
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, operations, told, with_a_bank
from tests.world import ALICE, BOB, World


@pytest.fixture
def stripe(world: World) -> Iterator[Stripe]:
    with with_a_bank(world, StripeRefunds.DIRECT) as stripe:
        yield stripe


def card_order(world: World, quantity: int = 2) -> shops.Order:
    return an_order(world, quantity, payment_method="stripe")


def paid_back(stripe: Stripe, order: shops.Order) -> int:
    return stripe.refunded(stripe.get(order.transaction_id)["payment_intent"])


def payout(world: World) -> Operation:
    return operations(world, "stripe.refund")[-1]


def stock(world: World, order: shops.Order) -> int:
    return int(world.shop.state.products[order.lines[0].product_id].stock or 0)


def first(world: World, return_id: int) -> int:
    return world.case(return_id).resolutions[0].resolution_id


def mails(world: World) -> list[str]:
    return [mail.text for mail in world.shop.outbox if mail.kind == "customer_note"]


def test_the_money_moves_at_once_and_the_shop_books_it_later_without_moving_it_again(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world)
    before = stock(world, order)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.work()
    assert paid_back(stripe, order) == 6600
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert world.shop.refunds(order.id) == []
    let_pass(world, minutes=15)
    (row,) = world.shop.refunds(order.id)
    assert (str(row.amount), row.refunded_payment) == ("66.00", False)
    assert stock(world, order) == before + 2
    assert paid_back(stripe, order) == 6600
    assert told(world, return_id).count("booked") == 1
    assert world.case(return_id).outside_refunds == ()


def test_a_row_of_the_shops_own_plugin_is_taken_as_the_booking_and_the_units_still_go_back(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world)
    before = stock(world, order)
    return_id = arrived(world, order)
    decide(world, return_id)
    world.work()
    world.shop.refund_by_hand(order.id, "66.00", reason="Refunded via Stripe dashboard")
    let_pass(world, minutes=15)
    assert [str(row.amount) for row in world.shop.refunds(order.id) if row.amount] == ["66.00"]
    assert stock(world, order) == before + 2
    assert world.case(return_id).outside_refunds == ()
    assert world.case(return_id).resolutions[0].refund_id is not None


def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_key(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.trouble(Trouble.ERROR_AFTER, method="POST", path="/v1/refunds")
    let_pass(world, minutes=2)
    assert paid_back(stripe, order) == 6600
    assert world.case(return_id).status is ReturnStatus.RESOLVED


@pytest.mark.slow
def test_an_error_that_stripe_keeps_under_the_key_pays_once_after_a_day_under_a_new_one(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.trouble(Trouble.ERROR_BEFORE, method="POST", path="/v1/refunds")
    let_pass(world, hours=22)
    assert paid_back(stripe, order) == 0
    assert payout(world).key_version == 1
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.IN_DOUBT
    let_pass(world, hours=4)
    assert payout(world).key_version == 2
    assert paid_back(stripe, order) == 6600
    assert world.case(return_id).status is ReturnStatus.RESOLVED


def test_a_key_that_stands_for_another_request_is_given_up_after_the_quiet_period(
    world: World, stripe: Stripe, caplog: pytest.LogCaptureFixture
) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    other = StripeRefundOrder(stripe.charge(900, "eur").payment_intent, Money(100, "EUR"), "x", "", {})
    assert world.desk.payments is not None
    world.desk.payments.create_refund(other, f"op:{payout(world).payload['operation']}:refund:v1")
    let_pass(world, minutes=14)
    assert payout(world).attempt == 1
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.IN_DOUBT
    let_pass(world, hours=1)
    assert paid_back(stripe, order) == 6600
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert [record.levelname for record in caplog.records].count("ERROR") == 1


def test_a_limit_of_stripe_is_waited_out(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.trouble(Trouble.BUSY, method="POST", path="/v1/refunds", times=3)
    let_pass(world, minutes=2)
    assert paid_back(stripe, order) == 6600
    assert "in_doubt" not in told(world, return_id)


def test_a_plain_no_of_stripe_is_a_refusal_with_its_reason(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    intent = stripe.get(order.transaction_id)["payment_intent"]
    stripe.dispute(intent)
    world.work()
    row = world.case(return_id).resolutions[0]
    assert row.status is ResolutionStatus.REFUSED
    assert "charged back" in str(row.why_values)
    assert paid_back(stripe, order) == 0


def test_somebody_who_was_quicker_in_stripes_dashboard_stops_the_refund(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.refund_from_plugin(order.transaction_id, 6600, "by hand")
    world.work()
    assert world.case(return_id).resolutions[0].status is ResolutionStatus.REFUSED
    assert paid_back(stripe, order) == 6600


def test_a_second_part_of_the_same_order_does_not_take_the_plugins_row_for_a_stranger(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world, 4)
    line = world.desk.shop.read_order(order.id).products[0].line_id
    one = arrived(world, order, units={line: 1})
    two = arrived(world, order, units={line: 1})
    decide(world, one)
    world.work()
    decide(world, two)
    world.shop.refund_by_hand(order.id, "33.00", reason="Refunded via Stripe dashboard")
    let_pass(world, minutes=20)
    assert paid_back(stripe, order) == 6600
    assert [world.case(each).status for each in (one, two)] == [ReturnStatus.RESOLVED] * 2
    assert [str(row.amount) for row in world.shop.refunds(order.id) if row.amount] == ["33.00", "33.00"]
    ids = {world.case(each).resolutions[0].refund_id for each in (one, two)}
    assert len(ids) == 2


def test_the_setting_leaves_refunds_to_the_shop(world: World) -> None:
    with with_a_bank(world, StripeRefunds.SHOP) as stripe:
        order = card_order(world)
        decide(world, arrived(world, order))
        world.work()
        assert paid_back(stripe, order) == 6600
        assert operations(world, "stripe.refund") == []


def test_a_payment_in_another_currency_is_left_to_the_shop(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    charge = stripe.charge(8000, "usd", {}, "paid in another currency than the shop shows")
    next(row for row in order.meta if row.key == "_stripe_intent_id").value = charge.payment_intent
    decide(world, arrived(world, order))
    assert operations(world, "stripe.refund") == []


def test_a_pending_refund_is_watched_until_the_bank_takes_it(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.script_refunds("pending", pending_reason="insufficient_funds")
    let_pass(world, hours=30)
    assert operations(world, "stripe.watch")[0].state is OperationState.DUE
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    stripe.change_refund(stripe.all("refund")[0]["id"], "succeeded")
    let_pass(world, hours=30)
    assert operations(world, "stripe.watch")[0].state is OperationState.DONE
    assert told(world, return_id).count("bank_paid") == 1


def test_a_refund_the_bank_gives_back_after_days_opens_the_return_again_and_tells_everybody(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.script_refunds("pending")
    let_pass(world, days=5)
    stripe.change_refund(stripe.all("refund")[0]["id"], "failed", failure_reason="expired_or_canceled_card")
    let_pass(world, days=2)
    case = world.case(return_id)
    row = case.resolutions[0]
    assert row.status is ResolutionStatus.IN_DOUBT
    assert row.needs_person
    assert case.closed_at is None
    assert told(world, return_id).count("bank_returned") == 1
    assert "could not accept the refund" in mails(world)[-1]
    confirm_done(world.desk, return_id, BOB, row.resolution_id, "SEPA 42")
    let_pass(world, hours=1)
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert paid_back(stripe, order) == 0
    assert len([row for row in world.shop.refunds(order.id) if row.amount]) == 1


def test_after_the_bank_gave_it_back_a_second_person_may_allow_one_more_try(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world)
    return_id = arrived(world, order)
    decide(world, return_id)
    stripe.script_refunds("pending")
    let_pass(world, hours=1)
    stripe.change_refund(stripe.all("refund")[0]["id"], "failed")
    let_pass(world, days=2)
    with pytest.raises(Blocked):
        allow_one_more(world.desk, return_id, ALICE, first(world, return_id))
    allow_one_more(world.desk, return_id, BOB, first(world, return_id))
    let_pass(world, hours=1)
    assert paid_back(stripe, order) == 6600
    assert world.case(return_id).status is ReturnStatus.RESOLVED
    assert len([row for row in world.shop.refunds(order.id) if row.amount]) == 1


def test_a_refund_of_the_shop_that_the_bank_gives_back_is_noticed_too_but_not_sent_again(
    world: World,
) -> None:
    with with_a_bank(world, StripeRefunds.SHOP) as stripe:
        order = card_order(world)
        return_id = arrived(world, order)
        stripe.script_refunds("pending")
        decide(world, return_id)
        let_pass(world, hours=1)
        stripe.change_refund(stripe.all("refund")[0]["id"], "failed")
        let_pass(world, days=2)
        assert world.case(return_id).resolutions[0].needs_person
        with pytest.raises(Blocked):
            allow_one_more(world.desk, return_id, BOB, first(world, return_id))


def test_money_the_shop_paid_but_lost_from_its_books_is_booked_later(world: World) -> None:
    with with_a_bank(world, StripeRefunds.SHOP) as stripe:
        order = card_order(world)
        return_id = arrived(world, order)
        decide(world, return_id)
        stripe.trouble(Trouble.ERROR_AFTER, method="POST", path="/plugin/refunds")
        let_pass(world, hours=1)
        assert paid_back(stripe, order) == 6600
        assert world.case(return_id).status is ReturnStatus.RESOLVED
        (row,) = world.shop.refunds(order.id)
        assert (str(row.amount), row.refunded_payment) == ("66.00", False)


def test_a_manual_refund_of_a_card_payment_asks_nobody_for_money(world: World, stripe: Stripe) -> None:
    order = card_order(world)
    decide(world, arrived(world, order), Method.MANUAL_REFUND)
    let_pass(world, hours=1)
    assert paid_back(stripe, order) == 0
