"""Something outside that takes orders, a clock moved by hand, and rows of the journal: for its tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from bot.journal import Journal
from bot.operations import Look, Outcome, Performer, Task, Verdict
from store import journal
from store.db import reading, writing
from store.models import Operation
from store.terms import OperationState

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Peer:
    """Something outside that takes money orders: what it answers is told, what it did is counted."""

    answers: list[Callable[[Task], Any]] = field(default_factory=list)
    looks: list[Verdict | Exception] = field(default_factory=list)
    sent: list[Task] = field(default_factory=list)
    settled: list[Outcome] = field(default_factory=list)

    def send(self, task: Task) -> Any:
        task.guard()
        self.sent.append(task)
        return self.answers.pop(0)(task) if self.answers else {"id": len(self.sent)}

    def probe(self, _task: Task) -> Verdict:
        look = self.looks.pop(0) if self.looks else Verdict(Look.ABSENT)
        if isinstance(look, Exception):
            raise look
        return look

    def settle(self, _session: Session, _operation: Operation, outcome: Outcome) -> None:
        self.settled.append(outcome)

    @property
    def performer(self) -> Performer:
        return Performer(self.send, self.settle, None, self.probe)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


def raising(error: Exception) -> Callable[[Task], Any]:
    def answer(_task: Task) -> Any:
        raise error

    return answer


def plan(
    engine: Engine, key: str = "pay/1", *, kind: str = "pay", lane: str = "order:1", **more: Any
) -> None:
    row = {"state": OperationState.DUE, "payload": {}, "due_at": START, "planned_at": START, **more}
    with writing(engine) as session:
        journal.plan_again(session, Operation(key=key, kind=kind, lane=lane, **row))


def operation(engine: Engine, key: str = "pay/1") -> Operation:
    with reading(engine) as session:
        return session.exec(select(Operation).where(Operation.key == key)).one()


def run_for(runner: Journal, clock: Clock, **span: float) -> None:
    """Work on, half a minute at a time."""
    end = clock.now + timedelta(**span)
    while clock.now < end:
        runner.run_all()
        clock.pass_(seconds=30)
