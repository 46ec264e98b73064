"""Deadlines that are moved: before a return and after, forwards only, for every return of the order."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.desk import decisions
from bot.desk.cases import load_timeline
from bot.desk.intake import deadline
from bot.desk.orders import read_order
from bot.errors import Blocked, InvalidInput, NotFound
from bot.rules.alerts import alerts
from bot.sandbox import shop as shops
from tests.world import ALICE, BOB, World


def an_order(world: World, **more: object) -> shops.Order:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=5)
    return world.order((mug, 2), **more)


def days_from_now(world: World, days: int) -> date:
    return world.clock().date() + timedelta(days=days)


def ends_on(world: World, order: shops.Order) -> date:
    end = deadline(world.desk, world.desk.shop.read_order(order.id))
    assert end is not None
    return end.date()


def test_a_deadline_moved_before_there_is_a_return_counts_for_it(world: World) -> None:
    order = an_order(world)
    read_order(world.desk, str(order.id))
    usual, later = ends_on(world, order), days_from_now(world, 60)
    decisions.extend(world.desk, order.id, BOB, later, "parcel lost once")
    assert ends_on(world, order) == later
    world.clock.pass_(days=50)
    case = world.case(world.open(order))
    assert case.window_end == later
    assert case.extension is not None
    assert (case.extension.old_end, case.extension.by.name) == (usual, "Bob")
    assert case.extension.reason == "parcel lost once"


def test_a_deadline_moved_later_reaches_every_return_of_the_order(world: World) -> None:
    order = an_order(world)
    line = world.desk.shop.read_order(order.id).products[0].line_id
    first, second = world.open(order, units={line: 1}), world.open(order, units={line: 1})
    old, later = world.case(first).window_end, days_from_now(world, 40)
    decisions.extend(world.desk, order.id, ALICE, later, "holidays")
    for return_id in (first, second):
        case = world.case(return_id)
        assert case.window_end == later
        assert case.extension is not None
        assert case.extension.old_end == old
        assert "extended_deadline" in [alert.name for alert in alerts(case)]
        assert load_timeline(world.desk, return_id)[-1].verb == "extended"


def test_a_deadline_is_moved_forwards_only(world: World) -> None:
    order = an_order(world)
    return_id = world.open(order)
    old = world.case(return_id).window_end
    assert old is not None
    for day in (old, old - timedelta(days=1)):
        with pytest.raises(InvalidInput) as told:
            decisions.extend(world.desk, order.id, ALICE, day, "a mistake")
        assert told.value.field == "date"
    assert world.case(return_id).window_end == old
    assert world.case(return_id).extension is None


def test_a_deadline_that_nobody_has_moved_yet_is_not_shortened_either(world: World) -> None:
    order = an_order(world)
    read_order(world.desk, str(order.id))
    usual = ends_on(world, order)
    with pytest.raises(InvalidInput):
        decisions.extend(world.desk, order.id, ALICE, usual - timedelta(days=5), "a mistake")
    assert ends_on(world, order) == usual


def test_an_extension_of_an_extension_starts_from_the_first(world: World) -> None:
    order = an_order(world)
    return_id = world.open(order)
    first, second = days_from_now(world, 40), days_from_now(world, 50)
    decisions.extend(world.desk, order.id, ALICE, first, "holidays")
    with pytest.raises(InvalidInput):
        decisions.extend(world.desk, order.id, BOB, first, "holidays")
    decisions.extend(world.desk, order.id, BOB, second, "illness")
    case = world.case(return_id)
    assert case.extension is not None
    assert (case.extension.old_end, case.extension.new_end) == (first, second)


def test_an_extension_needs_a_reason_and_an_order(world: World) -> None:
    order = an_order(world)
    return_id = world.open(order)
    with pytest.raises(InvalidInput):
        decisions.extend(world.desk, order.id, ALICE, days_from_now(world, 60), " ")
    with pytest.raises(NotFound):
        decisions.extend(world.desk, 987654, ALICE, days_from_now(world, 60), "why")
    assert world.case(return_id).extension is None


def test_the_last_day_of_the_window_counts_until_midnight_in_the_shop(world: World) -> None:
    order = an_order(world)
    end = ends_on(world, order)
    today = world.clock().astimezone(ZoneInfo("Europe/Paris")).date()
    world.clock.ahead = timedelta(days=(end - today).days)
    assert world.case(world.open(order, by=None, units=one_unit(world, order))).window_end == end
    world.clock.pass_(days=1)
    with pytest.raises(Blocked) as told:
        world.open(order, by=None, units=one_unit(world, order))
    assert told.value.values == {"date": end}


def one_unit(world: World, order: shops.Order) -> dict[int, int]:
    return {world.desk.shop.read_order(order.id).products[0].line_id: 1}


def test_a_late_return_is_let_in_by_a_person_who_says_why(world: World) -> None:
    order = an_order(world)
    world.clock.pass_(days=60)
    with pytest.raises(Blocked):
        world.open(order)
    return_id = world.open(order, late_reason="the customer was in hospital")
    case = world.case(return_id)
    assert case.late_reason == "the customer was in hospital"
    found = [alert.name for alert in alerts(case)]
    assert "late_override" in found
    assert "deadline_passed" not in found
