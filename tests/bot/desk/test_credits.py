"""Store credit that behaves like a gift card: used in part, given back, spent by nobody beyond its value."""

from decimal import Decimal

import pytest
from sqlmodel import select

from bot.desk.credits import notice
from bot.desk.orders import plan_poll
from bot.sandbox import shop as shops
from bot.sandbox.shop.errors import ShopError
from bot.sandbox.shop.records import Coupon
from store.db import reading
from store.models import Difference
from store.terms import DifferenceKind, Method
from tests.bot.desk.bench import an_order, arrived, decide, told
from tests.world import World


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
    assert (coupon.amount, coupon.usage_limit) == (0, 2)
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
    key = world.shop.key()
    assert key
    set_status(world, order, end)
    notice(world.desk, order.id, ())
    world.work()
    assert (str(coupon.amount), coupon.usage_limit) == ("69.30", 1)
    assert "credit_back" in told(world, return_id)


def set_status(world: World, order: shops.Order, status: str) -> None:
    """Somebody moves an order along in WordPress."""
    from bot.sandbox.shop.life import set_status as move

    with world.shop.state.lock:
        move(world.shop.state, order, status)
        world.shop.state.touch(order)
