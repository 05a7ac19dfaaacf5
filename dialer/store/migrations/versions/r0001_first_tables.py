"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: SQLite gives numbers by itself to INTEGER PRIMARY KEY alone.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: In the order in which they can be dropped.
_TABLES = (
    *("records", "list_zones", "users", "sessions", "runs", "parties"),
    *("notices", "lists", "interactions", "installation", "idempotency_keys", "history"),
    *("do_not_call", "dials", "campaigns", "attempts", "agents", "agent_states"),
)


def upgrade() -> None:
    _agent_states()
    _agents()
    _attempts()
    _campaigns()
    _dials()
    _do_not_call()
    _history()
    _idempotency_keys()
    _installation()
    _interactions()
    _lists()
    _notices()
    _parties()
    _runs()
    _sessions()
    _users()
    _list_zones()
    _records()
    _records_indexes()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _agent_states() -> None:
    op.create_table(
        "agent_states",
        sa.Column("n", Number, autoincrement=True, nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_agent_states")),
    )
    op.create_index("ix_agent_states_agent", "agent_states", ["agent", "n"], unique=False)


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_agents")),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("n", Number, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("code", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("q850", sa.Integer(), nullable=True),
        sa.Column("begun_at", sa.Float(precision=53), nullable=False),
        sa.Column("answered_at", sa.Float(precision=53), nullable=True),
        sa.Column("connected_at", sa.Float(precision=53), nullable=True),
        sa.Column("ended_at", sa.Float(precision=53), nullable=True),
        sa.Column("abandoned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_attempts")),
        sa.UniqueConstraint("id", name=op.f("uq_attempts_id")),
    )
    op.create_index("ix_attempts_campaign", "attempts", ["campaign", "n"], unique=False)
    op.create_index(op.f("ix_attempts_interaction"), "attempts", ["interaction"], unique=False)
    op.create_index(op.f("ix_attempts_number"), "attempts", ["number"], unique=False)
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["record"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_attempts_record"), "attempts", ["record"], unique=False)


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaigns")),
    )


def _dials() -> None:
    op.create_table(
        "dials",
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("caller_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("q850", sa.Integer(), nullable=True),
        sa.Column("cleared_by", sa.Text(), nullable=True),
        sa.Column("late_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ended_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("attempt", "n", name=op.f("pk_dials")),
        sa.UniqueConstraint("call_id", name=op.f("uq_dials_call_id")),
    )


def _do_not_call() -> None:
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False, comment="empty: no campaign may dial it"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("number", "campaign", name=op.f("pk_do_not_call")),
    )
    op.create_index("ix_do_not_call_campaign", "do_not_call", ["campaign", "number"], unique=False)


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("n", Number, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("interaction", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_interaction"), "history", ["interaction"], unique=False)
    op.create_index(op.f("ix_history_record"), "history", ["record"], unique=False)


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("user_name", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)


def _installation() -> None:
    op.create_table(
        "installation",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_installation")),
    )


def _interactions() -> None:
    op.create_table(
        "interactions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found_result", sa.Text(), nullable=True),
        sa.Column("agent_result", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.Float(precision=53), nullable=False),
        sa.Column("connected_at", sa.Float(precision=53), nullable=True),
        sa.Column("cleared_at", sa.Float(precision=53), nullable=True),
        sa.Column("finalized_at", sa.Float(precision=53), nullable=True),
        sa.Column("live", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
    )
    op.create_index(op.f("ix_interactions_agent"), "interactions", ["agent"], unique=False)
    op.create_index("ix_interactions_campaign", "interactions", ["campaign", "begun_at"], unique=False)
    op.create_index(op.f("ix_interactions_number"), "interactions", ["number"], unique=False)
    op.create_index(
        "ix_interactions_open",
        "interactions",
        ["run"],
        unique=False,
        sqlite_where=sa.text("live IS NOT NULL"),
        postgresql_where=sa.text("live IS NOT NULL"),
    )
    op.create_index(op.f("ix_interactions_record"), "interactions", ["record"], unique=False)


def _lists() -> None:
    op.create_table(
        "lists",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sa.UniqueConstraint("name", name=op.f("uq_lists_name")),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("n", Number, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("acknowledged_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_notices")),
        sa.UniqueConstraint("id", name=op.f("uq_notices_id")),
    )
    op.create_index("ix_notices_agent", "notices", ["agent", "n"], unique=False)


def _parties() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("interaction", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.Float(precision=53), nullable=False),
        sa.Column("talking_at", sa.Float(precision=53), nullable=True),
        sa.Column("ended_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    op.create_index(op.f("ix_parties_agent"), "parties", ["agent"], unique=False)
    op.create_index(op.f("ix_parties_interaction"), "parties", ["interaction"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("n", Number, autoincrement=True, nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Float(precision=53), nullable=False),
        sa.Column("last_commit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_runs")),
        sa.UniqueConstraint("run", name=op.f("uq_runs_run")),
    )
    op.create_index(op.f("ix_runs_node"), "runs", ["node"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("used_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_name"), "sessions", ["user_name"], unique=False)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("teams", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )


def _list_zones() -> None:
    op.create_table(
        "list_zones",
        sa.Column("list_id", Number, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_zones_list_id")),
        sa.PrimaryKeyConstraint("list_id", "zone", name=op.f("pk_list_zones")),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("id", Number, autoincrement=True, nullable=False),
        sa.Column("list_id", Number, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("raw_number", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("chain_n", sa.Integer(), nullable=False),
        sa.Column("daily_from", sa.Integer(), nullable=False),
        sa.Column("daily_till", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "tries", sa.Text(), server_default=sa.text("'{}'"), nullable=False, comment="attempts by call result"
        ),
        sa.Column("due_at", sa.Float(precision=53), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("queue_at", sa.Float(precision=53), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.Float(precision=53), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("updated_at", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_records_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("list_id", "number", "external_id", name=op.f("uq_records_list_id_number_external_id")),
    )


def _records_indexes() -> None:
    op.create_index(
        "ix_records_chain",
        "records",
        ["list_id", "chain", "chain_n", "id"],
        unique=False,
        sqlite_where=sa.text("chain <> ''"),
        postgresql_where=sa.text("chain <> ''"),
    )
    op.create_index(
        "ix_records_lease",
        "records",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("status = 'retrieved'"),
        postgresql_where=sa.text("status = 'retrieved'"),
    )
    op.create_index("ix_records_number", "records", ["number"], unique=False)
    op.create_index(
        "ix_records_queue",
        "records",
        ["list_id", "zone", "rank", "queue_at", "id", "attempts", "daily_from", "daily_till"],
        unique=False,
        sqlite_where=sa.text("status = 'ready'"),
        postgresql_where=sa.text("status = 'ready'"),
    )
    op.create_index("ix_records_status", "records", ["list_id", "status"], unique=False)
