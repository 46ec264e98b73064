"""Keep the record: rows of the history and of the attempts are never changed or deleted."""

from collections.abc import Sequence

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = ("history", "attempts")
DEEDS = ("UPDATE", "DELETE")

SQLITE_GUARD = """
CREATE TRIGGER {table}_{deed}_refused BEFORE {deed} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$
"""
POSTGRESQL_GUARD = """
CREATE TRIGGER {table}_change_refused BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Refuse changes inside the database, where no code path can step around them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        for table in APPEND_ONLY:
            op.execute(POSTGRESQL_GUARD.format(table=table))
        return
    for table in APPEND_ONLY:
        for deed in DEEDS:
            op.execute(SQLITE_GUARD.format(table=table, deed=deed))


def downgrade() -> None:
    """Allow changes again."""
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_change_refused ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
        return
    for table in APPEND_ONLY:
        for deed in DEEDS:
            op.execute(f"DROP TRIGGER {table}_{deed}_refused")
