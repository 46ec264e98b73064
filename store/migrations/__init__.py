"""The revisions of the schema, and what is known of a database's own. It never decides when to migrate."""

from enum import StrEnum
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent


class Schema(StrEnum):
    """How a database's schema compares to the one this version of the desk was written for."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


class SchemaTooNew(Exception):
    """The database was migrated by a newer version of the desk; this one must not touch it."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version of Returns Desk does not know: "
            "a newer version has migrated it. Install that version, or restore the backup made before it."
        )


def alembic_config() -> Config:
    """Alembic's configuration: the folder of the revisions, and no file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def read_schema(engine: Engine) -> Schema:
    """Compare the schema of the database behind ``engine`` with the newest revision; changes nothing."""
    with engine.execution_options(reading=True).connect() as connection:
        return compare_schema(connection)


def compare_schema(connection: Connection) -> Schema:
    """The same over a connection that is open already."""
    revision = current_revision(connection)
    script = ScriptDirectory.from_config(alembic_config())
    if revision is None:
        return Schema.EMPTY
    if revision not in {known.revision for known in script.walk_revisions()}:
        return Schema.NEWER
    return Schema.CURRENT if revision == script.get_current_head() else Schema.OLDER


def current_revision(connection: Connection) -> str | None:
    """The revision the database says it is at, None when it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()
