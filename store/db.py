"""Engines and sessions for SQLite and PostgreSQL, set so that a committed intent survives a power cut."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

# Writers queue at BEGIN, never between a read and its write: without IMMEDIATE, SQLite's driver opens the
# transaction at the first write and concurrent updates are lost without an error.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=2000",
)
THREADS = 32


def open_engine(url: str) -> Engine:
    """An engine for ``url`` (sqlite:///… or postgresql://…), with room for every thread of a process."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername.startswith("sqlite"):
        return _open_sqlite(parsed)
    return create_engine(parsed, pool_size=THREADS, max_overflow=8, pool_pre_ping=True)


def _open_sqlite(url: Any) -> Engine:
    engine = create_engine(url, pool_size=THREADS, max_overflow=8, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that writes: committed at the end of the block, rolled back by any error."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads; on SQLite it does not wait for writers."""
    with Session(engine.execution_options(reading=True), expire_on_commit=False) as session:
        yield session


def migrate(engine: Engine) -> None:
    """Bring the schema up to the newest revision; a schema that is there already is left alone."""
    config = Config()
    config.set_main_option("script_location", str(files("store") / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
