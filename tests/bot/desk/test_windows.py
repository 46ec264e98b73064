"""The days of the policy's rules count for a return that another program brings."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.desk.eligibility import window_for
from bot.desk.intake import deadline
from bot.desk.orders import read_order
from store.terms import Reason
from tests.world import World, a_world

POLICY = """
[[rule]]
name = "Outlet"
tags = ["outlet"]
returnable = false
days = 3
[reason.defective]
days = 400
"""


@pytest.fixture
def ruled(engine: Engine, tmp_path: Path) -> Iterator[World]:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    with a_world(engine, return_policy=str(policy)) as world:
        yield world


def ends(world: World, reasons: list[Reason]) -> tuple[date | None, date]:
    """The day for these reasons, a line of the order each; and the day of the general window."""
    articles = [("Mug", {}), ("Jug", {}), ("Bowl", {"tags": ["outlet"]})]
    goods = [world.shop.add_product(name, "9.00", sku=name, stock=9, **more) for name, more in articles]
    order = read_order(world.desk, str(world.order(*[(one, 1) for one in goods]).id))
    general = deadline(world.desk, order)
    assert general is not None
    lines = dict(zip((line.line_id for line in order.products), reasons, strict=False))
    return window_for(world.desk, order, lines).until, general.date()


def test_a_reason_has_its_own_days_and_the_longest_holds(ruled: World) -> None:
    alone, general = ends(ruled, [Reason.TOO_SMALL])
    assert alone == general
    together, _ = ends(ruled, [Reason.TOO_SMALL, Reason.DEFECTIVE])
    assert together is not None
    assert together > general + timedelta(days=300)


def test_a_rule_has_its_own_days_and_refuses_nobody_here(ruled: World) -> None:
    mug = ruled.shop.add_product("Bowl", "9.00", sku="BOWL", stock=9, tags=["outlet"])
    order = read_order(ruled.desk, str(ruled.order((mug, 1)).id))
    general = deadline(ruled.desk, order)
    until = window_for(ruled.desk, order, {order.products[0].line_id: Reason.TOO_LARGE}).until
    assert until is not None
    assert general is not None
    assert until < general.date()


def test_a_line_that_is_not_of_the_order_changes_nothing(ruled: World) -> None:
    order = read_order(ruled.desk, str(ruled.order((ruled.shop.add_product("Mug", "9.00"), 1)).id))
    assert window_for(ruled.desk, order, {999: Reason.OTHER}).until is None
