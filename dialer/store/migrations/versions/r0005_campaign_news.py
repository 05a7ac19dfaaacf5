"""Since when a campaign is loaded, and when its agents were last told news of it: an OK counts for one load."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("loaded_at", sa.Float(precision=53), nullable=True))
    op.add_column("campaigns", sa.Column("news_at", sa.Float(precision=53), nullable=True))


def downgrade() -> None:
    op.drop_column("campaigns", "news_at")
    op.drop_column("campaigns", "loaded_at")
