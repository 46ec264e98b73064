"""A report as it is typed: printed, or its returns in a private file in which nothing is computed."""

import csv
import io
import stat
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine
from sqlmodel import select

from bot.commands.listing import ENCODING
from bot.commands.report import print_report, write_table
from bot.desk.report_table import HEADING, pieces
from bot.desk.reports import asked_of
from store.db import reading
from store.models import History
from tests.bot.desk.bench import an_order, arrived, decide
from tests.payloads import FORMULAS
from tests.world import a_world


def test_the_numbers_are_printed(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    with a_world(engine, database_url=engine.url.render_as_string(hide_password=False)) as world:
        world.open(an_order(world))
        print_report(world.desk.settings, "month")
        assert "Returns opened  1  ·  before: 0" in capsys.readouterr().out
        with pytest.raises(typer.Exit):
            print_report(world.desk.settings, "someday")


def test_the_file_has_every_return_with_its_amounts_and_computes_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "returns.csv"
    with a_world(engine, database_url=engine.url.render_as_string(hide_password=False)) as world:
        mug = world.shop.add_product("Mug", "33.00", stock=5)
        billing = {"first_name": FORMULAS["formula"], "last_name": "D", "email": FORMULAS["command"]}
        world.open(world.order((mug, 2), billing=billing | {"country": "FR"}))
        decide(world, arrived(world, an_order(world)))
        world.work()
        write_table(world.desk.settings, "month", file)
        with pytest.raises(typer.Exit):  # what is there already is not written over
            write_table(world.desk.settings, "month", file)
        with reading(world.desk.engine) as session:
            noted = [row for row in session.exec(select(History)) if row.verb == "exported"]
    heading, first, second = csv.reader(io.StringIO(file.read_text(ENCODING), newline=""))
    assert tuple(heading) == HEADING
    assert first[5].startswith("'=")
    assert first[6] == f"'{FORMULAS['command']}".lower()
    assert first[9:] == ["EUR", "0.00", "0.00"]
    assert second[9:] == ["EUR", "66.00", "0.00"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [row.values["count"] for row in noted] == [2]


def test_pieces_hold_each_return_once(engine: Engine) -> None:
    with a_world(engine) as world:
        for _ in range(5):
            world.open(an_order(world))
        found = list(pieces(world.desk, asked_of(world.desk, "month"), at_once=2))
    assert [len(rows) for rows in found] == [2, 2, 1]
    assert [row[0] for rows in found for row in rows] == [f"RMA-{number}" for number in range(1, 6)]
