"""When each trunk came up and went down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "trunk_states",
        sa.Column("n", Number, autoincrement=True, nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_trunk_states"),
    )
    op.create_index("ix_trunk_states_trunk", "trunk_states", ["trunk", "at"])


def downgrade() -> None:
    op.drop_table("trunk_states")
