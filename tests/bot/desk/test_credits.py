"""Store credit that behaves like a gift card: used in part, given back, spent by nobody beyond its value."""

from decimal import Decimal

import pytest
from sqlmodel import select

from bot.desk.credits import notice
from bot.desk.credits_people import credits_of, resend_credit, revoke_credit
from bot.desk.orders import plan_poll
from bot.errors import Blocked
from bot.sandbox import shop as shops
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.life import set_status as move
from bot.sandbox.shop.records import Coupon
from store.db import reading
from store.models import Difference, Operation
from store.terms import DifferenceKind, Method
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, told
from tests.world import ALICE, World


def a_credit(world: World) -> tuple[int, Coupon]:
    """A credit of 69.30: two mugs at 33.00 came back, and five percent on top."""
    return_id = arrived(world, an_order(world))
    decide(world, return_id, Method.STORE_CREDIT)
    world.work()
    (coupon,) = world.shop.state.coupons.values()
    assert str(coupon.amount) == "69.30"
    return return_id, coupon


def spend(world: World, coupon: Coupon, price: str, **more: object) -> shops.Order:
    """An order of something at ``price``, paid with the credit as far as it goes."""
    product = world.shop.add_product("Poster", price)
    return world.order((product, 1), coupon=coupon.code, **more)


def poll(world: World) -> None:
    """The desk asks the shop what changed, as it does every few minutes."""
    plan_poll(world.desk)
    world.work()


def differences(world: World) -> list[Difference]:
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Difference)))


def test_what_an_order_took_is_taken_off_and_the_rest_can_be_spent(world: World) -> None:
    return_id, coupon = a_credit(world)
    spend(world, coupon, "20.00")
    assert coupon.amount == Decimal("69.30")
    poll(world)
    assert (str(coupon.amount), coupon.usage_limit) == ("49.30", 2)
    spend(world, coupon, "100.00")
    poll(world)
    assert (str(coupon.amount), coupon.usage_limit) == ("0.00", 2)
    assert told(world, return_id).count("credit_used") == 2


def test_before_the_desk_has_looked_the_shop_itself_refuses_a_second_use(world: World) -> None:
    _, coupon = a_credit(world)
    spend(world, coupon, "20.00")
    with pytest.raises(ShopError, match="Usage limit"):
        spend(world, coupon, "20.00")


@pytest.mark.parametrize("end", ["cancelled", "failed", "trash"])
def test_what_an_order_took_comes_back_when_nothing_becomes_of_it(world: World, end: str) -> None:
    return_id, coupon = a_credit(world)
    order = spend(world, coupon, "20.00")
    poll(world)
    set_status(world, order, end)
    notice(world.desk, order.id, ())
    world.work()
    assert (str(coupon.amount), coupon.usage_limit) == ("69.30", 1)
    assert "credit_back" in told(world, return_id)


def set_status(world: World, order: shops.Order, status: str) -> None:
    """Somebody moves an order along in WordPress."""
    with world.shop.state.lock:
        move(world.shop.state, order, status)
        world.shop.state.touch(order)


def test_the_rest_of_a_refunded_order_goes_back_to_the_credit_without_a_bonus(world: World) -> None:
    _, coupon = a_credit(world)
    product = world.shop.add_product("Poster", "20.00")
    order = world.order((product, 2), coupon=coupon.code)
    poll(world)
    assert str(coupon.amount) == "29.30"
    return_id = arrived(world, order, units={world.desk.shop.read_order(order.id).products[0].line_id: 1})
    decide(world, return_id, Method.GATEWAY_REFUND)
    world.work()
    assert str(coupon.amount) == "49.30"


def test_a_refund_by_hand_gives_its_share_back_too(world: World) -> None:
    _, coupon = a_credit(world)
    order = spend(world, coupon, "100.00")
    poll(world)
    assert coupon.amount == 0
    world.shop.refund_by_hand(order.id, "30.70", lines=[{"id": order.lines[0].id, "quantity": 1}])
    poll(world)
    assert str(coupon.amount) == "69.30"


def test_two_who_spend_it_in_the_same_moment_are_told_as_a_difference(world: World) -> None:
    """The shop counts a use when the order is made, not when the coupon is put in the cart."""
    _, coupon = a_credit(world)
    coupon.usage_limit = 2
    spend(world, coupon, "60.00")
    spend(world, coupon, "60.00")
    poll(world)
    assert (str(coupon.amount), coupon.usage_limit) == ("0.00", 2)
    (found,) = differences(world)
    assert (found.kind, found.ours_minor, found.shop_minor) == (
        DifferenceKind.CREDIT_OVERSPENT,
        6930,
        12000,
    )


def test_an_address_the_shop_drops_makes_a_worthless_coupon_and_a_question(world: World) -> None:
    order = an_order(world)
    order.billing["email"] = "marie@example.com."
    return_id = arrived(world, order)
    decide(world, return_id, Method.STORE_CREDIT)
    let_pass(world, hours=3)
    (coupon,) = world.shop.state.coupons.values()
    assert (str(coupon.amount), coupon.email_restrictions) == ("0.00", [])
    assert "needs_person" in told(world, return_id)
    assert world.case(return_id).open_resolution is not None


def test_the_code_is_sent_again_and_kept_nowhere(world: World) -> None:
    return_id, coupon = a_credit(world)
    spend(world, coupon, "20.00")
    poll(world)
    (credit,) = credits_of(world.desk, return_id)
    resend_credit(world.desk, return_id, ALICE, world.case(return_id).version, reference=credit.reference)
    world.work()
    notes = [note.text for note in world.shop.state.notes.values() if coupon.code.upper() in note.text]
    assert len(notes) == 2
    assert "49.30" in notes[-1]
    with reading(world.desk.engine) as session:
        kept = [str(one.payload) for one in session.exec(select(Operation))]
    assert not any(coupon.code in one.lower() for one in kept)


def test_an_unused_credit_is_taken_back(world: World) -> None:
    return_id, coupon = a_credit(world)
    revoke(world, return_id)
    assert coupon.amount == 0
    assert "credit_revoked" in told(world, return_id)
    version, named = world.case(return_id).version, reference(world, return_id)
    with pytest.raises(Blocked):
        resend_credit(world.desk, return_id, ALICE, version, reference=named)


def test_a_credit_that_an_order_used_is_not_taken_back(world: World) -> None:
    return_id, coupon = a_credit(world)
    spend(world, coupon, "20.00")
    revoke(world, return_id)  # the desk has not seen the order yet
    assert str(coupon.amount) == "49.30"
    assert "credit_not_revoked" in told(world, return_id)
    with pytest.raises(Blocked):
        revoke(world, return_id)


def reference(world: World, return_id: int) -> str:
    return credits_of(world.desk, return_id)[0].reference


def revoke(world: World, return_id: int) -> None:
    """Alice takes it back."""
    version = world.case(return_id).version
    named = reference(world, return_id)
    revoke_credit(world.desk, return_id, ALICE, version, reference=named, reason="Sent by mistake")
    world.work()
