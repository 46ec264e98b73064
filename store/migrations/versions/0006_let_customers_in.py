"""Let customers in: their links and visits, photos, and what waits for an answer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


SOURCES = ("staff", "intake", "shop")


def upgrade() -> None:
    """Apply this revision."""
    _create_links()
    _create_visits()
    _create_tries()
    _create_photos()
    op.add_column("messages", sa.Column("nonce", sa.String(length=64), nullable=True))
    op.add_column("messages", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("uq_messages_return_id_nonce"), "messages", ["return_id", "nonce"], unique=True)
    op.add_column("returns", sa.Column("unanswered_since", sa.DateTime(timezone=True), nullable=True))
    for name, length in (("label_link", 500), ("decided_by_rule", 80)):
        op.add_column("returns", sa.Column(name, sa.String(length), server_default="", nullable=False))
    _index("returns", "unanswered_since")
    _allow_sources((*SOURCES, "portal"))


def downgrade() -> None:
    """Take this revision back. What came through the portal stays, as if the intake had brought it."""
    op.execute("UPDATE returns SET source = 'intake' WHERE source = 'portal'")
    _allow_sources(SOURCES)
    op.drop_index(op.f("ix_returns_unanswered_since"), "returns")
    for name in ("decided_by_rule", "label_link", "unanswered_since"):
        op.drop_column("returns", name)
    op.drop_index(op.f("uq_messages_return_id_nonce"), "messages")
    op.drop_column("messages", "seen_at")
    op.drop_column("messages", "nonce")
    for table in ("photos", "portal_tries", "portal_visits", "portal_links"):
        op.drop_table(table)


def _create_links() -> None:
    op.create_table(
        "portal_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.order_id"], name=op.f("fk_portal_links_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["returns.id"], name=op.f("fk_portal_links_return_id_returns")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_portal_links_digest")),
    )
    _index("portal_links", "order_id", "return_id")


def _create_visits() -> None:
    op.create_table(
        "portal_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["portal_links.id"], name=op.f("fk_portal_visits_link_id_portal_links")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_visits")),
        sa.UniqueConstraint("digest", name=op.f("uq_portal_visits_digest")),
    )
    _index("portal_visits", "expires_at", "link_id")


def _create_tries() -> None:
    op.create_table(
        "portal_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_tries")),
    )
    _index("portal_tries", "at", "bucket")


def _create_photos() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_photos_some_bytes")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_photos_message_id_messages")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.order_id"], name=op.f("fk_photos_order_id_orders")),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_photos_return_id_returns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("name", name=op.f("uq_photos_name")),
    )
    _index("photos", "message_id", "order_id", "return_id")


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _allow_sources(sources: Sequence[str]) -> None:
    """Give the column's constraint other words; SQLite copies the table to do so."""
    words = ", ".join(f"'{source}'" for source in sources)
    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_returns_source"), type_="check")
        batch_op.create_check_constraint(op.f("ck_returns_source"), f"source IN ({words})")
