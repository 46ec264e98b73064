"""People who decide and workers hold the same rows: they never wait for each other in a ring."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from bot.desk.performers import hold
from bot.journal import Journal
from bot.operations import Performer, Task
from store import journal, returns
from store.db import writing
from store.models import Operation
from store.terms import OperationState
from tests.bot.peer import START, Clock, Peer, operation, plan
from tests.store.rows import a_return, an_order, keep


@pytest.fixture
def held(engine: Engine) -> Engine:
    """A database with one return, whose operations have its id."""
    keep(engine, an_order(), a_return())
    return engine


def decide_meanwhile(engine: Engine, worker: Journal, wanted: Operation) -> None:
    """Hold the return, let ``worker`` go as far as it can, want ``wanted`` too, and let all end."""
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as session:
            returns.locked_with_order(session, 1)
            work = pool.submit(worker.run_all)
            threading.Event().wait(0.5)
            journal.plan_again(session, wanted)
        assert work.result(10)
    worker.run_all()


def wanted(key: str, kind: str) -> Operation:
    row: dict[str, Any] = {"due_at": START, "planned_at": START, "state": OperationState.DUE, "payload": {}}
    return Operation(key=key, kind=kind, lane="order:1", return_id=1, **row)


def test_a_card_wanted_again_while_it_is_drawn_waits_for_no_decision(held: Engine) -> None:
    peer = Peer()

    def want_again(_task: Task) -> dict[str, Any]:
        with writing(held) as session:
            journal.plan_again(session, wanted("card/1", "draw"))
        return {}

    peer.answers = [want_again]
    plan(held, "card/1", kind="draw", return_id=1)
    worker = Journal(held, Clock(), {"draw": Performer(peer.send)})
    decide_meanwhile(held, worker, wanted("card/1", "draw"))
    assert operation(held, "card/1").state is OperationState.DONE


def test_what_is_settled_on_a_return_is_written_after_its_row_is_held(held: Engine) -> None:
    peer = Peer()

    def settle(session: Session, _operation: Operation, _outcome: object) -> None:
        returns.locked(session, 1)

    plan(held, "watch/1", kind="watch", return_id=1)
    worker = Journal(held, Clock(), {"watch": Performer(peer.send, settle, hold=hold)})
    decide_meanwhile(held, worker, wanted("watch/1", "watch"))
    assert operation(held, "watch/1").state is OperationState.DONE
