"""Replacement orders in the sandbox's shop: reserved, linked, and worth exactly what is collected."""

from decimal import Decimal
from typing import Any

import pytest

from bot.errors import NotFound, OutcomeUnknown, Refused, Unreachable
from bot.gateways.nouns import ReplacementLine, ReplacementOrder
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Order, Product
from store.money import Money
from tests.bot.gateways.sandbox_world import ANNE, EUR, World

OPERATION, REFERENCE = "6d2f0a", "RMA-1042-R1"


def article(world: World, sku: str) -> Product:
    return next(product for product in world.there.state.products.values() if product.sku == sku)


def line(product: Product, collected: int, *, units: int = 1, currency: str = "EUR") -> ReplacementLine:
    price = Money(max(9000, collected), currency)
    parent = product.parent_id or product.id
    variation = product.id if product.parent_id else 0
    return ReplacementLine(parent, variation, units, price, Money(collected, currency))


def replace(world: World, *lines: ReplacementLine, order: Order | None = None) -> ReplacementOrder:
    original = (order or world.order).id
    return world.here.create_replacement(original, lines, operation=OPERATION, reference=REFERENCE)


def made(world: World, order: ReplacementOrder) -> Order:
    return world.there.state.orders[order.order_id]


def marks(order: Order) -> dict[str, Any]:
    return {row.key: row.value for row in order.meta}


def test_an_even_swap_is_an_order_of_nothing_that_is_reserved_and_linked(world: World) -> None:
    medium = article(world, "TEE-M")
    order = replace(world, line(medium, 0))
    there = made(world, order)
    assert (order.status, order.total, order.operation) == ("on-hold", EUR(0), OPERATION)
    assert order.units == {(medium.parent_id, medium.id): 1}
    assert (there.parent_id, there.customer_id, there.currency) == (world.order.id, 0, "EUR")
    assert there.billing == world.order.billing
    assert there.shipping == world.order.shipping
    assert marks(there) == {
        "_returns_desk_operation": OPERATION,
        "_returns_desk_exchange": REFERENCE,
        "_returns_desk_exchange_of": str(world.order.id),
    }
    assert marks(world.order) == {"_returns_desk_exchange": REFERENCE}
    assert [(each.subtotal, each.total) for each in there.lines] == [(Decimal("75.000000"), Decimal(0))]
    assert (there.payment_method, there.payment_method_title) == ("returns_desk", "Exchange (Returns Desk)")


def test_it_takes_its_units_off_the_shelf_and_mails_once(world: World) -> None:
    mails = len(world.there.outbox)
    order = replace(world, line(article(world, "TEE-M"), 0, units=2))
    assert world.stock("TEE-M") == 0
    assert [mail.kind for mail in world.there.outbox[mails:]] == ["customer_on_hold_order"]
    assert world.here.set_order_status(order.order_id, "processing").status == "processing"
    assert world.stock("TEE-M") == 0


def test_calling_it_off_puts_its_units_back_once(world: World) -> None:
    order = replace(world, line(article(world, "TEE-M"), 0, units=2))
    for _ in range(2):
        assert world.here.set_order_status(order.order_id, "cancelled").status == "cancelled"
    assert world.stock("TEE-M") == 2
    assert world.here.read_replacement(order.order_id).status == "cancelled"


def test_the_original_keeps_its_total_its_refunds_and_its_status(world: World) -> None:
    before = world.here.read_order(world.order.id)
    replace(world, line(article(world, "TEE-M"), 1000))
    after = world.here.read_order(world.order.id)
    assert (after.total, after.refunds, after.status) == (before.total, before.refunds, before.status)
    assert after.lines == before.lines


def test_a_second_exchange_is_noted_beside_the_first(world: World) -> None:
    tee = line(article(world, "TEE-M"), 0)
    replace(world, tee)
    world.here.create_replacement(world.order.id, [tee], operation="other", reference="RMA-1050-R1")
    world.here.create_replacement(world.order.id, [tee], operation="third", reference="RMA-1050-R1")
    assert marks(world.order) == {"_returns_desk_exchange": "RMA-1042-R1, RMA-1050-R1"}


def test_nobody_can_pay_the_difference_twice_or_refund_it_through_the_shop(world: World) -> None:
    order = replace(world, line(article(world, "TEE-M"), 3000))
    snapshot = world.here.read_order(order.order_id)
    assert (snapshot.total, snapshot.gateway_can_refund) == (EUR(3000), False)
    assert snapshot.payment_title == "Stripe (Returns Desk)"
    assert world.there.ledger.paid(order.order_id) == 0


@pytest.mark.parametrize(
    ("status", "found"), [("pending", True), ("refunded", True), ("checkout-draft", True), ("trash", True)]
)
def test_it_is_found_by_its_mark_whatever_became_of_it(world: World, status: str, found: bool) -> None:
    order = replace(world, line(article(world, "TEE-M"), 0))
    made(world, order).status = status
    here = world.here.find_replacement(world.order.id, OPERATION)
    assert (here is not None and here.status == status) is found
    assert world.here.find_replacement(world.order.id, "another") is None


def test_it_is_found_among_more_children_than_a_page_holds(world: World) -> None:
    order = replace(world, line(article(world, "TEE-M"), 0))
    for _ in range(105):
        world.there.place_order([(article(world, "SHIRT-LIN"), 0)]).parent_id = world.order.id
    assert world.here.find_replacement(world.order.id, OPERATION) == order
    assert world.here.find_replacement(world.order.id + 1, OPERATION) is None


def test_two_orders_under_one_mark_are_for_a_person(world: World) -> None:
    for _ in range(2):
        replace(world, line(article(world, "TEE-M"), 0))
    with pytest.raises(OutcomeUnknown, match="2 orders"):
        world.here.find_replacement(world.order.id, OPERATION)


@pytest.mark.parametrize(
    ("fault", "there"),
    [
        (Fault.LOST_AFTER, True),
        (Fault.LOST_BEFORE, False),
        (Fault.ERROR_AFTER, True),
        (Fault.ERROR_BEFORE, False),
        (Fault.HTML_AFTER, True),
        (Fault.TRUNCATED_AFTER, True),
        (Fault.BUSY, False),
        (Fault.CONFLICT_BEFORE, False),
    ],
)
def test_a_lost_answer_is_in_doubt_and_the_mark_decides(world: World, fault: Fault, there: bool) -> None:
    world.faults.plan("shop", fault, method="POST", path="/orders$")
    with pytest.raises(OutcomeUnknown):
        replace(world, line(article(world, "TEE-M"), 1000))
    found = world.here.find_replacement(world.order.id, OPERATION)
    assert (found is not None) is there
    assert found is None or found.total == EUR(1000)


@pytest.mark.parametrize(
    "fault", [Fault.REFUSED_BEFORE, Fault.UNAUTHORIZED_BEFORE, Fault.DENIED_BEFORE], ids=str
)
def test_what_the_shop_refuses_before_it_saves_is_refused(world: World, fault: Fault) -> None:
    world.faults.plan("shop", fault, method="POST", path="/orders$")
    with pytest.raises(Refused):
        replace(world, line(article(world, "TEE-M"), 0))


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.ERROR_AFTER, Fault.BUSY])
def test_while_the_original_cannot_be_noted_nothing_is_made(world: World, fault: Fault) -> None:
    world.faults.plan("shop", fault, method="PUT", path="/orders/")
    with pytest.raises(Unreachable):
        replace(world, line(article(world, "TEE-M"), 0))
    assert world.here.find_replacement(world.order.id, OPERATION) is None


def test_an_article_that_is_gone_makes_another_order_than_asked(world: World) -> None:
    medium = article(world, "TEE-M")
    del world.there.state.products[medium.id]
    with pytest.raises(OutcomeUnknown, match="goods") as raised:
        replace(world, line(medium, 0))
    assert raised.value.code == "other"
    assert world.here.find_replacement(world.order.id, OPERATION) is not None


def test_a_wrong_total_in_the_answer_is_looked_at_again(world: World) -> None:
    world.faults.plan("shop", Fault.OTHER_AMOUNT_AFTER, method="POST", path="/orders$")
    assert replace(world, line(article(world, "TEE-M"), 1000)).total == EUR(1000)


def test_a_status_that_is_lost_on_the_way_may_be_set_again(world: World) -> None:
    order = replace(world, line(article(world, "TEE-M"), 0))
    world.faults.plan("shop", Fault.LOST_AFTER, method="PUT", path="/orders/")
    with pytest.raises(OutcomeUnknown):
        world.here.set_order_status(order.order_id, "processing")
    assert world.here.read_replacement(order.order_id).status == "processing"
    mails = len(world.there.outbox)
    assert world.here.set_order_status(order.order_id, "processing").status == "processing"
    assert len(world.there.outbox) == mails


def test_orders_that_are_not_there_are_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.here.read_replacement(999999)
    with pytest.raises(NotFound):
        world.here.set_order_status(999999, "processing")
    with pytest.raises(NotFound):
        world.here.create_replacement(
            999999, [line(article(world, "TEE-M"), 0)], operation=OPERATION, reference=REFERENCE
        )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ([], "no_units"),
        ([ReplacementLine(1, 0, 0, EUR(1), EUR(0))], "no_units"),
        ([ReplacementLine(1, 0, 1, Money(1, "USD"), Money(0, "USD"))], "other_currency"),
        ([ReplacementLine(1, 0, 1, EUR(1), EUR(-1))], "negative"),
    ],
)
def test_what_nobody_should_ask_for_is_not_asked(
    world: World, wrong: list[ReplacementLine], code: str
) -> None:
    with pytest.raises(Refused) as raised:
        replace(world, *wrong)
    assert raised.value.code == code


def test_a_guest_without_an_address_is_served_like_anybody(world: World) -> None:
    order = world.there.place_order([(article(world, "SHIRT-LIN"), 1)], billing={**ANNE, "email": ""})
    assert replace(world, line(article(world, "TEE-M"), 0), order=order).status == "on-hold"
