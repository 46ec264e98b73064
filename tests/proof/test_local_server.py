"""A PostgreSQL server that goes, comes back, answers nothing to a commit, or refuses by rules of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from blocks import ids
from bot.sandbox.story.people import ALICE, BOB
from bot.worker import run
from store.db import open_engine
from store.terms import ReturnStatus
from tests.conftest import SERVER, PostgresqlServer
from tests.counter import Counter, Rma, a_counter
from tests.proof.relay import Relay
from tests.proof.test_local_worker import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER, reason="TEST_DATABASE_URL names no server"),
]
TOLD = "Not saved: the desk cannot write at the moment. Nothing was sent. Try again in a minute."
PERHAPS = "The desk lost its database while saving."


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    server = make_url(SERVER)
    with Relay(server.host or "127.0.0.1", server.port or 5432) as relay:
        yield relay


@pytest.fixture(scope="module")
def counter(relay: Relay, databases: Callable[[str], PostgresqlServer]) -> Iterator[Counter]:
    url = make_url(databases("postgresql").migrated()).set(host="127.0.0.1", port=relay.port)
    engine = open_engine(url.render_as_string(hide_password=False))
    with a_counter(engine) as counter:
        yield counter
        relay.mend()
    engine.dispose()


def confirming(counter: Counter, user: str = ALICE) -> Rma:
    """A return whose refund is one press away."""
    rma = counter.open(arrived=True)
    counter.slack.click(user, rma.card, "refund_box")
    counter.slack.submit(user)
    assert counter.modal(user).callback_id == ids.CONFIRM
    return rma


def test_a_server_that_is_gone_is_told_and_the_same_press_works_when_it_is_back(
    counter: Counter, relay: Relay
) -> None:
    rma = confirming(counter)
    relay.cut()
    result = counter.slack.submit(ALICE)
    assert result.answer is not None
    assert result.answer.milliseconds < 3000
    assert result.view is not None
    assert TOLD in str(result.view.blocks)
    relay.mend()
    assert counter.slack.submit(ALICE).view is None
    counter.work()
    assert rma.paid_back == 6600


def test_a_worker_outlives_a_server_that_is_gone(counter: Counter, relay: Relay) -> None:
    rma = confirming(counter)
    counter.slack.submit(ALICE)
    relay.cut()
    stop = threading.Event()
    worker = threading.Thread(target=run, args=(counter.journal, stop, threading.Event(), 0.05))
    worker.start()
    assert not stop.wait(2)
    assert worker.is_alive()
    assert rma.paid_back == 0
    relay.mend()
    until(lambda: rma.case.status is ReturnStatus.RESOLVED)
    stop.set()
    worker.join()
    assert rma.paid_back == 6600


def test_a_commit_without_an_answer_is_not_called_unsaved(counter: Counter, relay: Relay) -> None:
    """The delivery's own commit is the first of a press; the second one decides."""
    for commit in (1, 2):
        rma = confirming(counter)
        relay.cut_after(b"COMMIT", commit)
        result = counter.slack.submit(ALICE)
        assert result.answer is not None
        assert result.answer.acked
        assert result.view is not None
        assert PERHAPS in str(result.view.blocks), f"commit {commit}"
        decided = bool(rma.case.resolutions)
        assert decided is (commit == 2)
        counter.slack.submit(ALICE)
        counter.work()
        assert rma.paid_back == 6600
        assert len(rma.case.resolutions) == 1


@pytest.mark.parametrize("level", ["serializable", "repeatable read"])
def test_two_at_once_under_a_stricter_isolation_pay_once_and_both_are_answered(
    counter: Counter, level: str
) -> None:
    """An administrator may set it; PostgreSQL then refuses one of two with an error of its own."""
    with counter.desk.engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'"))
    counter.desk.engine.dispose()
    for _ in range(5):
        rma = confirming(counter, ALICE)
        counter.slack.click(BOB, rma.card, "refund_box")
        counter.slack.submit(BOB)
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(counter.slack.submit, (ALICE, BOB)))
        assert all(result.answer and result.answer.acked for result in results)
        counter.work()
        assert rma.paid_back == 6600
        assert len(rma.case.resolutions) == 1
        for user in (ALICE, BOB):
            if counter.slack.modal(user):
                counter.slack.close_modal(user, everything=True)
