"""No file descriptors, no threads, no connections, a shop that hangs: answered in time, well afterwards."""

import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
import requests

from bot.sandbox.faults import Fault
from bot.sandbox.shop import Mishap
from bot.sandbox.story.people import ALICE, BOB, CHANNEL, CHLOE
from handlers.signing import intake_signature
from handlers.work import THREADS as WORKERS
from store.db import AWAY, MORE, THREADS, open_engine, reading
from tests.conftest import DATABASES, PostgresqlServer, SqliteFiles
from tests.counter import Counter, Rma, a_counter

SECONDS = 3.0  # what Slack gives
TOLD = "Not saved: the desk cannot write at the moment."


@pytest.fixture(scope="module", params=DATABASES)
def counter(
    request: pytest.FixtureRequest, databases: Callable[[str], SqliteFiles | PostgresqlServer]
) -> Iterator[Counter]:
    engine = open_engine(databases(request.param).migrated())
    with a_counter(engine) as counter:
        yield counter
    engine.dispose()


@contextmanager
def no_files_left(but: int) -> Iterator[None]:
    """This process may open ``but`` more files or sockets and then no other."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 20, hard))
    hoard: list[int] = []
    try:
        while True:
            hoard.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        for _ in range(but):
            os.close(hoard.pop())
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in hoard:
            os.close(one)


def test_without_file_descriptors_a_person_is_told_and_the_desk_gets_well(counter: Counter) -> None:
    """Two are left for the line from Slack to the desk; the database can open no file and no socket."""
    counter.slack.command(ALICE, CHANNEL, "/returns", "help")
    counter.desk.engine.dispose()
    with no_files_left(but=2):
        answer = counter.slack.command(ALICE, CHANNEL, "/returns", "5567").answer
    assert answer is not None
    assert TOLD in answer.body["text"]
    assert answer.milliseconds < SECONDS * 1000
    again = counter.slack.command(ALICE, CHANNEL, "/returns", "5567").answer
    assert again is not None
    assert "Nothing found" in again.body["text"]


@pytest.mark.parametrize("left", range(8))
def test_however_few_files_are_left_the_database_is_away_and_nothing_else_is_raised(
    counter: Counter, left: int
) -> None:
    counter.desk.engine.dispose()
    with no_files_left(but=left), suppress(*AWAY), reading(counter.desk.engine) as session:
        session.connection()


def test_without_connections_to_the_database_a_person_is_told_and_the_desk_gets_well(
    counter: Counter,
) -> None:
    rma = counter.open()
    card, before = rma.card, len(counter.told(ALICE))
    with ExitStack() as stack:
        for _ in range(THREADS + MORE):
            stack.enter_context(counter.desk.engine.connect())
        answer = counter.slack.click(ALICE, card, "take").answer
        assert answer is not None
        assert answer.acked
        counter.slack.wait_for(lambda: len(counter.told(ALICE)) > before)
    assert TOLD in counter.told(ALICE)[-1]
    counter.slack.click(ALICE, card, "take")
    assert rma.case.owner is not None


@pytest.mark.slow
def test_help_desks_that_wait_for_a_slow_shop_take_no_thread_from_slack(counter: Counter) -> None:
    card, orders = counter.open().card, [counter.order() for _ in range(60)]
    counter.faults.plan("shop", Fault.SLOW, method="GET", path=r"/orders/\d+$", times=60, seconds=4)
    with ThreadPoolExecutor(61) as pool:
        waiting = [pool.submit(hand_in, counter, order.id, order.lines[0].id) for order in orders]
        time.sleep(0.5)
        answer = counter.slack.click(ALICE, card, "take").answer
        statuses = [one.result().status_code for one in waiting]
    counter.faults.clear()
    assert answer is not None
    assert answer.acked
    assert answer.milliseconds < SECONDS * 1000
    assert set(statuses) == {201, 503}
    late = orders[statuses.index(503)]
    assert hand_in(counter, late.id, late.lines[0].id).status_code == 201


def hand_in(counter: Counter, order_id: int, line: int) -> requests.Response:
    """A signed request to open a return of one unit."""
    item = {"line": line, "quantity": 1, "reason": "too_small"}
    request: dict[str, Any] = {"request_id": f"form-{order_id}", "order": str(order_id), "items": [item]}
    body = json.dumps({**request, "email": "marie@example.com"}).encode()
    secret = counter.desk.settings.intake_secret.get_secret_value()
    signed = {"x-returns-signature": intake_signature(body, secret, counter.desk.now())}
    return requests.post(counter.url + "/api/v1/returns", data=body, headers=signed, timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [3.0])
def test_fifty_clicks_while_every_worker_waits_for_the_shop_are_acknowledged_and_nothing_is_sent_twice(
    counter: Counter, seconds: float
) -> None:
    refunds = [refunding(counter) for _ in range(WORKERS)]
    card = counter.open().card
    counter.shop.plan_mishap(Mishap.SLOW, seconds=seconds, times=len(refunds))
    with ThreadPoolExecutor(WORKERS) as workers, ThreadPoolExecutor(50) as people:
        working = [workers.submit(counter.journal.run_all) for _ in refunds]
        time.sleep(0.5)
        clicks = [people.submit(press, counter, card, number) for number in range(50)]
        assert all(click.result() for click in clicks)
        for one in working:
            one.result()
    counter.work(hours=1)
    assert [len(counter.shop.ledger.refunds(rma.order.id)) for rma in refunds] == [1] * len(refunds)


def refunding(counter: Counter) -> Rma:
    """A return whose refund is decided and not yet sent."""
    rma = counter.open(arrived=True)
    counter.slack.click(ALICE, rma.card, "refund_box")
    counter.slack.submit(ALICE)
    counter.slack.submit(ALICE)
    return rma


def press(counter: Counter, card: Any, number: int) -> bool:
    """One of three people opens the list of everything else that can be done."""
    return bool(counter.slack.click((ALICE, BOB, CHLOE)[number % 3], card, "more").acked)
