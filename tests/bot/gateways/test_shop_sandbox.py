"""Refunds in the sandbox's shop: effects, evidence, and what goes wrong between."""

import time

import pytest

from bot.errors import NotFound, OutcomeUnknown, Unreachable
from bot.rules.choice import QuoteLine
from bot.rules.order import LineKind
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from store.money import total
from tests.bot.gateways.sandbox_world import EUR, World, restock


def test_an_order_is_read_over_plain_http_with_a_signature_each_time(world: World) -> None:
    for _ in range(3):
        order = world.here.read_order(world.order.id)
    assert total((line.gross for line in order.lines), "EUR") == order.total
    assert order.gateway_can_refund
    assert [line.kind for line in order.lines] == [LineKind.PRODUCT, LineKind.PRODUCT, LineKind.SHIPPING]
    assert [line.reduced_stock for line in order.products] == [2, 1]


def test_a_refund_moves_money_and_stock_and_is_found_again(world: World) -> None:
    order = world.here.read_order(world.order.id)
    shirt, _ = order.products
    refund = world.refund(order, shirt, restock=(restock(shirt, 2),))
    assert [entry.amount_minor for entry in world.there.ledger.refunds()] == [shirt.gross.minor]
    assert world.stock("SHIRT-LIN") == 12
    assert world.here.find_refund(order.order_id, "RMA-1042-R1") == refund
    assert world.here.find_refund(order.order_id, "RMA-1042-R") is None
    after = world.here.read_order(world.order.id)
    assert after.refunds == (refund,)
    assert (refund.lines[0].quantity, refund.lines[0].gross, refund.finished) == (2, shirt.gross, True)
    assert after.remaining == order.total - shirt.gross


def test_all_lines_together_give_back_exactly_what_was_paid(world: World) -> None:
    order = world.here.read_order(world.order.id)
    lines = [QuoteLine(line.line_id, 0, line.net, line.taxes) for line in order.lines]
    world.refund(order, lines=lines, amount=order.total)
    after = world.here.read_order(world.order.id)
    assert (after.status, after.remaining) == ("refunded", EUR(0))


def test_one_good_and_one_damaged_unit_put_one_back(world: World) -> None:
    order = world.here.read_order(world.order.id)
    shirt, tee = order.products
    world.refund(order, shirt, tee, restock=(restock(shirt, 1),))
    assert (world.stock("SHIRT-LIN"), world.stock("TEE-S")) == (11, 8)
    assert world.here.read_order(order.order_id).refunded == shirt.gross + tee.gross


def test_a_booking_moves_no_money(world: World) -> None:
    order = world.here.read_order(world.order.id)
    refund = world.refund(order, order.products[0], pay_back=False)
    assert world.there.ledger.refunds() == ()
    assert not refund.paid_back


def test_a_restock_puts_back_without_settling_units(world: World) -> None:
    order = world.here.read_order(world.order.id)
    shirt, tee = order.products
    world.refund(order, shirt)
    world.here.create_restock(
        order.order_id,
        restock=(restock(shirt, 1), restock(tee, 1)),
        currency="EUR",
        reference="RMA-1042-R1-S1",
        text="",
        operation="op",
    )
    assert (world.stock("SHIRT-LIN"), world.stock("TEE-S")) == (11, 9)
    after = world.here.read_order(order.order_id)
    units = [line.quantity for row in after.refunds for line in row.lines if line.line_id == shirt.line_id]
    assert sum(units) == 2
    assert after.refunded == shirt.gross
    assert world.here.find_refund(order.order_id, "RMA-1042-R1-S1") is not None
    assert world.here.find_refund(order.order_id, "RMA-1042-R1") is not None


@pytest.mark.parametrize(
    ("fault", "moved"),
    [
        (Fault.LOST_AFTER, 1),
        (Fault.LOST_BEFORE, 0),
        (Fault.ERROR_AFTER, 1),
        (Fault.ERROR_BEFORE, 0),
        (Fault.HTML_AFTER, 1),
        (Fault.BUSY, 0),
    ],
)
def test_a_lost_answer_is_in_doubt_and_the_evidence_decides(world: World, fault: Fault, moved: int) -> None:
    order = world.here.read_order(world.order.id)
    world.faults.plan("shop", fault, method="POST")
    with pytest.raises(OutcomeUnknown):
        world.refund(order, order.products[0])
    assert len(world.there.ledger.refunds()) == moved
    assert (world.here.find_refund(order.order_id, "RMA-1042-R1") is not None) is bool(moved)


@pytest.mark.parametrize(
    ("mishap", "booked", "finished"),
    [
        (Mishap.DECLINED, False, False),
        (Mishap.SAYS_FALSE, False, False),
        (Mishap.DIES_BEFORE_ROW, False, False),
        (Mishap.DIES_BEFORE_MONEY, True, False),
        (Mishap.DIES_AFTER_MONEY, True, False),
        (Mishap.EXITS_AFTER_MONEY, True, False),
    ],
)
def test_what_dies_inside_the_shop_is_in_doubt(
    world: World, mishap: Mishap, booked: bool, finished: bool
) -> None:
    order = world.here.read_order(world.order.id)
    world.there.plan_mishap(mishap)
    with pytest.raises(OutcomeUnknown):
        world.refund(order, order.products[0])
    found = world.here.find_refund(order.order_id, "RMA-1042-R1")
    assert (found is not None) is booked
    assert found is None or (found.finished is finished and not found.paid_back)


def test_a_gateway_slower_than_our_patience_still_pays_and_is_found(world: World) -> None:
    order = world.here.read_order(world.order.id)
    world.there.plan_mishap(Mishap.SLOW, seconds=1.5)
    with pytest.raises(OutcomeUnknown):
        world.refund(order, order.products[0])
    under_way = world.here.find_refund(order.order_id, "RMA-1042-R1")
    assert under_way is not None
    assert not under_way.finished
    time.sleep(1)
    finished = world.here.find_refund(order.order_id, "RMA-1042-R1")
    assert finished is not None
    assert finished.finished
    assert finished.paid_back


def test_two_rows_under_one_reference_are_for_a_person(world: World) -> None:
    order = world.here.read_order(world.order.id)
    for _ in range(2):
        world.refund(order, order.products[1], pay_back=False)
    with pytest.raises(OutcomeUnknown, match="2 refunds"):
        world.here.find_refund(order.order_id, "RMA-1042-R1")


def test_refunds_of_an_order_that_is_not_there_are_not_an_empty_list(world: World) -> None:
    with pytest.raises(NotFound):
        world.here.list_refunds(999999)


def test_more_refunds_than_a_page_holds_are_all_read(world: World) -> None:
    for _ in range(105):
        world.there.refund_by_hand(world.order.id, "0.10")
    assert len(world.here.list_refunds(world.order.id)) == 105
    assert world.here.read_order(world.order.id).refunded == EUR(1050)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.ERROR_BEFORE, Fault.HTML_AFTER])
def test_a_read_survives_two_faults_with_a_new_signature_each_time(world: World, fault: Fault) -> None:
    world.faults.plan("shop", fault, method="GET", path="/orders/", times=2)
    assert world.here.read_order(world.order.id).order_id == world.order.id


def test_a_read_does_not_survive_three(world: World) -> None:
    world.faults.plan("shop", Fault.LOST_AFTER, method="GET", path="/orders/", times=3)
    with pytest.raises(Unreachable):
        world.here.read_order(world.order.id)
