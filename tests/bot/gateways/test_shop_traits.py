"""What the catalogue says of articles that were bought."""

from bot.rules.eligibility import Traits
from tests.bot.gateways.sandbox_world import EUR, World
from tests.bot.gateways.test_shop_prices import article


def test_a_variation_has_the_categories_and_tags_of_its_product_and_its_own_price(world: World) -> None:
    shirt, medium = article(world, "SHIRT-LIN"), article(world, "TEE-M")
    tee = world.there.state.products[medium.parent_id]
    tee.categories, tee.tags = ("Summer Sale", "Shirts"), ("final-sale",)
    medium.sale_price = medium.price - 5
    wanted = [(shirt.id, 0), (tee.id, medium.id), (99999, 0), (0, 0)]
    found = world.here.read_traits(wanted, prices_of=world.order.id)
    assert found == {
        (shirt.id, 0): Traits(frozenset({"uncategorized"}), frozenset(), EUR(5990)),
        (tee.id, medium.id): Traits(
            frozenset({"summer-sale", "shirts"}), frozenset({"final-sale"}), EUR(2490)
        ),
    }


def test_without_an_order_no_price_is_asked_for(world: World) -> None:
    medium = article(world, "TEE-M")
    found = world.here.read_traits([(medium.parent_id, medium.id)])
    assert found[medium.parent_id, medium.id].regular is None
