"""Whole desks in processes of their own, as in production, each on the core it is given, over a real file.

The desk (doors and worker, two processes) has the machine's last core; Slack, the shop and those who click
have the first. The database is set as the desk sets it: a log, and each commit waits for the disk.
"""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from store.db import SQLITE_PRAGMAS, migrate, open_engine
from tests.bench.knocking import Door
from tests.bench.population import fill

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0
CORES = sorted(os.sched_getaffinity(0))
HERS, OTHERS = CORES[-1], CORES[0]  # the desk's core, and everybody else's
SECRET = "bench-floor"


@dataclass
class Child:
    """One process, bound to a core."""

    process: "subprocess.Popen[str]"

    @property
    def pid(self) -> int:
        return self.process.pid

    def memory(self) -> int:
        """Bytes in memory. A database that is mapped into it is the machine's cache and is not counted."""
        kilobytes, is_counted = 0, True
        for row in Path(f"/proc/{self.pid}/smaps").read_text().splitlines():
            name = row.split(maxsplit=1)[0]
            if not name.endswith(":"):
                is_counted = ".db" not in row
            elif name == "Rss:" and is_counted:
                kilobytes += int(row.split()[1])
        return kilobytes * 1024

    def seconds(self) -> float:
        """CPU it took so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """SIGKILL, as the machine does when memory runs out."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def a_child(
    *arguments: str, core: int, folder: Path, more: Mapping[str, str] | None = None
) -> Iterator[Child]:
    """A Python process until the end of the block; what it complains of stands in ``log`` of the folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **(more or {})}
    command = [sys.executable, "-m", *arguments]
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        os.sched_setaffinity(process.pid, {core})
        try:
            yield Child(process)
        finally:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


@dataclass
class Stage:
    """A desk, and Slack and the shop around it."""

    folder: Path
    database: Path
    outside: str
    settings: Mapping[str, Any]
    port: int
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def door(self) -> Door:
        return Door(f"http://127.0.0.1:{self.port}", self.settings["slack_signing_secret"])

    def ask(self, path: str, **query: Any) -> Any:
        """What Slack or the shop know, who are asked without the desk's knowledge."""
        return requests.get(f"{self.outside}/-/{path}", params=query, timeout=300).json()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What stands in the desk's database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def serving(self, *more: str, wait: bool = True) -> Iterator[Child]:
        """The doors, ready to be knocked at; or, without ``wait``, on their way there."""
        with self._running("serve", "--host", "127.0.0.1", *more) as child:
            if wait:
                await_answer(f"{self.door.url}/readyz", child)
            yield child

    @contextmanager
    def working(self) -> Iterator[Child]:
        """The worker."""
        with self._running("work") as child:
            yield child

    @contextmanager
    def _running(self, *arguments: str) -> Iterator[Child]:
        names = {name.upper(): value for name, value in self.settings.items()}
        more = {**names, "PORT": str(self.port)}
        with a_child("bot", *arguments, core=HERS, folder=self.folder, more=more) as child:
            self.children[arguments[0]] = child
            yield child


@contextmanager
def a_stage(folder: Path, source: Path, **settings: str) -> Iterator[Stage]:
    """A copy of a database with its world around it; nothing of the desk runs yet."""
    folder.mkdir(parents=True)
    database = folder / "desk.db"
    shutil.copyfile(source, database)
    _trust(database)
    with a_child("tests.bench.outside", f"sqlite:///{database}", core=OTHERS, folder=folder) as child:
        assert child.process.stdout is not None
        said = json.loads(child.process.stdout.readline())
        given = {**said["settings"], "photo_folder": str(folder), **settings}
        yield Stage(folder, database, said["url"], given, free_port(), {"outside": child})


def _trust(database: Path) -> None:
    """Those who may act were looked up just now."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE members SET checked_at = ?", (now,))


@contextmanager
def a_floor(folder: Path, *more: str) -> Iterator[Door]:
    """The empty Bolt application (B0), on the same core as the desk."""
    port = free_port()
    with a_child("tests.bench.floor", str(port), SECRET, *more, core=HERS, folder=folder) as child:
        await_answer(f"http://127.0.0.1:{port}/healthz", child)
        yield Door(f"http://127.0.0.1:{port}", SECRET)


def await_answer(url: str, child: Child) -> None:
    """Until the process answers there with 200."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and child.process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.01)
    raise RuntimeError(f"{url} does not answer")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        port: int = kept.getsockname()[1]
        return port


def a_population(path: Path, count: int, tick: Callable[[int], None] = lambda _done: None) -> Path:
    """A database with so many returns, made if it is not there; ``tick`` hears how many more are."""
    if not path.exists():
        engine = open_engine(f"sqlite:///{path}.new")
        migrate(engine)
        fill(engine, count, tick=tick)
        engine.dispose()
        Path(f"{path}.new").rename(path)
    return path


def conditions(folder: Path) -> list[str]:
    """What a reader has to know of the machine: its core, its disk, how safe a commit is."""
    engine = open_engine(f"sqlite:///{folder}/conditions.db")
    with ExitStack() as stack:
        connection = stack.enter_context(engine.connect())
        names = [pragma.split()[1].partition("=")[0] for pragma in SQLITE_PRAGMAS]
        values = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]
    engine.dispose()
    pragmas = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    model = next((row for row in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in row), "")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    cores = f"the desk on core {HERS}, the rest on {OTHERS}"
    return [
        f"{len(CORES)} cores,{model.partition(':')[2]}; load {load}; {cores}",
        f"SQLite {sqlite3.sqlite_version}: {pragmas}; a write that waits for the disk {_sync(folder):.2f} ms",
    ]


def _sync(folder: Path) -> float:
    """Milliseconds of a write of one page that waits for the disk, the median of a hundred."""
    spans = []
    with (folder / "sync").open("wb") as file:
        for _ in range(100):
            started = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            spans.append((time.perf_counter() - started) * 1000)
    return sorted(spans)[50]
