"""Remember under which key and since when Stripe was asked, and which payment an order was paid by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("operations", sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("operations", sa.Column("key_version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(
        "orders", sa.Column("payment_intent", sa.String(length=255), nullable=False, server_default="")
    )
    op.create_index("ix_orders_payment_intent", "orders", ["payment_intent"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_orders_payment_intent", table_name="orders")
    op.drop_column("orders", "payment_intent")
    op.drop_column("operations", "key_version")
    op.drop_column("operations", "first_sent_at")
