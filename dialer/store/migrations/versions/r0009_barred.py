"""Every record with a barred number has the status of a cancelled one; some had another."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE records SET status = 'cancelled' WHERE type = 'no_call' AND status = 'updated'")


def downgrade() -> None:
    """Does nothing: both versions read the status."""
