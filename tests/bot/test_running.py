"""Doors and worker as processes: they start while others are away, and end when told to."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bot.config import Settings
from store.db import migrate, open_engine

NOWHERE = "http://127.0.0.1:9"
START, END = 30, 20  # seconds, on a machine that does other things too

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path, port: int) -> dict[str, str]:
    """Settings that are complete, though Slack and shop do not answer; and nothing of this machine's own."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    return {
        **kept,
        "DATABASE_URL": f"sqlite:///{tmp_path}/desk.db",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "k" * 32,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "signing",
        "SLACK_CHANNEL": "C0123456789",
        "SLACK_API_URL": f"{NOWHERE}/api/",
        "WOOCOMMERCE_URL": NOWHERE,
        "WOOCOMMERCE_CONSUMER_KEY": "ck_1",
        "WOOCOMMERCE_CONSUMER_SECRET": "cs_1",
        "WOOCOMMERCE_WEBHOOK_SECRET": "hook",
    }


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Starts ``python -m bot`` with these words, and sees to it that nothing stays behind."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, **changed: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=tmp_path,
            env={**environment, **changed},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def migrated(environment: dict[str, str]) -> None:
    engine = open_engine(environment["DATABASE_URL"])
    migrate(engine)
    engine.dispose()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + START
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until, "did not start in time"
        time.sleep(0.1)


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("words", [("serve",), ("serve", "--with-worker")])
def test_the_desk_opens_while_slack_and_shop_are_away_and_ends_when_told(
    start: Start, port: int, words: tuple[str, ...]
) -> None:
    process = start(*words, "--host", "127.0.0.1")
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), process)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=END)
    assert process.returncode == 0, said
    assert "Traceback" not in said


@pytest.mark.usefixtures("migrated")
def test_the_worker_ends_when_told(start: Start) -> None:
    process = start("work")
    assert process.stdout
    for line in process.stdout:
        if "the worker is at work" in line:
            break
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=END)
    assert process.returncode == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=pytest.mark.slow)])
def test_the_demo_needs_no_settings_plays_its_story_and_ends_when_told(
    start: Start, port: int, environment: dict[str, str], language: str
) -> None:
    nothing = {name: "" for name in environment if name.lower() in Settings.model_fields}
    process = start("demo", "--port", str(port), "--language", language, **nothing)
    assert process.stdout
    assert any(f"Open http://127.0.0.1:{port} in a browser" in line for line in process.stdout)
    seen = requests.get(f"http://127.0.0.1:{port}/api/state", params={"as": "U01ALICE"}, timeout=5).text
    assert len(set(re.findall(r"RMA-1\d\d\d", seen))) > 20
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=END)
    assert process.returncode == 0, said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named(start: Start, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        process = start("demo", "--port", str(port))
        said, _ = process.communicate(timeout=START)
    assert process.returncode == 2
    assert f"Port {port} cannot be opened" in said


@pytest.mark.parametrize("command", ["serve", "work"])
def test_nothing_starts_on_a_database_of_another_version(start: Start, command: str) -> None:
    process = start(command)
    said, _ = process.communicate(timeout=START)
    assert process.returncode == 2
    assert "Run `python -m bot migrate` first." in said


@pytest.mark.parametrize("command", ["serve", "work"])
def test_nothing_starts_without_what_it_needs(start: Start, command: str) -> None:
    process = start(command, SLACK_CHANNEL="", WOOCOMMERCE_URL="")
    said, _ = process.communicate(timeout=START)
    assert process.returncode == 2
    assert "SLACK_CHANNEL: not set." in said
    assert "WOOCOMMERCE_URL: not set." in said
