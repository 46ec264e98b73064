"""The list of returns: all of it is there, and nothing that somebody wrote acts in terminals or tables."""

import csv
import io
import stat
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.listing import ENCODING, HEADING, list_returns
from bot.desk import decisions
from store.terms import ReturnStatus
from tests.payloads import FORMULAS, UNSEEN
from tests.world import ALICE, World, a_world


def two_returns(world: World) -> None:
    """One of a product with a formula for its name, bought by an escape sequence; and a plain one."""
    mug = world.shop.add_product(FORMULAS["formula"], "33.00", stock=5)
    billing = {
        "first_name": UNSEEN["terminal"],
        "last_name": "D",
        "email": FORMULAS["command"],
        "country": "FR",
    }
    world.open(world.order((mug, 2), billing=billing))
    cup = world.shop.add_product("Cup", "10.00", stock=5)
    plain = world.open(world.order((cup, 1)))
    decisions.approve(world.desk, plain, ALICE, world.case(plain).version)


def test_the_terminal_shows_each_return_on_a_line_and_obeys_none(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_world(engine, database_url=engine.url.render_as_string(hide_password=False)) as world:
        two_returns(world)
        list_returns(world.desk.settings, table=None, state=None)
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith("RMA-1  ")
        assert "\\x1b[2J" in first
        assert "\x1b" not in first
        assert second.endswith("marie@example.com  1 × Cup")
        list_returns(world.desk.settings, table=None, state=ReturnStatus.APPROVED)
        assert capsys.readouterr().out.startswith("RMA-2  ")


def test_the_table_holds_everything_and_computes_nothing(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "returns.csv"
    with a_world(engine, database_url=engine.url.render_as_string(hide_password=False)) as world:
        two_returns(world)
        list_returns(world.desk.settings, table=file, state=None)
        with pytest.raises(typer.Exit):  # what is there already is not written over
            list_returns(world.desk.settings, table=file, state=None)
    heading, first, second = csv.reader(io.StringIO(file.read_text(ENCODING), newline=""))
    assert tuple(heading) == HEADING
    assert first[6] == f"'{FORMULAS['command']}"
    assert first[7] == f"2 × {FORMULAS['formula']}"
    assert second[0] == "RMA-2"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_state_that_there_is_not_is_refused_with_those_there_are() -> None:
    answer = CliRunner().invoke(app, ["list", "--state", "lost"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert answer.exit_code == 2
    assert "pending" in answer.output
