"""What really happened, as the morning's list tells it, with a shop, a bank and cards that are drawn."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine

from bot.clock import Clock
from bot.desk import decisions
from bot.desk.digest import load_worklist, plan_digest
from bot.rules.worklist import Fact, Group, Need, Worklist
from bot.sandbox.faults import Fault
from store.terms import Method
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import an_order, arrived, decide, let_pass, operations
from tests.bot.desk.books import at_noon
from tests.make import money
from tests.proof.cards import with_slack
from tests.world import ALICE, World, a_world


@pytest.fixture
def drawn(engine: Engine) -> Iterator[World]:
    """A desk at noon whose cards are drawn, so that what they say is known."""
    with a_world(engine) as world, with_slack(world):
        at_noon(world)
        yield world


def lines(worklist: Worklist) -> dict[Group, list[Fact]]:
    """The lines of each group."""
    return {section.group: list(section.lines) for section in worklist.sections}


def needs(world: World) -> list[Need]:
    """Why each line is on the list now, in order."""
    return [fact.need for found in lines(load_worklist(world.desk)).values() for fact in found]


def still(at: datetime) -> Clock:
    """A clock that stands."""
    return lambda: at


def a_day_later(world: World) -> None:
    let_pass(world, hours=24)


def test_a_return_is_unclaimed_then_undecided_then_gone_from_the_list(drawn: World) -> None:
    return_id = drawn.open(an_order(drawn))
    drawn.work()
    (fact,) = lines(load_worklist(drawn.desk))[Group.UNCLAIMED]
    assert (fact.number, fact.name, fact.amount) == (
        drawn.case(return_id).number,
        "Marie Dupont",
        money("66.00"),
    )
    assert fact.address.startswith("https://")
    decisions.take(drawn.desk, return_id, ALICE)
    assert needs(drawn) == []
    received = arrived(drawn, an_order(drawn))
    assert needs(drawn) == [Need.ARRIVED]
    decide(drawn, received)
    assert needs(drawn) == []


def test_a_refund_whose_answer_was_lost_stands_first_until_it_is_known(drawn: World) -> None:
    return_id = arrived(drawn, an_order(drawn))
    drawn.faults.plan("shop", Fault.LOST_AFTER, method="POST", path="/refunds$")
    decide(drawn, return_id)
    drawn.work()
    (fact,) = lines(load_worklist(drawn.desk))[Group.MONEY]
    assert (fact.need, fact.amount) == (Need.CHECKING, money("66.00"))
    let_pass(drawn, hours=1)
    assert needs(drawn) == []


def test_a_refund_is_due_on_the_last_day_and_overdue_the_day_after(drawn: World) -> None:
    arrived(drawn, an_order(drawn))
    for _ in range(14):
        assert needs(drawn) == [Need.ARRIVED]
        a_day_later(drawn)
    assert needs(drawn) == [Need.REFUND_TODAY]
    a_day_later(drawn)
    (fact,) = lines(load_worklist(drawn.desk))[Group.OVERDUE]
    assert fact.day == load_worklist(drawn.desk).day - timedelta(days=1)


def test_yesterdays_numbers_are_what_the_bank_and_the_shop_did_yesterday(drawn: World) -> None:
    decide(drawn, arrived(drawn, an_order(drawn)))
    decide(drawn, arrived(drawn, an_order(drawn)), Method.STORE_CREDIT)
    decide(drawn, arrived(drawn, an_order(drawn)), Method.MANUAL_REFUND)
    drawn.open(an_order(drawn))
    drawn.work()
    assert not load_worklist(drawn.desk).numbers.any
    a_day_later(drawn)
    told = load_worklist(drawn.desk).numbers
    assert (told.opened, told.settled, told.open) == (4, 3, 1)
    assert (told.refunded, told.credit) == ((money("132.00"),), (money("69.30"),))
    a_day_later(drawn)
    assert not load_worklist(drawn.desk).numbers.any


@pytest.mark.slow
def test_an_exchange_is_told_once_it_is_unpaid_for_a_day_and_when_its_time_is_over(barter: Barter) -> None:
    world = barter.world
    with with_slack(world):
        at_noon(world)
        barter.arranged(barter.coat)
        let_pass(world, hours=23)
        assert Group.UNPAID not in lines(load_worklist(world.desk))
        let_pass(world, hours=2)
        (fact,) = lines(load_worklist(world.desk))[Group.UNPAID]
        assert (fact.need, fact.amount) == (Need.UNPAID, money("30.00"))
        let_pass(world, days=4)
        assert needs(world) == [Need.LAPSED]


def test_what_an_exchange_kept_is_what_was_paid_for_the_goods_that_came_back(barter: Barter) -> None:
    world = barter.world
    with with_slack(world):
        at_noon(world)
        for wanted in (barter.sizes["L"], barter.cap):  # worth the same, and 15.00 less
            _, return_id = barter.arranged(wanted)
            barter.arrive(return_id)
            world.work()
        a_day_later(world)
        assert load_worklist(world.desk).numbers.exchanged == (money("85.00"),)


def test_nothing_is_planned_before_the_hour_or_on_other_days(drawn: World) -> None:
    monday = datetime(2027, 1, 11, tzinfo=UTC)
    for settings, hour, planned in (
        ({"digest_time": time(9)}, 7, 0),
        ({"digest_days": (1, 2)}, 12, 0),
        ({"digest_time": time(9)}, 8, 1),
    ):
        changed = drawn.desk.settings.model_copy(update=settings)
        plan_digest(replace(drawn.desk, settings=changed, clock=still(monday + timedelta(hours=hour))))
        assert len(operations(drawn, "slack.digest")) == planned
