"""A full disk: no call leaves without its written intent, the person is told, and work goes on afterwards.

The disk is a file system of its own that is really full, or, where none may be mounted, a limit the kernel
keeps; each is filled at every moment in turn at which the desk begins or commits a transaction.
"""

import json
import shutil
from collections import Counter as Counts
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text

from blocks import ids
from bot.sandbox.story.people import ALICE, CHANNEL
from store import inbox, marks
from store.db import AWAY, open_engine, reading, writing
from store.terms import Method, ReturnStatus
from tests.bot.desk.bench import arrived, decide, let_pass
from tests.conftest import SqliteFiles
from tests.counter import Counter, a_counter
from tests.proof.local_faults import Disk, Limit, can_mount, empty_log, full, full_at
from tests.world import World

TOLD = "Not saved: the desk cannot write at the moment."
ROUNDS_WHILE_FULL = 3
MOST_STEPS = 400
STRIDE = 9  # CI looks at every ninth moment of the work, the proof at each


@pytest.fixture(scope="module", params=["mounted", "limited"])
def disk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    folder = tmp_path_factory.mktemp("disk")
    if request.param == "mounted" and not can_mount(folder):
        pytest.skip("no file system may be mounted here; the limit stands for it")
    with (Disk if request.param == "mounted" else Limit)(folder) as disk:
        yield disk


@pytest.fixture(scope="module")
def counter(disk: Disk, databases: Callable[[str], SqliteFiles]) -> Iterator[Counter]:
    migrated = databases("sqlite").migrated().removeprefix("sqlite:///")
    shutil.copyfile(migrated, disk.folder / "desk.db")
    with ExitStack() as stack:
        engine = open_engine(f"sqlite:///{disk.folder}/desk.db")
        stack.callback(engine.dispose)
        yield stack.enter_context(a_counter(engine))


@pytest.fixture
def world(counter: Counter) -> World:
    return World(counter.desk, counter.shop, counter.journal, counter.later, counter.faults)


def posts(counter: Counter) -> int:
    """How many requests for a refund have left so far."""
    return sum(k.method == "POST" and k.path.endswith("/refunds") for k in counter.faults.knocks)


def intents(counter: Counter) -> int:
    """How many sends of a refund were written down so far, as the file says."""
    query = "SELECT COUNT(*) FROM attempts JOIN operations ON operations.id = operation_id"
    with counter.desk.engine.connect() as connection:
        which = " WHERE step = 'sending' AND kind IN ('shop.refund', 'shop.book')"
        return int(connection.execute(text(query + which)).scalar_one())


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_moment_of_a_click(
    counter: Counter, disk: Disk, counts: Counts[str]
) -> None:
    told = 0
    for step in range(1, MOST_STEPS):
        rma = counter.open(arrived=True)
        counter.slack.click(ALICE, rma.card, "refund_box")
        counter.slack.submit(ALICE)
        with full_at(counter.desk.engine, disk, step) as left:
            result = counter.slack.submit(ALICE)
        assert result.answer is not None
        assert result.answer.acked, f"full at moment {step}"
        assert result.answer.milliseconds < 3000
        if result.view is not None:
            told += 1
            assert result.view.callback_id == ids.CONFIRM
            assert TOLD in json.dumps(result.view.blocks), f"full at moment {step}"
            assert rma.case.resolutions == ()
            counter.slack.submit(ALICE)
        counter.work()
        assert rma.paid_back == 6600, f"full at moment {step}"
        assert rma.case.status is ReturnStatus.RESOLVED
        if left[0] > 0:
            break
        counts["faults injected"] += 1
    assert step < MOST_STEPS - 1
    assert told > 2


def test_buttons_and_commands_are_answered_while_the_disk_is_full(counter: Counter, disk: Disk) -> None:
    rma = counter.open()
    card, before = rma.card, len(counter.told(ALICE))
    with full(counter.desk.engine, disk):
        assert counter.slack.click(ALICE, card, "take").acked
        answer = counter.slack.command(ALICE, CHANNEL, "/returns", "5567").answer
        counter.slack.wait_for(lambda: len(counter.told(ALICE)) > before)
    assert answer is not None
    assert TOLD in answer.body["text"]
    assert TOLD in counter.told(ALICE)[-1]
    assert rma.case.owner is None
    counter.slack.click(ALICE, card, "take")
    assert rma.case.owner is not None


METHODS = (Method.GATEWAY_REFUND, Method.STORE_CREDIT, Method.MANUAL_REFUND)
THOROUGH = [
    pytest.param(range(1, MOST_STEPS, STRIDE), marks=pytest.mark.slow, id="some"),
    pytest.param(range(1, MOST_STEPS), marks=pytest.mark.proof, id="all"),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("steps", THOROUGH)
def test_a_disk_that_is_full_at_any_moment_of_the_work(
    *, counter: Counter, world: World, disk: Disk, method: Method, steps: range, counts: Counts[str]
) -> None:
    """Whatever left was written down before, and after a day without faults it happened exactly once."""
    for step in steps:
        return_id = arrived(world, counter.order(), key=f"{method}-{steps}-{step}")
        coupons, sent, written = len(counter.shop.state.coupons), posts(counter), intents(counter)
        decide(world, return_id, method)
        with full_at(counter.desk.engine, disk, step) as left:
            for _ in range(ROUNDS_WHILE_FULL):
                work_as_a_worker_does(counter)
        assert posts(counter) - sent <= intents(counter) - written, f"full at moment {step}"
        let_pass(world, hours=2)
        assert len(counter.shop.state.coupons) - coupons == (method is Method.STORE_CREDIT), step
        assert_done_once(world, return_id, method, f"full at moment {step}")
        if left[0] > 0:
            return
        counts["faults injected"] += 1
    pytest.fail("there are more moments than steps")


def assert_done_once(world: World, return_id: int, method: Method, about: str) -> None:
    """By the shop's ledger: the money moved once where money was to move, and it is booked once."""
    case = world.case(return_id)
    assert case.status is ReturnStatus.RESOLVED, about
    wanted = 6600 if method is Method.GATEWAY_REFUND else 0
    assert world.shop.ledger.refunded(case.order.order_id) == wanted, about
    assert len(world.shop.refunds(case.order.order_id)) == 1, about


def work_as_a_worker_does(counter: Counter) -> None:
    """A round of the worker's loop; what the database does not take it tries again later."""
    try:
        counter.journal.run_all()
    except AWAY:
        return


def test_a_file_system_that_turns_read_only_is_told_and_gets_well(counter: Counter, disk: Disk) -> None:
    """The kernel does so after an error of the device; what was open for writing is closed first."""
    if type(disk) is not Disk:
        pytest.skip("a limit does not make anything read-only")
    rma = counter.open()
    card, before = rma.card, len(counter.told(ALICE))
    counter.desk.engine.dispose()
    disk.freeze()
    assert counter.slack.click(ALICE, card, "take").acked
    counter.slack.wait_for(lambda: len(counter.told(ALICE)) > before)
    counter.desk.engine.dispose()
    disk.thaw()
    assert TOLD in counter.told(ALICE)[-1]
    counter.slack.click(ALICE, card, "take")
    assert rma.case.owner is not None


def test_the_disk_of_these_tests_is_really_full(counter: Counter, disk: Disk) -> None:
    """What the tests above stand on: the database itself says so."""
    with full(counter.desk.engine, disk), pytest.raises(AWAY, match=r"disk is full|disk I/O error"):
        inbox.receive(counter.desk.engine, "test", "full", at=counter.desk.now())
    assert inbox.receive(counter.desk.engine, "test", "again", at=counter.desk.now())


@pytest.mark.slow
def test_a_log_that_fills_the_disk_empties_itself_once_nobody_reads_old_pages(
    counter: Counter, disk: Disk
) -> None:
    """A long reader keeps SQLite from emptying its write-ahead log, which then grows until nothing fits."""
    if type(disk) is not Disk:
        pytest.skip("only a small file system gets full by itself")
    engine = counter.desk.engine
    empty_log(engine)
    with reading(engine) as session:
        session.connection().execute(text("SELECT COUNT(*) FROM marks")).scalar_one()
        with pytest.raises(AWAY):
            keep_writing(counter)
    with pytest.raises(AWAY), writing(engine) as session:
        marks.write(session, "busy", "the first to write empties the log")
    assert counter.open().cards


def keep_writing(counter: Counter) -> None:
    """The same few bytes again and again, so that only the log grows."""
    for number in range(20_000):
        with writing(counter.desk.engine) as session:
            marks.write(session, "busy", str(number))
