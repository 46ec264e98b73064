"""A replacement order comes to what is collected, to the minor unit, in every kind of shop."""

from decimal import Decimal

import pytest

from bot.errors import Refused
from bot.gateways.nouns import ReplacementLine
from bot.gateways.taxes import Rate, Rounding, fitting_net, gross_of
from bot.sandbox.faults import Fault
from store.money import Money
from tests.bot.gateways.sandbox_world import ANNE, World

AMOUNTS = (1, 3, 50, 99, 999, 1000, 2999, 3000, 3003, 3333, 12345)
HIGHER, LOWER = Rate(Decimal(20), compound=False), Rate(Decimal("5.5"), compound=False)
STATE, CITY = Rate(Decimal(5), compound=False), Rate(Decimal("9.975"), compound=True)


def collect(world: World, *amounts: int, currency: str = "EUR", shelf: str = "") -> Decimal:
    """Let a new order be exchanged for one article per amount; what the shop makes of the lines."""
    shop = world.there
    sold = shop.add_product("Sold", "99.00")
    order = shop.place_order([(sold, 1)], billing=ANNE, currency=currency)
    classes = (shelf, "") * len(amounts)
    articles = [shop.add_product("New", "99.00", tax_class=classes[place]) for place in range(len(amounts))]
    lines = [
        ReplacementLine(product.id, 0, 1, Money(amount + 500, currency), Money(amount, currency))
        for product, amount in zip(articles, amounts, strict=True)
    ]
    made = world.here.create_replacement(order.id, lines, operation="op", reference="RMA-1-R1")
    assert made.total == Money(sum(amounts), currency)
    return shop.state.orders[made.order_id].total


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("at_subtotal", [True, False])
def test_one_line_collects_any_amount(world: World, inclusive: bool, at_subtotal: bool) -> None:
    world.there.state.prices_include_tax = inclusive
    world.there.state.round_at_subtotal = at_subtotal
    for amount in AMOUNTS:
        assert collect(world, amount) == Decimal(amount) / 100


@pytest.mark.parametrize("inclusive", [True, False])
def test_where_the_order_tells_the_rate_the_new_one_is_right_at_once(world: World, inclusive: bool) -> None:
    shop = world.there
    shop.state.prices_include_tax = inclusive
    mug = shop.add_product("Mug", "99.00")
    original = shop.place_order([(mug, 1)], meta={"_returns_desk_exchange": "RMA-1-R1"})
    world.faults.storm("shop", Fault.ERROR_BEFORE, method="PUT")
    for amount in range(1, 100, 7):
        lines = [ReplacementLine(mug.id, 0, 1, Money(9900, "EUR"), Money(amount, "EUR"))]
        made = world.here.create_replacement(original.id, lines, operation=f"{amount}", reference="RMA-1-R1")
        assert made.total == Money(amount, "EUR")


def test_halves_of_taxes_go_down_where_prices_include_them() -> None:
    """Recorded: order_create_cancelled counts 1.665 as 1.66."""
    assert Rounding(2, halves_down=True).tax(Decimal("1.665")) == Decimal("1.66")
    assert Rounding(2, halves_down=False).tax(Decimal("1.665")) == Decimal("1.67")


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("at_subtotal", [True, False])
def test_several_lines_of_two_rates_collect_their_sum(
    world: World, inclusive: bool, at_subtotal: bool
) -> None:
    world.there.state.prices_include_tax = inclusive
    world.there.state.round_at_subtotal = at_subtotal
    world.there.add_tax_rate("5.5", "TVA 5.5%", tax_class="reduced-rate")
    for amount in AMOUNTS:
        assert collect(world, amount, 1003, 777, shelf="reduced-rate") == Decimal(amount + 1780) / 100


@pytest.mark.parametrize("inclusive", [True, False])
def test_two_rates_on_one_line_collect_any_amount(world: World, inclusive: bool) -> None:
    world.there.state.prices_include_tax = inclusive
    world.there.state.tax_rates.clear()
    world.there.add_tax_rate("5", "GST")
    world.there.add_tax_rate("9.975", "QST", compound=True, priority=2)
    for amount in AMOUNTS:
        collect(world, amount)


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("KWD", 3)])
def test_other_currencies_collect_any_amount(
    world: World, inclusive: bool, currency: str, places: int
) -> None:
    shop = world.there.state
    shop.prices_include_tax, shop.decimals, shop.currency = inclusive, places, currency
    for amount in AMOUNTS:
        assert collect(world, amount, currency=currency) == Decimal(amount).scaleb(-places)


def test_a_yen_order_in_a_shop_of_cents_collects_yen(world: World) -> None:
    for amount in AMOUNTS:
        assert collect(world, amount, currency="JPY") == amount


def test_a_shop_that_writes_no_cents_is_not_asked_for_any(world: World) -> None:
    world.there.state.decimals = 0
    with pytest.raises(Refused, match="0 decimals"):
        collect(world, 1050)
    assert collect(world, 1000) == 10


def test_a_shop_without_taxes_collects_what_is_asked(world: World) -> None:
    world.there.state.tax_rates.clear()
    for amount in AMOUNTS:
        assert collect(world, amount) == Decimal(amount) / 100


def test_an_article_that_is_not_taxed_collects_what_is_asked(world: World) -> None:
    shop = world.there
    card = shop.add_product("Card", "3.00", tax_status="none")
    lines = [ReplacementLine(card.id, 0, 1, Money(300, "EUR"), Money(300, "EUR"))]
    made = world.here.create_replacement(world.order.id, lines, operation="op", reference="RMA-1-R1")
    assert [line.total for line in shop.state.orders[made.order_id].lines] == [Decimal("3.000000")]


@pytest.mark.parametrize("rates", [(HIGHER,), (LOWER,), (HIGHER, LOWER), (STATE, CITY), ()])
@pytest.mark.parametrize("halves_down", [True, False])
@pytest.mark.parametrize("places", [0, 2, 3])
def test_what_no_net_can_reach_is_told_and_is_never_negative(
    rates: tuple[Rate, ...], halves_down: bool, places: int
) -> None:
    rounding = Rounding(places, halves_down)
    for minor in range(400):
        gross = Decimal(minor).scaleb(-places)
        net = fitting_net(gross, rates, rounding)
        assert gross_of(net.amount, rates, rounding) + net.rest == gross
        assert 0 <= net.rest <= 2 * rounding.unit
        assert net.amount >= 0
