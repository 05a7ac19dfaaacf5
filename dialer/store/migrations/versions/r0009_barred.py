"""A record whose number is barred is cancelled, however it came to be barred; some were updated."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE records SET status = 'cancelled' WHERE type = 'no_call' AND status = 'updated'")


def downgrade() -> None:
    """Both versions read the status that is left."""
