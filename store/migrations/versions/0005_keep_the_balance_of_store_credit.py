"""Keep the balance of store credit, and which orders used it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "row_gone",
    "other_amount",
    "two_rows",
    "phantom_row",
    "bank_differs",
    "bank_failed",
    "turned_up",
    "over_refunded",
    "exchange_refunded",
    "not_restocked",
    "day_differs",
    "news_off",
)


def upgrade() -> None:
    """Apply this revision."""
    _create_credits()
    _create_uses()
    _allow_kinds((*KINDS, "credit_overspent"))


def downgrade() -> None:
    """Take this revision back."""
    op.execute("DELETE FROM differences WHERE kind = 'credit_overspent'")
    _allow_kinds(KINDS)
    op.drop_table("credit_uses")
    op.drop_table("credits")


def _create_credits() -> None:
    op.create_table(
        "credits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resolution_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("decided_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("resent", sa.Integer(), nullable=False),
        sa.Column("revoke_asked_by", sa.String(length=64), nullable=True),
        sa.Column("revoke_reason", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decided_minor > 0", name=op.f("ck_credits_decided_above_zero")),
        sa.CheckConstraint(
            "balance_minor >= 0 AND balance_minor <= decided_minor",
            name=op.f("ck_credits_balance_in_bounds"),
        ),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["resolutions.id"], name=op.f("fk_credits_resolution_id_resolutions")
        ),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_credits_return_id_returns")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sa.UniqueConstraint("reference", name=op.f("uq_credits_reference")),
        sa.UniqueConstraint("resolution_id", name=op.f("uq_credits_resolution_id")),
    )
    for column in ("digest", "look_after", "return_id"):
        op.create_index(op.f(f"ix_credits_{column}"), "credits", [column])


def _create_uses() -> None:
    op.create_table(
        "credit_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("returned_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "returned_minor >= 0 AND returned_minor <= amount_minor",
            name=op.f("ck_credit_uses_returned_in_bounds"),
        ),
        sa.ForeignKeyConstraint(["credit_id"], ["credits.id"], name=op.f("fk_credit_uses_credit_id_credits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_uses")),
        sa.UniqueConstraint("credit_id", "order_id", name=op.f("uq_credit_uses_credit_id_order_id")),
    )
    for column in ("credit_id", "order_id"):
        op.create_index(op.f(f"ix_credit_uses_{column}"), "credit_uses", [column])


def _allow_kinds(kinds: Sequence[str]) -> None:
    """Give the column's constraint other words; SQLite copies the table to do so."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("differences", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_differences_differencekind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_differences_differencekind"), f"kind IN ({words})")
