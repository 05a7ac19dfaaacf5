"""When and where contacts answer, by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "habits",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False, comment="ordinal of the date"),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column(
            "hour", sa.Integer(), autoincrement=False, nullable=False, comment="local to the contact, -1 unknown"
        ),
        sa.Column("number_type", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False, comment="each node has rows of its own: none waits for another"),
        sa.Column("dials", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint(
            *("campaign", "day", "list", "hour", "number_type", "region", "node"), name=op.f("pk_habits")
        ),
    )


def downgrade() -> None:
    op.drop_table("habits")
