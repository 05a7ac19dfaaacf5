"""History names a refused dialing as the rest of the product spells it."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE history SET kind = 'not_dialed' WHERE kind = 'not_dialled'")


def downgrade() -> None:
    """Does nothing: no program reads the kind."""
