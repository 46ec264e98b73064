"""Know who else has a form of a return open."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "open_forms",
        sa.Column("return_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_open_forms_return_id_returns")),
        sa.PrimaryKeyConstraint("return_id", "user_id", name=op.f("pk_open_forms")),
    )
    op.create_index("ix_open_forms_opened_at", "open_forms", ["opened_at"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_open_forms_opened_at", "open_forms")
    op.drop_table("open_forms")
