"""Find returns by any part of a word."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REMEMBER = "INSERT INTO search_words (rowid, words) VALUES (new.return_id, new.words);"
FORGET = "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.return_id, old.words);"
TRIGGERS = {
    "search_entries_ai": f"AFTER INSERT ON search_entries BEGIN {REMEMBER} END",
    "search_entries_ad": f"AFTER DELETE ON search_entries BEGIN {FORGET} END",
    "search_entries_au": f"AFTER UPDATE OF words ON search_entries BEGIN {FORGET} {REMEMBER} END",
}


def upgrade() -> None:
    """Apply this revision. What is there already is made findable by the worker, little by little."""
    op.create_table(
        "search_entries",
        sa.Column("return_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("alerts", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["returns.id"], name=op.f("fk_search_entries_return_id_returns")
        ),
        sa.PrimaryKeyConstraint("return_id", name=op.f("pk_search_entries")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _index_in_sqlite()
    elif _has_trigrams():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_search_entries_words ON search_entries USING gin (words gin_trgm_ops)")


def downgrade() -> None:
    """Take this revision back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entries")


def _index_in_sqlite() -> None:
    """The index keeps no text of its own, so that what is erased from the table is erased."""
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5("
        "words, content='search_entries', content_rowid='return_id', tokenize='trigram')"
    )
    if _can_erase():
        op.execute("INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)")
    for name, what in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {what}")


def _can_erase() -> bool:
    """Since 3.42 the index can be told to overwrite what is deleted, as the file itself is."""
    version = str(op.get_bind().exec_driver_sql("SELECT sqlite_version()").scalar())
    return tuple(int(part) for part in version.split(".")) >= (3, 42, 0)


def _has_trigrams() -> bool:
    """Without the extension, which is part of PostgreSQL but not always installed, searches are slow."""
    known = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"
    return op.get_bind().exec_driver_sql(known).scalar() is not None
