"""The days are totalled at night from three sides; a day that does not agree names its orders."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from bot.desk.reconciliation_days import DAYS_BACK, plan_days
from bot.sandbox.faults import Fault
from bot.sandbox.stripe import Stripe
from store.db import reading
from store.models import Tally
from store.terms import DifferenceKind, Method, OperationState
from tests.bot.desk.bench import an_order, let_pass, operations, with_a_bank
from tests.bot.desk.books import (
    at_noon,
    bookkeeper,
    card_order,
    differences,
    kinds,
    refunded,
    total_days,
)
from tests.world import World


@pytest.fixture
def stripe(world: World) -> Iterator[Stripe]:
    at_noon(world)
    with with_a_bank(world) as stripe:
        world.journal = bookkeeper(world)
        yield stripe


def tallies(world: World) -> list[tuple[int, int, int, int]]:
    with reading(world.desk.engine) as session:
        rows = session.exec(select(Tally).order_by(Tally.order_id))  # type: ignore[arg-type]
        return [(row.shop_minor, row.outside_minor, row.through_minor, row.bank_minor) for row in rows]


def test_days_of_every_kind_of_refund_agree_also_with_what_others_refunded(
    world: World, stripe: Stripe
) -> None:
    refunded(world, card_order(world))
    refunded(world, an_order(world))
    refunded(world, an_order(world), method=Method.MANUAL_REFUND)
    refunded(world, an_order(world), method=Method.STORE_CREDIT)
    by_hand = card_order(world, 1)
    world.open(by_hand, late_reason="time flies in tests")
    world.shop.refund_by_hand(by_hand.id, "10.00", via_gateway=True)
    total_days(world)
    none = (6600, 0, 0, 0)
    assert tallies(world) == [(6600, 0, 6600, 6600), none, none, none, (1000, 1000, 1000, 1000)]
    days = operations(world, "books.day")
    assert len(days) == DAYS_BACK
    assert {one.state for one in days} == {OperationState.DONE}
    assert sum(one.evidence["orders"] for one in days) == 5
    assert kinds(world) == []


def test_a_day_that_does_not_agree_names_its_orders_and_closes_itself_once_it_does(
    world: World, stripe: Stripe
) -> None:
    order = card_order(world)
    refunded(world, order)
    refunded(world, an_order(world))
    row = world.shop.refunds(order.id)[0]
    del world.shop.state.refunds[row.id]
    total_days(world)
    assert sorted(kinds(world)) == [DifferenceKind.DAY_DIFFERS, DifferenceKind.ROW_GONE]
    day = next(one for one in differences(world) if one.kind is DifferenceKind.DAY_DIFFERS)
    assert (day.ours_minor, day.shop_minor, day.bank_minor) == (13200, 6600, 6600)
    assert (day.about["orders"], day.about["through"]) == ([str(order.id)], 0)
    world.shop.state.refunds[row.id] = row
    total_days(world)
    assert kinds(world) == []


def test_two_days_that_do_not_agree_are_totalled_once_a_night_each(world: World, stripe: Stripe) -> None:
    for _ in range(2):
        refunded(world, an_order(world))
        world.shop.state.refunds.clear()
        total_days(world)
    assert kinds(world).count(DifferenceKind.DAY_DIFFERS) == 2
    before = sum(one.generation for one in operations(world, "books.day"))
    total_days(world)
    again = sum(one.generation for one in operations(world, "books.day")) - before
    assert again == 1 + 2, "one new day, and the two that are open"


def test_a_night_in_which_the_shop_does_not_answer_is_totalled_when_it_does(
    world: World, stripe: Stripe
) -> None:
    refunded(world, an_order(world))
    world.desk.shop.client.pause = 0
    world.faults.plan("shop", Fault.LOST_BEFORE, times=5000)
    total_days(world)
    waiting = [one.state for one in operations(world, "books.day")]
    assert waiting.count(OperationState.DUE) == 1
    assert kinds(world) == []
    world.faults.clear()
    let_pass(world, hours=2)
    assert {one.state for one in operations(world, "books.day")} == {OperationState.DONE}
    assert kinds(world) == []


def test_every_day_is_asked_for_once_however_many_ask(world: World, stripe: Stripe) -> None:
    for _ in range(3):
        plan_days(world.desk)
    let_pass(world, hours=1)
    plan_days(world.desk)
    days = operations(world, "books.day")
    assert len({one.key for one in days}) == len(days) <= DAYS_BACK + 1
    assert {one.generation for one in days} == {1}
