"""Whether the goods of a replacement order are set aside: the shop's own count on each line is asked."""

from bot.rules.case import ExchangeState
from bot.sandbox.shop.mishaps import OrderMishap
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import let_pass, operations, told


def test_an_order_whose_shop_broke_off_before_it_took_the_goods_is_not_called_reserved(
    barter: Barter,
) -> None:
    order, return_id = barter.agreed(barter.sizes["L"])
    barter.world.shop.plan_order_mishap(OrderMishap.DIES_BEFORE_STOCK, method="POST")
    let_pass(barter.world, minutes=10)
    assert [one.status for one in barter.replacements(order)] == ["on-hold"]
    assert barter.stock(barter.sizes["L"]) == 5
    shown = barter.exchange(return_id)
    assert (shown.state, shown.unreserved) == (ExchangeState.AWAITING_GOODS, True)


def test_sending_it_takes_the_goods_after_all(barter: Barter) -> None:
    _, return_id = barter.agreed(barter.sizes["L"])
    barter.world.shop.plan_order_mishap(OrderMishap.DIES_BEFORE_STOCK, method="POST")
    barter.arrive(return_id)
    let_pass(barter.world, minutes=10)
    shown = barter.exchange(return_id)
    assert (shown.state, shown.unreserved) == (ExchangeState.DONE, False)
    assert barter.stock(barter.sizes["L"]) == 4


def test_an_order_that_was_made_whole_is_reserved_also_where_the_shop_counts_nothing(barter: Barter) -> None:
    barter.world.shop.state.products[barter.coat.id].stock = None
    for article in (barter.sizes["L"], barter.coat):
        _, return_id = barter.arranged(article)
        assert not barter.exchange(return_id).unreserved


def test_units_that_a_broken_off_cancellation_left_out_are_told_to_the_team(barter: Barter) -> None:
    order, return_id = barter.arranged(barter.sizes["L"], 2)
    assert barter.stock(barter.sizes["L"]) == 3
    barter.world.shop.plan_order_mishap(OrderMishap.DIES_BEFORE_STOCK, method="PUT")
    barter.cancel(return_id)
    let_pass(barter.world, minutes=10)
    assert [one.status for one in barter.replacements(order)] == ["cancelled"]
    assert barter.stock(barter.sizes["L"]) == 3
    (line,) = [
        one for one in operations(barter.world, "slack.thread") if one.payload["kind"] == "units_still_out"
    ]
    assert line.payload["values"] == {"order": str(barter.replacements(order)[0].id), "count": 2}


def test_a_cancellation_that_puts_the_units_back_says_nothing_of_them(barter: Barter) -> None:
    _, return_id = barter.arranged(barter.sizes["L"])
    barter.cancel(return_id)
    let_pass(barter.world, minutes=10)
    assert barter.stock(barter.sizes["L"]) == 5
    assert "units_still_out" not in told(barter.world, return_id)
