"""What befalls a database on its own machine: somebody holds it, the disk is full, files are read-only."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

MEGABYTE = 2**20


@contextmanager
def held_by_somebody(engine: Engine, *, readers_too: bool = False) -> Iterator[None]:
    """Somebody else holds the whole database and does not let go before the end of the block.

    ``readers_too``: on PostgreSQL also against whoever reads; on SQLite nobody can keep readers out.
    """
    if engine.dialect.name == "sqlite":
        holder = sqlite3.connect(str(engine.url.database), isolation_level=None, timeout=30)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.rollback()
            holder.close()
        return
    mode = "ACCESS EXCLUSIVE" if readers_too else "EXCLUSIVE"
    with engine.connect() as connection:
        while not _takes_all(connection, mode):
            connection.rollback()
        try:
            yield
        finally:
            connection.rollback()


def _takes_all(connection: Connection, mode: str) -> bool:
    """Whether all tables could be locked; who works in them meanwhile may stand in the way."""
    tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
    try:
        connection.execute(text(f"LOCK TABLE {tables} IN {mode} MODE"))
    except OperationalError:
        return False
    return True


class Disk:
    """A small file system of its own. ``fill`` takes the last byte of it, ``free`` gives all back."""

    def __init__(self, folder: Path, size: int = 8 * MEGABYTE) -> None:
        self.folder, self.size = folder, size
        self.filler = folder / "somebody-elses.log"

    def fill(self) -> None:
        """Write until nothing fits any more."""
        with suppress(OSError), self.filler.open("ab", buffering=0) as file:
            for size in (65_536, 4096, 512, 1):
                with suppress(OSError):
                    while file.write(b"x" * size):
                        continue

    def free(self) -> None:
        """Give the space back."""
        self.filler.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Let the kernel turn it read-only, as it does after an error of the device."""
        self._mount("-o", "remount,ro")

    def thaw(self) -> None:
        """Take writes again."""
        self._mount("-o", "remount,rw")

    def __enter__(self) -> Self:
        self._mount("-t", "tmpfs", "-o", f"size={self.size}", "tmpfs")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        subprocess.run(["umount", "-l", self.folder], check=True, capture_output=True)

    def _mount(self, *how: str) -> None:
        subprocess.run(["mount", *how, self.folder], check=True, capture_output=True)


class Limit(Disk):
    """The same without the right to mount: the kernel refuses this process to make any file longer."""

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._longest() & ~4095, resource.RLIM_INFINITY))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def _longest(self) -> int:
        """The length of the log of the database: what is shorter may still grow, but the log may not."""
        return max((path.stat().st_size for path in self.folder.glob("*-wal")), default=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self.free()


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us mount a file system, which takes more than being root in a container."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    try:
        with Disk(folder, MEGABYTE):
            return True
    except subprocess.CalledProcessError:
        return False


def empty_log(engine: Engine) -> None:
    """Cut SQLite's write-ahead log to nothing: one that was longer before has room in itself, full or not."""
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None, timeout=5)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


@contextmanager
def full(engine: Engine, disk: Disk) -> Iterator[None]:
    """No space left in this block."""
    empty_log(engine)
    disk.fill()
    try:
        yield
    finally:
        disk.free()


@contextmanager
def full_at(engine: Engine, disk: Disk, step: int) -> Iterator[list[int]]:
    """Let the disk be full from the ``step``-th moment on: before a transaction begins, or before it commits.

    Yields the number of moments that are left; it ends at or below 0 when the disk became full.
    """
    left = [step]
    empty_log(engine)

    def count(_connection: Connection) -> None:
        left[0] -= 1
        if left[0] == 0:
            disk.fill()

    event.listen(engine, "begin", count, insert=True)
    event.listen(engine, "commit", count)
    try:
        yield left
    finally:
        event.remove(engine, "begin", count)
        event.remove(engine, "commit", count)
        disk.free()
