"""Bring the database up to date, or see whether it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.commands.console import give_up
from bot.config import Settings
from bot.desk import Desk, open_desk
from store.db import migrate, open_engine
from store.migrations import Schema, SchemaTooNew, read_schema


def migrate_database(settings: Settings) -> None:
    """Migrate, and say in a sentence how it ended."""
    engine = open_engine(settings.database_url)
    try:
        before = read_schema(engine)
        migrate(engine)
    except SchemaTooNew as e:
        give_up([str(e)])
    except OperationalError as e:
        give_up([f"DATABASE_URL: cannot be opened: {str(e.orig).splitlines()[0]}"])
    finally:
        engine.dispose()
    print("The database was up to date." if before is Schema.CURRENT else "The database is up to date now.")


def require_current(engine: Engine) -> None:
    """Refuse to run on a schema of another version: never half a start."""
    try:
        state = read_schema(engine)
    except OperationalError as e:
        give_up([f"DATABASE_URL: cannot be opened: {str(e.orig).splitlines()[0]}"])
    if state is Schema.NEWER:
        give_up(["The database was migrated by a newer version of Returns Desk. Install that version."])
    if state is not Schema.CURRENT:
        give_up(["The database is not ready for this version. Run `python -m bot migrate` first."])


@contextmanager
def a_desk(settings: Settings) -> Iterator[Desk]:
    """The desk over a database of this version, closed at the end whatever happens."""
    desk = open_desk(settings)
    try:
        require_current(desk.engine)
        yield desk
    finally:
        desk.engine.dispose()
