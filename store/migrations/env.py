"""What Alembic runs: the revisions, inside the transaction of the connection that was handed over.

Both databases can undo changes of the schema, so a migration that stops half-way leaves nothing behind.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text
from sqlalchemy.engine.default import DefaultDialect
from sqlmodel import AutoString, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

import store.credit_models
import store.looking
import store.models
import store.portal_models
import store.search_models  # noqa: F401 (all fill the metadata)
from store.migrations import Schema, SchemaTooNew, compare_schema, current_revision

# Any number will do, as long as every process that migrates asks PostgreSQL for the same one.
MIGRATION_LOCK = 7_358_271


def plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's own column types into a revision as what the database keeps."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return repr(item.load_dialect_impl(DefaultDialect())).replace("String", "sa.String")
    return False


def wait_for_others(connection: Connection) -> None:
    """Let one process migrate at a time; on SQLite, opening the transaction has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})


def run(connection: Connection) -> None:
    """Bring ``connection`` to the wanted revision, or refuse when it is ahead of all we know."""
    wait_for_others(connection)
    if compare_schema(connection) is Schema.NEWER:
        raise SchemaTooNew(str(current_revision(connection)))
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_server_default=True,
        render_item=plain_types,
        user_module_prefix="sa.",
    )
    context.run_migrations()


run(context.config.attributes["connection"])
