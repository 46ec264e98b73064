"""What the journal costs: CPU of the desk per refund and per cheap effect, with it and without it.

Without it means: the same reads and the same request to the shop, then the outcome and its consequences in
one transaction. Both are measured in turn in one run; only the CPU of the thread that acts is counted, which
leaves out the sandbox. ``BENCH_DATABASE_URL`` names an empty PostgreSQL database; otherwise it is SQLite.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlmodel import select

from bot.desk.changes import an_operation
from bot.journal import Journal
from bot.operations import Look, Outcome, Performer, Task, Verdict
from bot.worker import run
from store import journal
from store.db import migrate, open_engine, reading, writing
from store.models import Operation
from store.terms import OperationState
from tests.bench.table import Spread, say, show
from tests.bot.desk.bench import an_order, arrived, decide
from tests.world import World, a_world

WARM = 5
IDLE_THREADS = 4


@dataclass
class Cost:
    """What some actions took of this process: CPU in milliseconds, and what the database was asked."""

    name: str
    cpu: list[float] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def row(self) -> list[str]:
        """The name, the median and the 95th percentile, statements and commits per action."""
        spread = Spread(self.cpu)
        statements, commits = (sum(one[part] for one in self.asked) / len(self.asked) for part in (0, 1))
        return [self.name, f"{spread.p50:.2f}", f"{spread.p95:.2f}", f"{statements:.1f}", f"{commits:.1f}"]


@dataclass
class Asked:
    """Counts what a database is asked."""

    engine: Engine
    statements: int = 0
    commits: int = 0

    def __post_init__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self._statement)
        event.listen(self.engine, "commit", self._commit)

    def _statement(self, *_: object) -> None:
        self.statements += 1

    def _commit(self, _connection: Connection) -> None:
        self.commits += 1

    def measure(self, cost: Cost, act: Callable[[], object]) -> None:
        """Act, and write down what it took."""
        statements, commits, started = self.statements, self.commits, time.thread_time()
        act()
        cost.cpu.append((time.thread_time() - started) * 1000)
        cost.asked.append((self.statements - statements, self.commits - commits))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=100, help="of each kind")
    parser.add_argument("--idle", type=float, default=20.0, help="seconds to watch an idle worker")
    wanted = parser.parse_args()
    with ExitStack() as stack:
        world = stack.enter_context(a_desk())
        asked = Asked(world.desk.engine)
        say(f"database: {world.desk.engine.dialect.name}")
        _show("a refund: read the order, ask the shop, settle", *_refunds(world, asked, wanted.actions))
        _show("an effect that costs nothing itself", *_nothings(world, asked, wanted.actions))
        _idle(world, asked, wanted.idle)


def _show(title: str, without: Cost, with_it: Cost) -> None:
    plain, kept = Spread(without.cpu), Spread(with_it.cpu)
    ratio = ["ratio", f"{kept.p50 / plain.p50:.2f}", f"{kept.p95 / plain.p95:.2f}", "", ""]
    head = ["CPU per action, ms", "p50", "p95", "statements", "commits"]
    show(title, head, [without.row(), with_it.row(), ratio])


def _refunds(world: World, asked: Asked, count: int) -> tuple[Cost, Cost]:
    without, with_it = Cost("without the journal"), Cost("with the journal")
    for number in range(2 * (count + WARM)):
        order = an_order(world)
        decide(world, arrived(world, order))
        kept = with_it if number % 2 else without
        act = world.journal.run_due if number % 2 else lambda: _straight(world)
        asked.measure(kept if number >= 2 * WARM else Cost(""), act)
        if world.paid_back(order) != 6600:
            raise SystemExit("the refund was not the one that was measured")
        world.work()
    return without, with_it


def _straight(world: World) -> None:
    """The refund that is due, carried out by the same hands without the journal."""
    with reading(world.desk.engine) as session:
        due = select(Operation).where(Operation.state == OperationState.DUE, Operation.kind == "shop.refund")
        operation = session.exec(due).one()
    performer = world.journal.performers[operation.kind]
    baseline = performer.prepare(_task(operation, {})) if performer.prepare else {}
    evidence = performer.send(_task(operation, baseline))
    with writing(world.desk.engine) as session:
        kept = session.get_one(Operation, operation.id)
        kept.state, kept.evidence, kept.finished_at = OperationState.DONE, dict(evidence), world.clock()
        session.add(kept)
        session.flush()
        assert performer.settle is not None
        performer.settle(session, kept, Outcome(OperationState.DONE, evidence))


def _task(operation: Operation, baseline: Any) -> Task:
    assert operation.id is not None
    return Task(
        operation_id=operation.id,
        key=operation.key,
        kind=operation.kind,
        payload=operation.payload,
        baseline=baseline,
        attempt=1,
        key_version=operation.key_version,
        sent_at=None,
        return_id=operation.return_id,
        resolution_id=operation.resolution_id,
    )


def _nothings(world: World, asked: Asked, count: int) -> tuple[Cost, Cost]:
    """The journal alone: the effect is a function that returns, watched like money."""

    def send(task: Task) -> dict[str, int]:
        task.guard()
        return {"id": 1}

    with_it, without = Cost("with the journal"), Cost("without the journal")
    performers = {"bench": Performer(send, probe=lambda _task: Verdict(Look.DONE))}
    alone = Journal(world.desk.engine, world.clock, performers)
    for number in range(count + WARM):
        warm, key = number < WARM, f"bench/{number}"
        asked.measure(Cost("") if warm else without, partial(_plan, world, f"{key}/plain", "gone"))
        asked.measure(Cost("") if warm else with_it, partial(_plan_and_run, world, key, alone))
    return without, with_it


def _plan_and_run(world: World, key: str, alone: Journal) -> None:
    _plan(world, key)
    alone.run_due()


def _plan(world: World, key: str, kind: str = "bench") -> None:
    """One transaction with one row in it, which is also all that the plain way needs."""
    with writing(world.desk.engine) as session:
        journal.plan(session, an_operation(key, kind, key, {}, now=world.clock()))


def _idle(world: World, asked: Asked, seconds: float) -> None:
    """A worker's threads with nothing to do, after all that went before."""
    stop, wake, cpu = threading.Event(), threading.Event(), Cost("idle")
    idle = Journal(world.desk.engine, world.clock, {"nothing": Performer(lambda _task: {})})
    act = partial(asked.measure, cpu, partial(run, idle, stop, wake))
    threads = [threading.Thread(target=act) for _ in range(IDLE_THREADS)]
    statements, commits = asked.statements, asked.commits
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    wake.set()
    for thread in threads:
        thread.join()
    minute = 60 / seconds
    asked_for = (asked.statements - statements, asked.commits - commits)
    per_minute = [f"{sum(cpu.cpu) / 1000 * minute:.2f}", *(f"{number * minute:.0f}" for number in asked_for)]
    rows = [[f"{IDLE_THREADS} threads", *per_minute]]
    show("a worker with nothing to do, per minute", ["", "CPU, s", "statements", "commits"], rows)


@contextmanager
def a_desk() -> Iterator[World]:
    """A desk and a shop on a fresh database."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        engine = open_engine(os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/desk.db")
        stack.callback(engine.dispose)
        migrate(engine)
        yield stack.enter_context(a_world(engine))


if __name__ == "__main__":
    main()
