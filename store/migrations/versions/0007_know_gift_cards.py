"""Know the gift cards among store credits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("credits", sa.Column("gift_card_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("credits", "gift_card_id")
