"""What can be found follows what the card says; returns from before there was a search are made findable."""

from sqlalchemy import text

from bot.desk import decisions, lists
from bot.desk.search import index_missing
from tests.world import ALICE, World


def found(world: World, words: str) -> list[int]:
    return [line.return_id for line in lists.page(world.desk, words, ALICE.user_id).lines]


def test_a_return_is_found_before_anybody_in_slack_has_seen_it(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    return_id = world.open(world.order((mug, 2)))
    assert found(world, "mug-w dupont") == [return_id]
    assert found(world, "=66") == [return_id]
    assert found(world, ">66.01") == []


def test_a_filter_by_state_and_owner_holds_at_once(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    first, second = world.open(world.order((mug, 1))), world.open(world.order((mug, 1)))
    decisions.take(world.desk, first, ALICE)
    assert found(world, "mine") == [first]
    assert found(world, "mug unclaimed") == [second]
    assert found(world, "mug closed") == []


def test_an_exact_number_comes_before_what_only_contains_it(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="SKU-1", stock=99)
    first = world.open(world.order((mug, 1)))
    others = [world.open(world.order((mug, 1))) for _ in range(3)]
    assert found(world, "1")[0] == first
    assert found(world, "sku-1") == [*reversed(others), first]


def test_returns_from_before_there_was_a_search_are_made_findable(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    return_id = world.open(world.order((mug, 1)))
    with world.desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM search_entries"))
    assert found(world, "mug") == []
    index_missing(world.desk)
    index_missing(world.desk)
    assert found(world, "mug") == [return_id]
