"""Articles as they are sold now, at what the buyer of an order pays for them."""

import pytest

from bot.errors import NotFound
from bot.gateways.woocommerce import Shop
from bot.sandbox.faults import Fault
from bot.sandbox.shop import Product
from tests.bot.gateways.sandbox_world import EUR, World
from tests.bot.gateways.scripted_shop import Script, recorded, say


def article(world: World, sku: str) -> Product:
    return next(product for product in world.there.state.products.values() if product.sku == sku)


def test_articles_are_read_by_product_and_variation(world: World) -> None:
    shirt, medium = article(world, "SHIRT-LIN"), article(world, "TEE-M")
    medium.image = "https://shop.example/tee.png"
    medium.sale_price = medium.price - 5
    wanted = [(shirt.id, 0), (medium.parent_id, medium.id), (medium.parent_id, 99999), (99999, 0)]
    found = world.here.read_products(wanted)
    assert set(found) == set(wanted[:2])
    tee = found[medium.parent_id, medium.id]
    assert (tee.name, tee.variant, tee.sku, tee.image) == ("Cotton Tee", "M", "TEE-M", medium.image)
    assert (tee.price, tee.regular, tee.stock, tee.in_stock) == (EUR(1990), EUR(2490), 2, True)
    assert found[shirt.id, 0].regular == EUR(5990)
    assert world.here.read_products([]) == {}


def test_what_is_a_draft_or_in_the_bin_is_not_sold(world: World) -> None:
    shirt, medium = article(world, "SHIRT-LIN"), article(world, "TEE-M")
    shirt.status, medium.status = "trash", "private"
    assert world.here.read_products([(shirt.id, 0), (medium.parent_id, medium.id)]) == {}


def test_prices_are_read_past_caches(world: World) -> None:
    shirt = article(world, "SHIRT-LIN")
    world.here.read_products([(shirt.id, 0)])
    shirt.price += 1
    world.faults.plan("shop", Fault.STALE, method="GET", times=5)
    assert world.here.read_products([(shirt.id, 0)])[shirt.id, 0].price == EUR(6090)


@pytest.mark.parametrize(("inclusive", "price"), [(True, 5990), (False, 7188)])
def test_prices_entered_without_tax_are_told_with_the_tax_of_the_order(
    world: World, inclusive: bool, price: int
) -> None:
    world.there.state.prices_include_tax = inclusive
    shirt = article(world, "SHIRT-LIN")
    found = world.here.read_products([(shirt.id, 0)], order_id=world.order.id)
    assert (found[shirt.id, 0].price, found[shirt.id, 0].regular) == (EUR(price), EUR(price))
    (searched,) = world.here.search_products("Linen", order_id=world.order.id)
    assert searched.price == EUR(price)
    assert world.here.read_products([(shirt.id, 0)])[shirt.id, 0].price == EUR(5990)


def test_a_tax_class_that_is_not_on_the_order_has_no_price(world: World) -> None:
    shop = world.there
    shop.state.prices_include_tax = False
    shop.add_tax_rate("5.5", "TVA 5.5%", tax_class="reduced-rate")
    book = shop.add_product("Book", "10.00", tax_class="reduced-rate")
    card = shop.add_product("Card", "3.00", tax_status="none")
    wanted = [(book.id, 0), (card.id, 0)]
    found = world.here.read_products(wanted, order_id=world.order.id)
    assert [found[one].price for one in wanted] == [None, EUR(300)]
    order = shop.place_order([(book, 1)])
    assert world.here.read_products(wanted, order_id=order.id)[book.id, 0].price == EUR(1055)


def test_in_a_currency_that_is_not_the_shops_nothing_has_a_price(world: World) -> None:
    shirt = article(world, "SHIRT-LIN")
    order = world.there.place_order([(shirt, 1)], currency="USD")
    assert world.here.read_products([(shirt.id, 0)], order_id=order.id)[shirt.id, 0].price is None


def test_prices_for_an_order_that_is_not_there_are_not_told(world: World) -> None:
    with pytest.raises(NotFound):
        world.here.read_products([(1, 0)], order_id=999999)


def test_a_key_that_may_not_see_settings_believes_the_order(script: Script, shop: Shop) -> None:
    script.on("GET", r"/orders/\d+", say(200, recorded("order_create_prices_excl_tax")))
    refusal = {"code": "woocommerce_rest_cannot_view", "message": "No.", "data": {"status": 403}}
    script.on("GET", "/settings/tax/.*", say(403, refusal))
    script.on("GET", "/products", say(200, [recorded("product_get_simple")]))
    dear = shop.read_products([(10, 0)], order_id=36)[10, 0].price
    plain = shop.read_products([(10, 0)])[10, 0].price
    assert (plain, dear) == (EUR(5990), EUR(7188))
