"""What a person looks at and keeps is theirs alone, outlives the process, and stays within its limits."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.desk import Desk, homes
from bot.errors import InvalidInput, NotAllowed
from bot.rules.views import Filter
from store.db import open_engine
from tests.world import ALICE, BOB, GUEST, World


@pytest.fixture
def elsewhere(world: World) -> Iterator[Desk]:
    """The same desk in a process that has only the database."""
    engine = open_engine(world.desk.engine.url.render_as_string(hide_password=False))
    yield replace(world.desk, engine=engine)
    engine.dispose()


def names(desk: Desk) -> list[str]:
    return [view.name for view in homes.load_views(desk, ALICE)]


def test_search_page_and_views_are_known_to_another_process_and_to_nobody_else(
    world: World, elsewhere: Desk
) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=99)
    for _ in range(11):
        world.open(world.order((mug, 1)))
    homes.look_at(world.desk, ALICE, "  mug   pending ")
    homes.keep_view(world.desk, ALICE, "Mugs", "mug pending")
    homes.turn(world.desk, ALICE, homes.load_home(world.desk, ALICE).page.older)
    found = homes.load_home(elsewhere, ALICE)
    assert (found.search, [view.search for view in found.views]) == ("mug pending", ["mug pending"])
    assert (found.page.first, len(found.page.lines), found.page.older) == (11, 1, "")
    others = homes.load_home(elsewhere, BOB)
    assert (others.search, others.views, others.page.first) == ("", (), 1)


def test_another_search_begins_at_its_first_page(world: World) -> None:
    homes.turn(world.desk, ALICE, "o5.11")
    homes.narrow(world.desk, ALICE, Filter.STATE, "pending")
    assert homes.load_home(world.desk, ALICE).page.first == 1
    homes.narrow(world.desk, ALICE, Filter.WISH, "refund")
    homes.narrow(world.desk, ALICE, Filter.STATE, "")
    assert homes.load_home(world.desk, ALICE).search == "refund"


def test_a_name_is_kept_once_with_the_newest_search(world: World) -> None:
    homes.keep_view(world.desk, ALICE, "Work", "pending")
    homes.keep_view(world.desk, ALICE, " Work  ", "received")
    assert [(view.name, view.search) for view in homes.load_views(world.desk, ALICE)] == [
        ("Work", "received")
    ]
    homes.forget_views(world.desk, ALICE, ["Work", "never there"])
    assert names(world.desk) == []


@pytest.mark.parametrize("name", ["", "   ", "n" * 41])
def test_a_name_is_neither_empty_nor_long(world: World, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        homes.keep_view(world.desk, ALICE, name, "pending")
    assert refused.value.field == "name"
    assert names(world.desk) == []


def test_twenty_are_kept_and_no_more_but_each_can_be_replaced(world: World) -> None:
    for number in range(20):
        homes.keep_view(world.desk, ALICE, f"{number} {'n' * 37}", "pending")
    with pytest.raises(InvalidInput, match="At most"):
        homes.keep_view(world.desk, ALICE, "one more", "pending")
    homes.keep_view(world.desk, ALICE, f"7 {'n' * 37}", "received")
    assert len(names(world.desk)) == 20


@pytest.mark.parametrize("text", ["period soon", "x" * 201])
def test_a_search_nobody_can_read_changes_nothing(world: World, text: str) -> None:
    homes.look_at(world.desk, ALICE, "pending")
    with pytest.raises(InvalidInput) as refused:
        homes.look_at(world.desk, ALICE, text)
    assert refused.value.field == "text"
    assert homes.load_home(world.desk, ALICE).search == "pending"


def test_a_search_that_could_be_read_once_is_let_go_when_its_campaign_is_gone(world: World) -> None:
    day = world.clock().date()
    settings = world.desk.settings.model_copy(update={"campaigns": (("sales", day, day),)})
    homes.look_at(replace(world.desk, settings=settings), ALICE, "period sales")
    assert homes.load_home(world.desk, ALICE).search == ""


def test_who_may_not_decide_has_no_home(world: World) -> None:
    for attempt in (
        lambda: homes.load_home(world.desk, GUEST),
        lambda: homes.look_at(world.desk, GUEST, "pending"),
        lambda: homes.narrow(world.desk, GUEST, Filter.STATE, "pending"),
        lambda: homes.turn(world.desk, GUEST, "o5.11"),
        lambda: homes.keep_view(world.desk, GUEST, "Work", "pending"),
        lambda: homes.forget_views(world.desk, GUEST, ["Work"]),
    ):
        with pytest.raises(NotAllowed):
            attempt()
