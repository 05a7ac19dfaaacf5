"""The tables. Times are UTC epoch seconds; text in JSON where a column holds a mapping.

Literal conditions of the partial indexes are repeated word for word in the queries, or a planner would not use them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

#: SQLite gives numbers by itself to INTEGER PRIMARY KEY alone.
Number = BigInteger().with_variant(Integer(), "sqlite")

installation = Table(
    "installation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False, unique=True),
    Column("node", Text, nullable=False, index=True),
    Column("started_at", Float(53), nullable=False),
    Column("last_commit", BigInteger, nullable=False, server_default=text("0")),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("loaded_at", Float(53)),
    Column("news_at", Float(53)),
)

agents = Table(
    "agents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("campaign", Text),
    Column("at", Float(53), nullable=False),
)

agent_states = Table(
    "agent_states",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("agent", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("campaign", Text),
    Column("at", Float(53), nullable=False),
    Index("ix_agent_states_agent", "agent", "n"),
)

lists = Table(
    "lists",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("zone", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
)

list_zones = Table(
    "list_zones",
    metadata,
    Column("list_id", ForeignKey("lists.id"), primary_key=True),
    Column("zone", Text, primary_key=True),
)

records = Table(
    "records",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("list_id", ForeignKey("lists.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("raw_number", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("chain_n", Integer, nullable=False),
    Column("daily_from", Integer, nullable=False),
    Column("daily_till", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("result", Text),
    Column("attempts", Integer, nullable=False),
    Column("tries", Text, nullable=False, server_default=text("'{}'"), comment="attempts by call result"),
    Column("due_at", Float(53), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("queue_at", Float(53), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("lease_until", Float(53)),
    Column("claimed_by", Text),
    Column("cancelled_in", Text, comment="campaign whose run it was taken out of"),
    Column("created_at", Float(53), nullable=False),
    Column("updated_at", Float(53), nullable=False),
    UniqueConstraint("list_id", "number", "external_id"),
    Index(
        "ix_records_queue",
        "list_id",
        "zone",
        "rank",
        "queue_at",
        "id",
        # What counts look at, so that they need not look into the table.
        "attempts",
        "daily_from",
        "daily_till",
        sqlite_where=text("status = 'ready'"),
        postgresql_where=text("status = 'ready'"),
    ),
    Index(
        "ix_records_lease",
        "lease_until",
        sqlite_where=text("status = 'retrieved'"),
        postgresql_where=text("status = 'retrieved'"),
    ),
    Index(
        "ix_records_chain",
        "list_id",
        "chain",
        "chain_n",
        "id",
        sqlite_where=text("chain <> ''"),
        postgresql_where=text("chain <> ''"),
    ),
    Index("ix_records_number", "number"),
    Index("ix_records_status", "list_id", "status"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("run", Text, nullable=False),
    Column("interaction", Text, nullable=False, index=True),
    Column("campaign", Text, nullable=False),
    Column("record", BigInteger, index=True),
    Column("fence", BigInteger, nullable=False),
    Column("number", Text, nullable=False, index=True),
    Column("agent", Text),
    Column("result", Text),
    Column("code", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("q850", Integer),
    Column("begun_at", Float(53), nullable=False),
    Column("answered_at", Float(53)),
    Column("connected_at", Float(53)),
    Column("ended_at", Float(53)),
    Column("abandoned", Boolean, nullable=False, server_default=text("false")),
    Index("ix_attempts_campaign", "campaign", "n"),
    Index(
        "ix_attempts_open",
        "record",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

dials = Table(
    "dials",
    metadata,
    Column("attempt", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("call_id", Text, nullable=False, unique=True),
    Column("leg", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("caller_id", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("code", Integer),
    Column("reason", Text),
    Column("q850", Integer),
    Column("cleared_by", Text),
    Column("late_answer", Boolean, nullable=False, server_default=text("false")),
    Column("ended_at", Float(53)),
)

interactions = Table(
    "interactions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("record", BigInteger, index=True),
    Column("fence", BigInteger, nullable=False),
    Column("agent", Text, index=True),
    Column("number", Text, nullable=False, index=True),
    Column("contact", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("found_result", Text),
    Column("agent_result", Text),
    Column("disposition", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("begun_at", Float(53), nullable=False),
    Column("connected_at", Float(53)),
    Column("cleared_at", Float(53)),
    Column("finalized_at", Float(53)),
    Column("live", LargeBinary),
    Index(
        "ix_interactions_open",
        "run",
        sqlite_where=text("live IS NOT NULL"),
        postgresql_where=text("live IS NOT NULL"),
    ),
    Index("ix_interactions_campaign", "campaign", "begun_at"),
)

parties = Table(
    "parties",
    metadata,
    Column("id", Text, primary_key=True),
    Column("interaction", Text, nullable=False, index=True),
    Column("agent", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("offered_at", Float(53), nullable=False),
    Column("talking_at", Float(53)),
    Column("ended_at", Float(53)),
)

do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number", Text, primary_key=True),
    Column("campaign", Text, primary_key=True, comment="empty: no campaign may dial it"),
    Column("source", Text, nullable=False),
    Column("agent", Text),
    Column("at", Float(53), nullable=False),
    Index("ix_do_not_call_campaign", "campaign", "number"),
)

notices = Table(
    "notices",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("agent", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("acknowledged_at", Float(53)),
    Index("ix_notices_agent", "agent", "n"),
)

history = Table(
    "history",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Column("campaign", Text),
    Column("agent", Text),
    Column("record", BigInteger, index=True),
    Column("interaction", Text, index=True),
    Column("attempt", Text),
    Column("facts", Text),
)

habits = Table(
    "habits",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False, comment="ordinal of the date"),
    Column("list", Text, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False, comment="local to the contact, -1 unknown"),
    Column("number_type", Text, primary_key=True),
    Column("region", Text, primary_key=True),
    Column("node", Text, primary_key=True, comment="each node has rows of its own: none waits for another"),
    Column("dials", BigInteger, nullable=False),
    Column("answers", Float(53), nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("teams", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("used_at", Float(53), nullable=False),
    Column("expires_at", Float(53), index=True),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("content_type", Text),
    Column("body", LargeBinary),
    Column("created_at", Float(53), nullable=False, index=True),
)
