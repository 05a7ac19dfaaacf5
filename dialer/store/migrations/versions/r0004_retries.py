"""Records that were dialed before have a rank of their own, and a cancelled one knows its campaign."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "records", sa.Column("cancelled_in", sa.Text(), nullable=True, comment="campaign whose run it was taken out of")
    )
    # Records in hand get their rank when they come back.
    op.execute("UPDATE records SET rank = 6 WHERE status = 'ready' AND rank = 5 AND result IS NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE records SET rank = 5 WHERE rank = 6")
    op.drop_column("records", "cancelled_in")
