"""The digest by hand, as it is typed: printed without a trace, posted once, and said what became of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.config import Settings
from bot.desk.digest import DIGEST
from bot.sandbox.story.people import CHANNEL
from store.db import reading
from store.models import Operation
from tests.counter import Counter, a_counter


@pytest.fixture
def counter(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """A desk whose settings stand in the folder the command is typed in."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with a_counter(engine) as counter:
        given = {
            name: getattr(counter.desk.settings, name) for name in counter.desk.settings.model_fields_set
        }
        lines = [f"{name.upper()}={_typed(value)}" for name, value in given.items()]
        (tmp_path / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield counter


def _typed(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, ["digest", *words])


def posted(counter: Counter) -> int:
    """How many digests everybody sees."""
    return sum(one.text.startswith("Returns on") for one in counter.slack.messages(CHANNEL))


def planned(counter: Counter) -> int:
    with reading(counter.desk.engine) as session:
        return len(session.exec(select(Operation.id).where(Operation.kind == DIGEST)).all())


def test_printed_it_leaves_no_trace(counter: Counter) -> None:
    rma = counter.open()
    result = typed("--dry-run")
    assert result.exit_code == 0, result.output
    assert f"{rma.number}  Marie Dupont" in result.output
    assert (posted(counter), planned(counter)) == (0, 0)


def test_posted_it_says_so_and_the_second_time_too(counter: Counter) -> None:
    counter.open()
    assert typed().output == "Posted.\n"
    assert typed().output == "Today's digest was posted already.\n"
    assert posted(counter) == 1


def test_where_nothing_waits_nothing_is_posted_and_that_is_said(counter: Counter) -> None:
    assert "nothing was posted" in typed().output
    assert posted(counter) == 0


def test_a_closed_channel_is_an_error_and_the_worker_goes_on_trying(counter: Counter) -> None:
    counter.open()
    counter.slack.archive(CHANNEL)
    result = typed()
    assert result.exit_code == 2
    assert "until midnight" in result.output
    counter.slack.archive(CHANNEL, archived=False)
    counter.work(minutes=2)
    assert posted(counter) == 1
