"""Find the returns of just this amount."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_index("ix_search_entries_amount", "search_entries", ["amount"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_search_entries_amount", "search_entries")
