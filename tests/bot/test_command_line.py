"""The command line as a person meets it: its help, its endings, its words."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.commands.documents import env_example
from bot.config import Settings
from store.db import open_engine


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words, env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})


def test_help_tells_every_command_in_a_sentence() -> None:
    shown = typed("--help").output
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert command.hidden or re.search(rf"{name} +[A-Z]", shown), name


def test_migrate_makes_the_database_and_then_leaves_it_alone(tmp_path: Path) -> None:
    assert typed("migrate").output == "The database is up to date now.\n"
    assert (tmp_path / "returns-desk.db").exists()
    assert typed("migrate").output == "The database was up to date.\n"


def test_migrate_refuses_a_newer_database_in_words() -> None:
    typed("migrate")
    engine = open_engine("sqlite:///returns-desk.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    refused = typed("migrate")
    assert refused.exit_code == 2
    assert "a newer version has migrated it" in refused.output


def test_migrate_names_a_database_that_cannot_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
    refused = typed("migrate")
    assert refused.exit_code == 2
    assert "DATABASE_URL: cannot be opened: unable to open database file" in refused.output


@pytest.mark.parametrize("command", ["migrate", "manifest"])
def test_settings_that_cannot_be_used_stop_a_command(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", "Mars/Olympus")
    refused = typed(command)
    assert refused.exit_code == 2
    assert "TIMEZONE: expected a time zone by name" in refused.output
    assert "Traceback" not in refused.output


def test_the_manifest_needs_to_know_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = typed("manifest")
    assert refused.exit_code == 2
    assert "PUBLIC_URL: not set" in refused.output
    monkeypatch.setenv("PUBLIC_URL", "https://returns.shop.example")
    shown = json.loads(typed("manifest").output)
    assert shown["settings"]["interactivity"]["request_url"] == "https://returns.shop.example/slack/events"


def test_doctor_names_what_is_missing_and_ends_with_one(tmp_path: Path) -> None:
    report = typed("doctor")
    assert report.exit_code == 1
    assert "wrong    SLACK_BOT_TOKEN: is not set" in report.output
    assert "Run `python -m bot migrate`" in report.output
    assert list(tmp_path.iterdir()) == []


def test_doctor_names_wrong_settings_and_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "canary-51e7")
    report = typed("doctor")
    assert report.exit_code == 1
    assert "SLACK_BOT_TOKEN: expected to begin with xoxb-" in report.output
    assert "canary" not in report.output


def test_doctor_recognises_a_database_that_is_ready() -> None:
    typed("migrate")
    assert "ok       database schema: is the one of this version" in typed("doctor").output


def test_env_prints_the_example_of_the_settings() -> None:
    assert typed("env").output == env_example()
