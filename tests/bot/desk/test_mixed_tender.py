"""An order of 100.00, paid with 25.00 of store credit and 75.00 by card (rule G9), comes back in two goes."""

from dataclasses import replace

from blocks.refund_box import refund_box
from bot.desk.resolution import load_settling
from bot.i18n import Words
from bot.rules.mixed import back_to_credit
from bot.rules.proposal import default_choice
from bot.sandbox import shop as shops
from bot.sandbox.shop.records import Coupon
from store.terms import Method
from tests.bot.desk.bench import an_order, arrived, decide
from tests.bot.desk.test_credits import poll, spend
from tests.world import World


def paid_both_ways(world: World) -> tuple[shops.Order, Coupon]:
    """Five at 20.00: a credit of 25.00 takes 5.00 off each."""
    return_id = arrived(world, an_order(world))
    decide(world, return_id, Method.STORE_CREDIT)
    world.work()
    (coupon,) = world.shop.state.coupons.values()
    spend(world, coupon, "44.30")
    poll(world)
    assert str(coupon.amount) == "25.00"
    order = world.order((world.shop.add_product("Print", "20.00", stock=5), 5), coupon=coupon.code)
    poll(world)
    assert (str(order.total), str(coupon.amount)) == ("75.00", "0.00")
    return order, coupon


def give_back(world: World, order: shops.Order, units: int) -> None:
    """So many of the five come back and are refunded through the gateway."""
    line = world.desk.shop.read_order(order.id).products[0].line_id
    decide(world, arrived(world, order, units={line: units}))
    world.work()
    poll(world)


def test_the_box_says_beforehand_what_goes_back_to_the_credit(world: World) -> None:
    order, _ = paid_both_ways(world)
    line = world.desk.shop.read_order(order.id).products[0].line_id
    settling = load_settling(world.desk, arrived(world, order, units={line: 2}))
    quote = settling.quote(replace(default_choice(settling.case), deduct_label=False))
    assert (quote.amount.minor, back_to_credit(settling.case, quote).minor) == (3000, 1000)
    assert "10.00 EUR more go back" in str(
        refund_box(settling.case, default_choice(settling.case), quote, Words())
    )


def test_each_way_of_paying_gets_its_own_part_and_never_more_than_it_paid(world: World) -> None:
    order, coupon = paid_both_ways(world)
    give_back(world, order, 2)
    assert (world.paid_back(order), str(coupon.amount)) == (3000, "10.00")
    give_back(world, order, 3)
    assert (world.paid_back(order), str(coupon.amount)) == (7500, "25.00")
