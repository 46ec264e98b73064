"""Who looks at a difference, what settles it, and what comes back after it was settled."""

from datetime import timedelta

import pytest

from bot.desk.reconciliation_rows import (
    CARDS_AN_HOUR,
    DIFFERENCE,
    Keeper,
    count_open,
    load_difference,
    look_into,
    settle_difference,
)
from bot.errors import Blocked, InvalidInput, NotAllowed, NotFound
from bot.rules.difference import Found
from store.db import writing
from store.models import Difference
from store.money import Money
from store.terms import DifferenceKind
from tests.bot.desk.bench import operations
from tests.bot.desk.books import cards, differences, kinds
from tests.world import ALICE, BOB, GUEST, World


def found(shop: int = 0, subject: str = "RMA-1-R1", **more: object) -> Found:
    return Found(
        DifferenceKind.ROW_GONE, subject, ours=Money(6600, "EUR"), shop=Money(shop, "EUR"), about=dict(more)
    )


def see(world: World, *seen: Found) -> None:
    with writing(world.desk.engine) as session:
        for one in seen:
            Keeper(world.desk, session, world.clock()).see(one)


def gone(world: World) -> None:
    with writing(world.desk.engine) as session:
        known = [session.get_one(Difference, row.id) for row in differences(world)]
        Keeper(world.desk, session, world.clock()).settle_gone(known, ())


def one(world: World) -> int:
    see(world, found())
    (row,) = differences(world)
    assert row.id is not None
    return row.id


def test_who_looks_at_it_is_told_to_whoever_comes_second(world: World) -> None:
    difference = one(world)
    look_into(world.desk, difference, ALICE)
    with pytest.raises(Blocked) as caught:
        look_into(world.desk, difference, BOB)
    assert caught.value.values["name"] == "Alice"
    owner = load_difference(world.desk, difference).owner
    assert owner is not None
    assert owner.name == "Alice"


def test_settling_needs_a_note_and_happens_once(world: World) -> None:
    difference = one(world)
    with pytest.raises(InvalidInput) as caught:
        settle_difference(world.desk, difference, ALICE, "  ")
    assert caught.value.field == "note"
    assert count_open(world.desk) == 1
    settle_difference(world.desk, difference, ALICE, "Entered again, refund 912.")
    assert count_open(world.desk) == 0
    with pytest.raises(Blocked) as again:
        settle_difference(world.desk, difference, BOB, "me too")
    assert again.value.values["name"] == "Alice"
    assert load_difference(world.desk, difference).note == "Entered again, refund 912."


def test_who_may_not_decide_may_neither_look_nor_settle(world: World) -> None:
    difference = one(world)
    with pytest.raises(NotAllowed):
        look_into(world.desk, difference, GUEST)
    with pytest.raises(NotAllowed):
        settle_difference(world.desk, difference, GUEST, "fine")
    assert [(row.owner_id, row.settled_at) for row in differences(world)] == [(None, None)]


def test_a_difference_nobody_knows_is_answered_in_words(world: World) -> None:
    for deed in (lambda: load_difference(world.desk, 7), lambda: look_into(world.desk, 7, ALICE)):
        with pytest.raises(NotFound):
            deed()


def test_what_a_person_settled_stays_settled_while_it_looks_the_same(world: World) -> None:
    settle_difference(world.desk, one(world), ALICE, "It is right as it is.")
    world.clock.pass_(hours=1)
    see(world, found())
    assert kinds(world) == []
    see(world, found(shop=100))
    assert [row.shop_minor for row in differences(world)] == [100]
    assert len(differences(world, settled=True)) == 1


def test_what_went_away_by_itself_and_comes_back_is_a_new_one(world: World) -> None:
    first = one(world)
    gone(world)
    with pytest.raises(Blocked):
        settle_difference(world.desk, first, ALICE, "done")
    see(world, found())
    (again,) = differences(world)
    assert again.id != first
    assert cards(world) == 2


def test_new_figures_are_drawn_and_the_same_ones_are_not(world: World) -> None:
    one(world)
    see(world, found())
    assert [draw.generation for draw in operations(world, DIFFERENCE)] == [1]
    see(world, found(shop=6000))
    assert [draw.generation for draw in operations(world, DIFFERENCE)] == [2]
    assert [row.shop_minor for row in differences(world)] == [6000]


def test_a_misunderstanding_about_a_whole_shop_does_not_flood_the_channel(world: World) -> None:
    many = 2 * CARDS_AN_HOUR + 5
    see(world, *[found(subject=f"RMA-{number}-R1") for number in range(many)])
    assert count_open(world.desk) == many
    soon = [draw for draw in operations(world, DIFFERENCE) if draw.due_at <= world.clock()]
    assert len(soon) == CARDS_AN_HOUR
    latest = max(draw.due_at for draw in operations(world, DIFFERENCE))
    assert latest <= world.clock() + timedelta(hours=2)
