"""The desk's real database on a fast disk, rewound in a moment, with a point before each begin and commit."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Connection, Engine, event

from store.db import migrate, open_engine

MEMORY = Path("/dev/shm")


class Database:
    """One SQLite file. ``watcher`` is a connection of the harness's own, which only reads."""

    def __init__(self, reach: Callable[..., None]) -> None:
        self.folder = Path(mkdtemp(prefix="returns-desk-", dir=MEMORY if MEMORY.is_dir() else None))
        self.path = self.folder / "desk.db"
        self.engine = self._open()
        migrate(self.engine)
        self.watcher = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self.empty = sqlite3.connect(":memory:", check_same_thread=False)
        self.watcher.backup(self.empty)
        self.open: set[int] = set()
        self._listen(reach)

    def _open(self) -> Engine:
        engine = open_engine(f"sqlite:///{self.path}")

        @event.listens_for(engine, "connect")
        def relax(connection: Any, _record: Any) -> None:
            # The machine under a simulation does not lose its power; deaths come from the scheduler.
            connection.execute("PRAGMA synchronous=OFF")

        return engine

    def _listen(self, reach: Callable[..., None]) -> None:
        def checkout(*_: Any) -> None:
            reach("begins")  # a session takes a connection just before it begins, and holds no lock yet

        def begin(_connection: Connection) -> None:
            self.open.add(threading.get_ident())

        def commit(connection: Connection) -> None:
            try:
                reach("commits", alone=True)  # it holds the database: nobody else could go on
            except BaseException:
                connection.connection.rollback()  # what the database does with a dead process's transaction
                raise
            finally:
                self.open.discard(threading.get_ident())

        def rollback(_connection: Connection) -> None:
            self.open.discard(threading.get_ident())

        event.listen(self.engine.pool, "checkout", checkout)
        event.listen(self.engine, "begin", begin)
        event.listen(self.engine, "commit", commit)
        event.listen(self.engine, "rollback", rollback)

    def rewind(self) -> None:
        """Forget everything but the schema."""
        self.empty.backup(self.watcher)

    @property
    def in_transaction(self) -> bool:
        """Whether the thread that asks has begun a transaction and not ended it."""
        return threading.get_ident() in self.open

    def close(self) -> None:
        """Leave nothing behind."""
        self.watcher.close()
        self.empty.close()
        self.engine.dispose()
        rmtree(self.folder)

    # What the oracle reads

    def version(self) -> int:
        """Another number after every commit of anybody."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Rows as they are committed now."""
        return self.watcher.execute(query, values).fetchall()
