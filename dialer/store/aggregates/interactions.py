"""Interactions: each handling of a contact, with the agents in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Float, Index, LargeBinary, Table, Text, text

from dialer.store.batch import Batch, Part, Verdict, judges
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w

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

SAVED = Columns(interactions, w.SaveInteraction, interaction="id")
PARTY = Columns(parties, w.AddParty, party="id")


class Interactions(Part):
    """The last writes of each interaction and of each party."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.saved: dict[str, w.SaveInteraction] = {}
        self.parties: dict[str, w.AddParty] = {}

    @judges(w.SaveInteraction)
    def _save(self, write: w.SaveInteraction) -> Verdict:
        self.saved[write.interaction] = write
        return None

    @judges(w.AddParty)
    def _add_party(self, write: w.AddParty) -> Verdict:
        self.parties[write.party] = write
        return None


class InteractionRows(Rows[Interactions]):
    part = Interactions

    def prepare(self, sql: Sql) -> None:
        self._saved = sql.prepare(SAVED.upsert("run", key="id"))
        self._parties = sql.prepare(PARTY.upsert(key="id"))

    def write(self, connection: Connection, part: Interactions) -> None:
        self._saved.run_all(connection, SAVED.rows(part.saved.values(), run=self._run.run))
        self._parties.run_all(connection, PARTY.rows(part.parties.values()))
