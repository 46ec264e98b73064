"""What is kept for a while only goes by itself, and one person's part can be written down for them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import Engine
from sqlmodel import select

from bot.commands.erase import erase_by_hand, export
from bot.desk.decisions import reject
from bot.desk.portal_links import ask_for_link
from bot.desk.retention import forget_old_customers, forget_what_was_typed
from store.db import reading
from store.models import Operation, Return
from tests.world import ALICE, World, a_world


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    """The commands open the database of the settings themselves."""
    url = engine.url.render_as_string(hide_password=False)
    with a_world(engine, database_url=url) as opened:
        yield opened


def a_return(world: World) -> int:
    mug = world.shop.add_product("Mug", "33.00", stock=5)
    return world.open(world.order((mug, 2)))


def email_of(world: World, return_id: int) -> str:
    with reading(world.desk.engine) as session:
        return session.get_one(Return, return_id).customer_email


@pytest.mark.parametrize(("months", "days", "is_kept"), [(3, 80, True), (3, 100, False), (0, 4000, True)])
def test_customers_of_long_ago_are_erased(world: World, months: int, days: int, *, is_kept: bool) -> None:
    return_id = a_return(world)
    still_open = a_return(world)
    reject(world.desk, return_id, ALICE, world.case(return_id).version, "too late")
    world.work()
    world.clock.pass_(days=days)
    settings = world.desk.settings.model_copy(update={"keep_months": months})
    desk = replace(world.desk, settings=settings)
    forget_old_customers(desk)
    forget_old_customers(desk)
    assert bool(email_of(world, return_id)) is is_kept
    assert email_of(world, still_open) != ""


def typed(world: World) -> list[Any]:
    with reading(world.desk.engine) as session:
        return list(session.exec(select(Operation.payload).where(Operation.kind == "portal.look_up")))


def test_what_was_typed_is_forgotten_once_it_was_looked_up(world: World) -> None:
    ask_for_link(world.desk, "999", "marie@example.com", "10.0.0.1", "en")
    forget_what_was_typed(world.desk)
    assert "marie@example.com" in str(typed(world))
    world.work()
    forget_what_was_typed(world.desk)
    assert typed(world) == [{"number": "", "email": "", "language": ""}]


def test_what_was_typed_is_forgotten_after_a_day_in_any_case(world: World) -> None:
    ask_for_link(world.desk, "999", "marie@example.com", "10.0.0.1", "en")
    world.clock.pass_(hours=25)
    forget_what_was_typed(world.desk)
    assert "marie" not in str(typed(world))


def test_a_person_gets_all_that_is_kept_and_then_nothing_is(world: World, tmp_path: Path) -> None:
    a_return(world)
    world.work()
    export(world.desk.settings, "Marie@Example.com", tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "kept.json").read_text(encoding="utf-8"))
    assert {"orders", "returns", "return_items", "history"} <= set(kept)
    assert kept["returns"][0]["customer_name"] == "Marie Dupont"
    with pytest.raises(typer.Exit):
        export(world.desk.settings, "marie@example.com", tmp_path / "out")
    erase_by_hand(world.desk.settings, "marie@example.com", is_sure=True)
    with pytest.raises(typer.Exit):
        export(world.desk.settings, "marie@example.com", tmp_path / "again")


def test_somebody_unknown_ends_the_command(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        erase_by_hand(world.desk.settings, "nobody@example.com", is_sure=True)
    assert "Nothing is kept" in capsys.readouterr().err
