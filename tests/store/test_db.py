"""Engines that keep what was committed, and transactions that never overwrite each other."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlmodel import Session, select

from store.db import AWAY, in_a_hurry, migrate, open_engine, reading, writing
from store.models import Mark, Return
from store.terms import OperationState, ResolutionStatus, ReturnStatus
from tests.store.rows import NOON, a_resolution, a_return, an_operation, an_order, keep

THREADS, TURNS = 6, 15


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine over a migrated SQLite file, whatever other server is there."""
    engine = open_engine(f"sqlite:///{tmp_path}/desk.db")
    migrate(engine)
    yield engine
    engine.dispose()


def count_together(*engines: Engine) -> int:
    """Let several threads of as many processes raise one counter by read and write; returns where it ends."""
    keep(engines[0], Mark(name="counter", value="0"))
    start = threading.Barrier(THREADS)

    def count(number: int) -> None:
        start.wait()
        for _ in range(TURNS):
            with writing(engines[number % len(engines)]) as session:
                mark = session.exec(select(Mark).where(Mark.name == "counter").with_for_update()).one()
                mark.value = str(int(mark.value) + 1)

    with ThreadPoolExecutor(THREADS) as pool:
        for turn in [pool.submit(count, number) for number in range(THREADS)]:
            turn.result()
    with reading(engines[0]) as session:
        return int(session.exec(select(Mark)).one().value)


@pytest.fixture
def another_engine(engine: Engine) -> Iterator[Engine]:
    """The engine of another process on the same database."""
    other = open_engine(engine.url.render_as_string(hide_password=False))
    yield other
    other.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 2000)],
)
def test_sqlite_keeps_committed_work_through_a_power_cut(
    sqlite_engine: Engine, pragma: str, value: object
) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_every_way_to_write_postgresql_means_the_same_driver() -> None:
    drivers = {
        open_engine(f"{scheme}://desk@127.0.0.1/desk").url.drivername
        for scheme in ("postgres", "postgresql", "postgresql+psycopg")
    }
    assert drivers == {"postgresql+psycopg"}


def test_transactions_that_read_and_then_write_lose_nothing(engine: Engine, another_engine: Engine) -> None:
    assert count_together(engine, another_engine) == THREADS * TURNS


def test_without_immediate_transactions_the_same_work_is_lost(tmp_path: Path) -> None:
    """Shows that the test above can fail: without the engine's own BEGIN, updates vanish silently."""
    engines = [open_engine(f"sqlite:///{tmp_path}/desk.db") for _ in range(THREADS)]
    migrate(engines[0])

    def forget(_connection: object, _cursor: object, statement: str, *rest: object) -> tuple[str, object]:
        return ("SELECT 1" if statement == "BEGIN IMMEDIATE" else statement), rest[0]

    for engine in engines:
        event.listen(engine, "before_cursor_execute", forget, retval=True)
    assert count_together(*engines) < THREADS * TURNS
    for engine in engines:
        engine.dispose()


def test_writers_of_one_process_take_turns_instead_of_looking_again_and_again(sqlite_engine: Engine) -> None:
    """Fifty at once, each with four transactions: all are let in within the patience of one."""
    keep(sqlite_engine, Mark(name="counter", value="0"))
    at_once = in_a_hurry(sqlite_engine)

    def count(_number: int) -> None:
        for _ in range(4):
            with writing(at_once) as session:
                mark = session.exec(select(Mark)).one()
                mark.value = str(int(mark.value) + 1)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(count, range(50)))
    with reading(sqlite_engine) as session:
        assert session.exec(select(Mark)).one().value == "200"


def test_a_writer_that_never_began_leaves_the_row_to_the_next(sqlite_engine: Engine) -> None:
    holder = sqlite3.connect(str(sqlite_engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        with pytest.raises(OperationalError, match="locked"):
            keep(in_a_hurry(sqlite_engine, time.monotonic()), Mark(name="poll", value="now"))
    holder.rollback()
    holder.close()
    keep(sqlite_engine, Mark(name="poll", value="now"))


def test_a_writer_waits_for_another_writer_at_the_start(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        session.exec(select(Mark)).all()
        rival = sqlite3.connect(str(sqlite_engine.url.database), timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            rival.execute("BEGIN IMMEDIATE")
        rival.close()


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    keep(engine, Mark(name="poll", value="before"))
    with writing(engine) as writer:
        mark = writer.exec(select(Mark)).one()
        mark.value = "after"
        writer.add(mark)
        writer.flush()
        with reading(engine) as reader:
            assert reader.exec(select(Mark)).one().value == "before"


def test_an_error_takes_the_whole_transaction_back(engine: Engine) -> None:
    def write_and_fail(session: Session) -> None:
        session.add(Mark(name="poll", value="now"))
        session.flush()
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError), writing(engine) as session:
        write_and_fail(session)
    with reading(engine) as session:
        assert session.exec(select(Mark)).all() == []


def test_moments_come_back_aware_and_in_utc(engine: Engine) -> None:
    keep(engine, an_order(), a_return())
    with reading(engine) as session:
        opened = session.exec(select(Return)).one().opened_at
    assert opened == NOON
    assert opened.utcoffset() == NOON.utcoffset()


def test_a_moment_without_a_time_zone_is_refused(engine: Engine) -> None:
    keep(engine, an_order())
    with pytest.raises(StatementError, match="timezone"):
        keep(engine, a_return(opened_at=datetime(2026, 11, 23, 12, 0)))  # noqa: DTZ001 (the mistake under test)


def refuse(engine: Engine, *rows: object) -> None:
    with pytest.raises(IntegrityError):
        keep(engine, *rows)


def test_a_word_that_is_not_a_status_is_refused_by_the_database(engine: Engine) -> None:
    keep(engine, an_order(), a_return())
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE returns SET status = 'refunded'"))


def test_a_word_that_is_not_a_status_is_refused_on_the_way_in(engine: Engine) -> None:
    keep(engine, an_order())
    with pytest.raises(StatementError, match="returnstatus"):
        keep(engine, a_return(status="refunded"))


def test_words_are_kept_as_the_trade_writes_them(engine: Engine) -> None:
    keep(engine, an_order(), a_return(status=ReturnStatus.IN_TRANSIT))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT status FROM returns")).scalar() == "in_transit"


def test_a_return_of_an_order_nobody_knows_is_refused(engine: Engine) -> None:
    refuse(engine, a_return(order_id=1))


def test_the_same_request_of_one_source_makes_one_return(engine: Engine) -> None:
    keep(engine, an_order(), a_return())
    refuse(engine, a_return())


@pytest.mark.parametrize("first", [ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT])
@pytest.mark.parametrize("second", [ResolutionStatus.PLANNED, ResolutionStatus.IN_DOUBT])
def test_a_return_has_one_resolution_under_way(
    engine: Engine, first: ResolutionStatus, second: ResolutionStatus
) -> None:
    keep(engine, an_order(), a_return(), a_resolution(status=first))
    refuse(engine, a_resolution(slot=2, reference="RMA-1/2", status=second))


def test_a_slot_is_settled_once(engine: Engine) -> None:
    keep(engine, an_order(), a_return(), a_resolution(status=ResolutionStatus.DONE))
    refuse(engine, a_resolution(reference="RMA-1/2", status=ResolutionStatus.DONE))


def test_a_refused_resolution_leaves_its_slot_free(engine: Engine) -> None:
    keep(engine, an_order(), a_return(), a_resolution(status=ResolutionStatus.REFUSED))
    keep(engine, a_resolution(reference="RMA-1/2"))


def test_a_settled_return_can_be_settled_again_in_the_next_slot(engine: Engine) -> None:
    keep(engine, an_order(), a_return(), a_resolution(status=ResolutionStatus.DONE))
    keep(engine, a_resolution(slot=2, reference="RMA-1/2"))


@pytest.mark.parametrize("column", ["amount_minor", "kept_minor"])
def test_negative_money_is_refused(engine: Engine, column: str) -> None:
    keep(engine, an_order(), a_return())
    refuse(engine, a_resolution(**{column: -1}))


def test_a_lane_carries_one_running_operation(engine: Engine) -> None:
    keep(engine, an_operation(state=OperationState.RUNNING), an_operation(key="RMA-2/card"))
    refuse(engine, an_operation(key="RMA-3/card", state=OperationState.RUNNING))


def test_an_effect_is_written_down_once(engine: Engine) -> None:
    keep(engine, an_operation())
    refuse(engine, an_operation(lane="slack:C2"))


@pytest.mark.parametrize("address", ["sqlite:///nowhere/at/all/desk.db"])
def test_a_database_that_is_not_there_says_so(address: str) -> None:
    opening: Callable[[], object] = open_engine(address).connect
    with pytest.raises(OperationalError, match="unable to open"):
        opening()


def test_whoever_stands_still_inside_a_transaction_loses_it_and_holds_up_nobody(
    engine: Engine, another_engine: Engine
) -> None:
    """A frozen process would otherwise keep its rows locked until somebody woke or killed it."""
    if engine.dialect.name != "postgresql":
        pytest.skip("a lock of SQLite's ends with its process, or when that wakes")
    with reading(engine) as session:
        limit = session.connection().exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
    assert limit == "20s"
    keep(engine, Mark(name="counter", value="0"))
    wanted = select(Mark).where(Mark.name == "counter").with_for_update()

    def freeze() -> None:
        with writing(engine) as session:
            session.connection().exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 300")
            session.exec(wanted).one().value = "frozen"
            time.sleep(1)
            with writing(another_engine) as other:
                other.exec(wanted).one().value = "awake"

    with pytest.raises(AWAY):
        freeze()
    with reading(engine) as session:
        assert session.exec(select(Mark)).one().value == "awake"
