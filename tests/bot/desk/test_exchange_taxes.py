"""A tax rate that changes between the order and its exchange (rule X12): each side keeps its own."""

from dataclasses import replace
from decimal import Decimal

from store.terms import Method
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import decide, let_pass


def halve_the_tax(barter: Barter) -> None:
    """From now on the shop takes ten per cent where it took twenty."""
    rates = barter.world.shop.state.tax_rates
    rates[:] = [replace(rate, percent=Decimal(10)) for rate in rates]


def test_what_goes_out_is_taxed_as_today(barter: Barter) -> None:
    order = barter.order()
    return_id = barter.open(order)
    halve_the_tax(barter)
    barter.choose(return_id, barter.coat)
    barter.world.work()
    (replacement,) = barter.replacements(order)
    assert (str(replacement.total), str(replacement.total_tax)) == ("30.00", "2.73")
    assert [one["amount_total"] for one in barter.sessions()] == [3000]


def test_what_goes_back_in_money_is_taxed_as_it_was_bought(barter: Barter) -> None:
    order = barter.order()
    return_id = barter.open(order)
    halve_the_tax(barter)
    barter.choose(return_id, barter.cap)
    barter.arrive(return_id)
    let_pass(barter.world, minutes=5)
    decide(barter.world, return_id, Method.GATEWAY_REFUND)
    let_pass(barter.world, minutes=5)
    refunds = barter.world.shop.state.refunds.values()
    (refund,) = [one for one in refunds if one.order_id == order.id and one.amount]
    assert str(refund.amount) == "15.00"
    assert abs(sum(line.total_tax for line in refund.lines)) == Decimal("2.50")
