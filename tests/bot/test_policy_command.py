"""The returns policy at the start and in its dry run, as the person who wrote it meets it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.commands.policy import report, stored_orders, tries
from bot.config import Settings
from bot.desk.orders import read_order
from tests.world import World, a_world

POLICY = """
[general]
days = 30
[[rule]]
name = "Hygiene"
categories = ["underwear"]
returnable = false
[[rule]]
name = "Sale"
on_sale = true
days = 7
[[rule]]
name = "Idle"
tags = ["nothing-has-it"]
"""


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def ruled(engine: Engine, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    with a_world(engine, return_policy="policy.toml") as world:
        yield world


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words, env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})


@pytest.mark.parametrize("command", ["policy", "migrate"])
def test_every_problem_of_the_policy_is_named_at_the_start(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETURN_POLICY", "policy.toml")
    (tmp_path / "policy.toml").write_text('[general]\ndays = "x"\nwhishes = []', encoding="utf-8")
    refused = typed(command)
    assert refused.exit_code == 2
    assert 'RETURN_POLICY: general, days: expected a number of days up to 3650, or "no end"' in refused.output
    assert "RETURN_POLICY: general, whishes: no such key; did you mean wishes?" in refused.output
    assert "RETURN_POLICY" in typed("doctor").output


def test_a_policy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETURN_POLICY", "nowhere.toml")
    assert "RETURN_POLICY: nowhere.toml cannot be opened: No such file or directory" in typed("policy").output


def test_the_dry_run_says_how_many_lines_could_come_back_and_what_stops_the_others(ruled: World) -> None:
    shop, desk = ruled.shop, ruled.desk
    mug = shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    slip = shop.add_product("Slip", "9.00", sku="SLIP", stock=9, categories=("Underwear",))
    bowl = shop.add_product("Bowl", "20.00", sku="BOWL", stock=9, sale_price=Decimal(15))
    for line, age in (((mug, 1), 0), ((mug, 2), 40), ((slip, 1), 0), ((bowl, 1), 10)):
        order = ruled.order(line, created=desk.now() - timedelta(days=age))
        read_order(desk, str(order.id))
    shown = list(report(desk, list(tries(desk, stored_orders(desk.engine))), examples=1))
    assert shown[0] == "4 lines of 4 orders: 1 could be returned today, 3 not."
    assert "     1  as in general" in shown
    for reason in ("the rule says no, rule “Hygiene”", "too late, rule “Sale”", "too late, as in general"):
        assert f"     1  {reason}" in shown
    assert shown[-1] == "Rules that fit none of these lines: Idle"


def test_the_dry_run_of_an_empty_desk_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOOCOMMERCE_URL", "http://127.0.0.1:9")
    assert "not ready for this version" in typed("policy").output
    typed("migrate")
    assert typed("policy").output == "0 lines of 0 orders: 0 could be returned today, 0 not.\n"


def test_units_of_another_return_are_counted_as_gone(ruled: World) -> None:
    mug = ruled.shop.add_product("Mug", "33.00", sku="MUG", stock=9)
    ruled.open(ruled.order((mug, 1)), by=None)
    shown = list(report(ruled.desk, list(tries(ruled.desk, stored_orders(ruled.desk.engine))), examples=1))
    assert "     1  returned already, or asked for" in shown
