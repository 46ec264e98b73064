"""A report of what really happened, with amounts worked out by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from bot.desk.reports import asked_of, load_report
from bot.rules.report import Report
from store.db import writing
from store.models import Return
from store.terms import Method
from tests.bot.desk.barter import Barter
from tests.bot.desk.bench import an_order, arrived, decide
from tests.bot.desk.books import at_noon
from tests.make import money
from tests.world import World, a_world


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with a_world(engine) as opened:
        at_noon(opened)
        yield opened


def told(world: World, text: str = "today") -> Report:
    return load_report(world.desk, asked_of(world.desk, text))


def test_what_was_paid_and_what_stayed_with_the_shop_are_told_apart(world: World) -> None:
    decide(world, arrived(world, an_order(world)))
    decide(world, arrived(world, an_order(world)), Method.STORE_CREDIT)
    decide(world, arrived(world, an_order(world)), Method.MANUAL_REFUND)
    world.open(an_order(world))
    world.work()
    for text in ("today", "yesterday by orders"):  # the orders were placed the day before
        sums = told(world, text).sums
        assert (sums.opened, sums.settled) == (4, 3)
        assert (sums.refunded, sums.credit, sums.exchanged) == ((money("132.00"),), (money("69.30"),), ())
        assert sums.to_decision is not None
    for text in ("yesterday", "today by orders"):
        assert told(world, text).sums.opened == 0
    assert told(world, "today by orders").before.settled == 3


def test_what_an_exchange_kept_stands_apart(barter: Barter) -> None:
    at_noon(barter.world)
    for wanted in (barter.sizes["L"], barter.cap):  # worth the same, and 15.00 less
        _, return_id = barter.arranged(wanted)
        barter.arrive(return_id)
        barter.world.work()
    assert told(barter.world).sums.exchanged == (money("85.00"),)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2027-03-27 23:30", "2027-03-28"),  # the clocks go forward at 01:00 UTC
        ("2027-03-28 21:59", "2027-03-28"),
        ("2027-03-28 22:00", "2027-03-29"),
        ("2027-10-30 22:00", "2027-10-31"),  # and back
        ("2027-10-31 22:59", "2027-10-31"),
        ("2027-10-31 23:00", "2027-11-01"),
    ],
)
def test_a_day_is_the_shops_also_when_the_clocks_change(world: World, at: str, day: str) -> None:
    settings = world.desk.settings.model_copy(update={"timezone": "Europe/Paris"})
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    desk = replace(world.desk, settings=settings, clock=lambda: moment + timedelta(days=9))
    return_id = world.open(an_order(world))
    with writing(desk.engine) as session:
        session.execute(update(Return).where(Return.id == return_id).values(opened_at=moment))  # type: ignore[arg-type]
    assert load_report(desk, asked_of(desk, day)).sums.opened == 1
