"""Agents: the present state of each, and the states that each was in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Float, Index, Table, Text, select

from dialer.ports.reports import AgentStateRow, AgentStates
from dialer.store.answers import Answers
from dialer.store.batch import Batch, Part, Verdict, judges
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w

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

PRESENT = Columns(agents, w.SaveAgent, agent="name")
ENTERED = Columns(agent_states, w.SaveAgent)
ROW = Columns(agent_states, AgentStateRow)


class Agents(Part):
    """States that agents entered, in order; the last one of each is the present one."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.present: dict[str, w.SaveAgent] = {}
        self.entered: list[w.SaveAgent] = []

    @judges(w.SaveAgent)
    def _save(self, write: w.SaveAgent) -> Verdict:
        self.present[write.agent] = write
        self.entered.append(write)
        return None


class AgentRows(Rows[Agents]):
    part = Agents

    def prepare(self, sql: Sql) -> None:
        self._present = sql.prepare(PRESENT.upsert(key="name"))
        self._entered = sql.prepare(ENTERED.insert())

    def write(self, connection: Connection, part: Agents) -> None:
        self._present.run_all(connection, PRESENT.rows(part.present.values()))
        self._entered.run_all(connection, ENTERED.rows(part.entered))


def states(connection: Connection, question: AgentStates) -> Sequence[AgentStateRow]:
    query = (
        select(agent_states)
        .where(
            agent_states.c.agent == question.agent,
            agent_states.c.at >= question.since,
            agent_states.c.at < question.till,
        )
        .order_by(agent_states.c.n.desc())
        .limit(question.limit)
    )
    return [ROW.read(row) for row in connection.execute(query)]


ANSWERS: Answers = {AgentStates: states}
