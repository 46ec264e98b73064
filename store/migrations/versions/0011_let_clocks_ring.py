"""Know since when a return waits for the team, and when its clock rings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision; the clocks of returns there are start with the next look at their cards."""
    for name in ("waits_since", "rings_at"):
        op.add_column("returns", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_returns_rings_at", "returns", ["rings_at"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_returns_rings_at", "returns")
    for name in ("rings_at", "waits_since"):
        op.drop_column("returns", name)
