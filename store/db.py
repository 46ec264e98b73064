"""Engines and sessions for SQLite and PostgreSQL, set so that a committed intent survives a power cut."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from math import ceil
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlmodel import Session

# Writers queue at BEGIN, never between a read and its write: without IMMEDIATE, SQLite's driver opens the
# transaction at the first write and concurrent updates are lost without an error.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=2000",
)
PATIENCE = 2000  # milliseconds a writer waits for the others, as the pragma above
LEAST = 250  # milliseconds even somebody in a hurry waits: what a busy but healthy database may take
LAST_LOOK = 25  # milliseconds, for whom somebody waits and who stood in this process's row until the end
# Milliseconds. Whoever stands still inside a transaction, as a frozen process does, loses it: its rows would
# stay locked for as long, and nobody else could finish what depends on them.
LIMITS = {"lock_timeout": 10_000, "idle_in_transaction_session_timeout": 20_000}
POSTGRESQL = {
    "connect_timeout": 2,  # seconds
    "options": " ".join(f"-c {name}={limit}" for name, limit in LIMITS.items()),
}
THREADS, MORE = 32, 32
# How a row is held: others may write rows that refer to it, or each such row would wait for the holder.
HELD: dict[str, Any] = {"key_share": True}
POOL_PATIENCE = 1.0  # seconds to wait for a connection when all are taken


class CommitUnknown(Exception):
    """The connection broke while it committed: nobody here can tell whether the database took it."""


# A database that is locked, full, read-only or gone, or that has no connection left for us.
AWAY = (OperationalError, InternalError, InterfaceError, NoConnectionLeft, CommitUnknown)


def open_engine(url: str) -> Engine:
    """An engine for ``url`` (sqlite:///… or postgresql://…), with room for every thread of a process."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername.startswith("sqlite"):
        return _open_sqlite(parsed)
    return _open_postgresql(parsed)


def in_a_hurry(engine: Engine, until: float | None = None) -> Engine:
    """The same engine for a caller whom somebody waits for: no lock is waited for longer than two seconds.

    ``until``, on the monotonic clock, is when all the waiting of the caller has to be over.
    """
    return engine.execution_options(until=until)


def _open_postgresql(url: Any) -> Engine:
    engine = _pooled(url, pool_pre_ping=True, connect_args=POSTGRESQL)

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: Any, args: Any, given: Any) -> Any:
        # A process without file descriptors is told so by the system, which the driver passes on as it is.
        try:
            return dialect.connect(*args, **given)
        except OSError as e:
            raise dialect.loaded_dbapi.OperationalError(str(e)) from e

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if "until" in connection.get_execution_options():
            wait = _patience(connection)
            connection.exec_driver_sql(f"SET LOCAL lock_timeout={wait}; SET LOCAL statement_timeout={wait}")

    return engine


def _open_sqlite(url: Any) -> Engine:
    engine = _pooled(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    _begin_in_turn(engine)
    return engine


def _begin_in_turn(engine: Engine) -> None:
    """Writers of one process wait for each other in a row. SQLite has none: whoever waits there looks again
    every tenth of a second, so that of many some starve while the file is free.
    """
    row = threading.Lock()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reading", False):
            connection.exec_driver_sql("BEGIN")
            return
        end = time.monotonic() + _patience(connection) / 1000
        memo = connection.connection.record_info
        assert memo is not None
        memo["turn"] = row.acquire(timeout=_patience(connection) / 1000)
        hurried = connection.get_execution_options().get("until") is not None
        least = LAST_LOOK if hurried and not memo["turn"] else LEAST
        left = max(least, ceil((end - time.monotonic()) * 1000))
        connection.connection.execute(f"PRAGMA busy_timeout={left}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            leave(memo)
            raise

    @event.listens_for(engine, "checkin")
    def checkin(_connection: Any, record: Any) -> None:
        leave(record.record_info)

    def leave(memo: Any) -> None:
        if memo.pop("turn", False):
            row.release()


def _pooled(url: Any, **more: Any) -> Engine:
    """Errors are logged, and what people wrote belongs into no log: the values of a statement are hidden."""
    size = {"pool_size": THREADS, "max_overflow": MORE, "pool_timeout": POOL_PATIENCE}
    return create_engine(url, hide_parameters=True, **size, **more)


def _patience(connection: Connection) -> int:
    until = connection.get_execution_options().get("until")
    return PATIENCE if until is None else max(LEAST, int((until - time.monotonic()) * 1000))


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that writes: committed at the end of the block, rolled back by any error.

    Raises one of ``AWAY`` when the database takes nothing.
    """
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
            _commit(session)
    except OperationalError as e:
        if getattr(e.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            _empty_log(engine)
        raise


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as e:
        if e.connection_invalidated:
            raise CommitUnknown(str(e)) from e
        raise


def _empty_log(engine: Engine) -> None:
    """Let SQLite's log begin anew where it can. It does so by itself only after a commit, and when the log
    is what fills the disk there never is one.
    """
    connection = engine.raw_connection()
    with suppress(sqlite3.OperationalError):
        connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
    connection.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads; on SQLite it does not wait for writers."""
    with Session(engine.execution_options(reading=True), expire_on_commit=False) as session:
        yield session


def migrate(engine: Engine) -> None:
    """Bring the schema up to the newest revision; a schema that is there already is left alone."""
    config = Config()
    config.set_main_option("script_location", str(files("store") / "migrations"))
    with _without_references(engine) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _check_references(connection)


@contextmanager
def _without_references(engine: Engine) -> Iterator[Connection]:
    """A connection on which SQLite may copy a table that others refer to, as its own manual advises.

    It does not take that back inside a transaction, so it is switched off before and on again after one.
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        raw = connection.connection
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    """Refuse what a migration left without the row it refers to; PostgreSQL has checked by itself."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"a row of {broken[0]} refers to a row of {broken[2]} that is not there")
