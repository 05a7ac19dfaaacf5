"""Trunks: when each came up and went down, and its last error."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Float, Index, Table, Text, select

from dialer.ports.reports import TrunkStateRow, TrunkStates
from dialer.store.answers import Answers
from dialer.store.batch import Batch, Part, Verdict, judges
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.reasons import Reasons
from dialer.store.rows import Rows
from dialer.store.statement import Sql
from dialer.vocabulary import writes as w
from dialer.vocabulary.reasons.trunks import Complaint

trunk_states = Table(
    "trunk_states",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("trunk", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", Float(53), nullable=False),
    Index("ix_trunk_states_trunk", "trunk", "at"),
)

ENTERED = Columns(trunk_states, w.SaveTrunk)
ROW = Columns(trunk_states, TrunkStateRow)
ERRORS: Reasons[Complaint] = Reasons(Complaint)


class Trunks(Part):
    """States that trunks entered, in order."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.entered: list[w.SaveTrunk] = []

    @judges(w.SaveTrunk)
    def _save(self, write: w.SaveTrunk) -> Verdict:
        self.entered.append(write)
        return None


class TrunkRows(Rows[Trunks]):
    part = Trunks

    def prepare(self, sql: Sql) -> None:
        self._entered = sql.prepare(ENTERED.insert("node"))

    def write(self, connection: Connection, part: Trunks) -> None:
        node = self._run.node
        rows = [ENTERED.row(each, node=node, error=ERRORS.column(each.error)) for each in part.entered]
        self._entered.run_all(connection, rows)


def states(connection: Connection, question: TrunkStates) -> Sequence[TrunkStateRow]:
    query = (
        select(trunk_states)
        .where(trunk_states.c.trunk == question.trunk, trunk_states.c.at < question.till)
        .order_by(trunk_states.c.at.desc(), trunk_states.c.n.desc())
        .limit(question.limit)
    )
    return [ROW.read(row, error=ERRORS.read(row.error)) for row in connection.execute(query)]


ANSWERS: Answers = {TrunkStates: states}
