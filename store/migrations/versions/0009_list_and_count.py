"""List returns page by page, and know how many there are without counting them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = (
    ("returns", "ix_returns_status_id", ["status", "id"]),
    ("returns", "ix_returns_owner_id_id", ["owner_id", "id"]),
    ("returns", "ix_returns_opened_at", ["opened_at"]),
    ("returns", "ix_returns_status_window_end", ["status", "window_end"]),
    ("resolutions", "ix_resolutions_settled_at", ["settled_at"]),
)
ASKED = {"sqlite": "question <> 'null'", "postgresql": "question::text <> 'null'"}
POSTED = "received_at IS NOT NULL OR status = 'in_transit' OR tracking_number <> ''"
# A return counts under the day in UTC on which it was opened, its status, its wish and its owner.
DAYS = {
    "sqlite": "substr({row}.opened_at, 1, 10)",
    "postgresql": "to_char({row}.opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}
CHANGE = """INSERT INTO return_count_changes (day, status, wish, owner_id, number)
VALUES ({day}, {row}.status, {row}.wish, coalesce({row}.owner_id, ''), {number});"""
MOVED = """old.status <> new.status OR old.wish <> new.wish
OR coalesce(old.owner_id, '') <> coalesce(new.owner_id, '')"""
# Whoever rebuilds the table "returns" in a later revision makes these triggers anew.
TRIGGERS = {
    "returns_counted_ai": ("AFTER INSERT ON returns", "", ("new",)),
    "returns_counted_ad": ("AFTER DELETE ON returns", "", ("old",)),
    "returns_counted_au": ("AFTER UPDATE OF status, wish, owner_id ON returns", MOVED, ("old", "new")),
}
SUMMED = """INSERT INTO return_counts (day, status, wish, owner_id, number)
SELECT {day}, r.status, r.wish, coalesce(r.owner_id, ''), count(*) FROM returns r GROUP BY 1, 2, 3, 4"""
ALERTS = sa.text("SELECT return_id, alerts FROM search_entries WHERE alerts <> ''")
GOODS = """UPDATE search_entries SET
goods = coalesce((SELECT i.quantity || ' × ' || i.name FROM return_items i
    WHERE i.return_id = search_entries.return_id ORDER BY i.id LIMIT 1), ''),
others = (SELECT CASE WHEN count(*) > 1 THEN count(*) - 1 ELSE 0 END FROM return_items i
    WHERE i.return_id = search_entries.return_id)"""


def upgrade() -> None:
    """Apply this revision; what is there already is listed and counted, too."""
    _create_tables()
    for table, name, columns in INDEXES:
        op.create_index(name, table, columns)
    asked: dict[str, Any] = {f"{name}_where": sa.text(where) for name, where in ASKED.items()}
    op.create_index("ix_returns_asked", "returns", ["status"], **asked)
    posted: dict[str, Any] = {f"{name}_where": sa.text(POSTED) for name in ASKED}
    op.create_index("ix_returns_posted", "returns", ["status", "refund_due_by"], **posted)
    dialect = op.get_bind().dialect.name
    for name, (event, condition, rows) in TRIGGERS.items():
        _create_trigger(dialect, name, event, condition, rows)
    for day in (DAYS[dialect].format(row="r"), "''"):
        op.execute(SUMMED.format(day=day))
    op.execute(GOODS)
    _keep_alerts()


def downgrade() -> None:
    """Take this revision back."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON returns" if postgresql else f"DROP TRIGGER {name}")
        if postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    for name in ("ix_returns_posted", "ix_returns_asked"):
        op.drop_index(name, "returns")
    for table, name, _columns in INDEXES:
        op.drop_index(name, table)
    for table in ("queue_messages", "homes", "return_count_changes", "return_counts", "search_alerts"):
        op.drop_table(table)
    for column in ("others", "goods"):
        op.drop_column("search_entries", column)


def _create_tables() -> None:
    op.add_column(
        "search_entries", sa.Column("goods", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.add_column("search_entries", sa.Column("others", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "search_alerts",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("return_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["returns.id"], name=op.f("fk_search_alerts_return_id_returns")
        ),
        sa.PrimaryKeyConstraint("name", "return_id", name=op.f("pk_search_alerts")),
    )
    op.create_index("ix_search_alerts_return_id", "search_alerts", ["return_id"])
    op.create_table(
        "return_counts",
        *_kind(),
        sa.PrimaryKeyConstraint("day", "status", "wish", "owner_id", name=op.f("pk_return_counts")),
    )
    op.create_table(
        "return_count_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        *_kind(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_count_changes")),
    )
    op.create_table(
        "homes",
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("search", sa.String(400), nullable=False),
        sa.Column("cursor", sa.String(80), nullable=False),
        sa.Column("views", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_homes")),
    )
    op.create_table(
        "queue_messages",
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("ts", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_queue_messages")),
    )


def _kind() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    lengths = (("day", 10), ("status", 32), ("wish", 32), ("owner_id", 64))
    words = (sa.Column(name, sa.String(length), nullable=False) for name, length in lengths)
    return (*words, sa.Column("number", sa.Integer(), nullable=False))


def _create_trigger(dialect: str, name: str, event: str, condition: str, rows: Sequence[str]) -> None:
    signs = {"old": -1, "new": 1}
    changes = " ".join(
        CHANGE.format(row=row, number=signs[row], day=DAYS[dialect].format(row=row)) for row in rows
    )
    when = f"WHEN ({condition})" if condition else ""
    if dialect == "sqlite":
        op.execute(f"CREATE TRIGGER {name} {event} {when} BEGIN {changes} END")
        return
    body = f"BEGIN {changes} RETURN NULL; END"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute(f"CREATE TRIGGER {name} {event} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def _keep_alerts() -> None:
    alerts = sa.table("search_alerts", sa.column("name"), sa.column("return_id"))
    connection = op.get_bind()
    rows = [
        {"name": name, "return_id": number}
        for number, names in connection.execute(ALERTS)
        for name in dict.fromkeys(names.split())
    ]
    if rows:
        connection.execute(alerts.insert(), rows)
