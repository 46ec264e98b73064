"""The threads of a worker: they carry operations out, and say that the worker lives."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from bot.errors import OutcomeUnknown
from bot.journal import Journal
from bot.operations import Performer, Task
from bot.pace import Pace
from bot.worker import beat, run
from store.db import reading
from store.models import Operation
from store.terms import OperationState
from tests.bot.peer import Clock, Peer, operation, plan


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def at_work(*threads: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    running = [threading.Thread(target=thread, args=(stop,)) for thread in threads]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()


def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it never came true")


def test_a_worker_that_lives_keeps_what_it_claimed_however_slow_the_shop_is(
    engine: Engine, clock: Clock
) -> None:
    answered = threading.Event()

    def answer_late(_task: Task) -> dict[str, int]:
        answered.wait(10)
        return {"id": 1}

    pace = Pace(lease=timedelta(seconds=0.4))
    slow = Journal(engine, clock, {"pay": Performer(answer_late, probe=Peer().probe)}, pace)
    plan(engine)
    with at_work(lambda stop: run(slow, stop, threading.Event(), 0.01), lambda stop: beat(slow, stop)):
        until(lambda: bool(slow.held))
        for _ in range(5):
            time.sleep(0.2)
            clock.pass_(seconds=0.2)
            Journal(engine, clock, slow.performers, pace).take_over()
            assert operation(engine).state is OperationState.RUNNING
        answered.set()
        until(lambda: operation(engine).state is OperationState.DONE)
    assert operation(engine).attempt == 1


def test_a_claim_is_not_renewed_for_ever(engine: Engine, clock: Clock) -> None:
    plan(engine)
    renewals = []

    def hang(_task: Task) -> dict[str, int]:
        clock.pass_(seconds=30)
        stuck.renew()
        renewals.append(operation(engine).lease_until)
        now[0] += stuck.pace.held
        clock.pass_(seconds=30)
        stuck.renew()
        renewals.append(operation(engine).lease_until)
        raise OutcomeUnknown("no answer")

    now = [0.0]
    peer = Peer()
    stuck = Journal(
        engine, clock, {"pay": Performer(hang, peer.settle, None, peer.probe)}, monotonic=lambda: now[0]
    )
    stuck.run_due()
    assert renewals[0] == renewals[1]


def test_an_idle_worker_takes_no_lock_that_writes(engine: Engine, clock: Clock) -> None:
    begun: list[bool] = []
    event.listen(engine, "begin", lambda c: begun.append(c.get_execution_options().get("reading", False)))
    desk = Journal(engine, clock, {"pay": Peer().performer}, Pace(sweep=1000))
    with at_work(lambda stop: run(desk, stop, threading.Event(), 0.01)):
        until(lambda: len(begun) > 10)
    assert all(begun)


def test_a_database_that_is_away_is_asked_again_and_not_all_the_time(
    clock: Clock, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    peer = Peer()
    desk = Journal(engine, clock, {"pay": peer.performer})
    plan(engine)
    away, asked = threading.Event(), []

    def refuse(_connection: object) -> None:
        asked.append(1)
        if not away.is_set():
            raise OSError("no database")

    event.listen(engine, "begin", refuse, insert=True)
    with at_work(lambda stop: run(desk, stop, threading.Event(), 0.01)):
        until(lambda: bool(asked))
        time.sleep(0.3)
        assert len(asked) == 1
        away.set()
        until(lambda: len(peer.settled) == 1)
    with reading(engine) as session:
        assert session.get_one(Operation, 1).state is OperationState.DONE
