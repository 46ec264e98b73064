"""Whether the goods of a replacement order are set aside: the shop's own count on each line is asked."""

from bot.rules.case import ExchangeState
from bot.sandbox.shop.mishaps import OrderMishap
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import let_pass


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
