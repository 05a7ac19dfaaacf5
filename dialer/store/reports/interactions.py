"""How contacts were handled: interactions, and the lines of the history about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select

from dialer.ports.reports import (
    HistoryRow,
    InteractionsOfAgent,
    InteractionsOfNumber,
    InteractionsOfRecord,
    LinesOfInteraction,
    LinesOfRecord,
    OneInteraction,
)
from dialer.store.aggregates.history import history
from dialer.store.aggregates.interactions import interactions
from dialer.store.answers import Answers
from dialer.store.mapping import Columns
from dialer.vocabulary.interaction_row import InteractionRow

ROW = Columns(interactions, InteractionRow, interaction="id")
LINE = Columns(history, HistoryRow)


def one(connection: Connection, question: OneInteraction) -> InteractionRow | None:
    rows = _interactions(connection, 1, interactions.c.id == question.interaction)
    return rows[0] if rows else None


def of_record(connection: Connection, question: InteractionsOfRecord) -> Sequence[InteractionRow]:
    return _interactions(connection, question.limit, interactions.c.record == question.record)


def of_number(connection: Connection, question: InteractionsOfNumber) -> Sequence[InteractionRow]:
    return _interactions(connection, question.limit, interactions.c.number == question.number)


def of_agent(connection: Connection, question: InteractionsOfAgent) -> Sequence[InteractionRow]:
    begun_at = interactions.c.begun_at
    return _interactions(
        connection,
        question.limit,
        interactions.c.agent == question.agent,
        begun_at >= question.since,
        begun_at < question.till,
    )


def lines_of_record(connection: Connection, question: LinesOfRecord) -> Sequence[HistoryRow]:
    return _lines(connection, question.limit, history.c.record == question.record)


def lines_of_interaction(connection: Connection, question: LinesOfInteraction) -> Sequence[HistoryRow]:
    return _lines(connection, question.limit, history.c.interaction == question.interaction)


def _interactions(connection: Connection, limit: int, *conditions: ColumnElement[bool]) -> list[InteractionRow]:
    order = (interactions.c.begun_at.desc(), interactions.c.id.desc())
    query = select(interactions).where(*conditions).order_by(*order).limit(limit)
    return [ROW.read(row) for row in connection.execute(query)]


def _lines(connection: Connection, limit: int, condition: ColumnElement[bool]) -> list[HistoryRow]:
    query = select(history).where(condition).order_by(history.c.n.desc()).limit(limit)
    return [LINE.read(row) for row in connection.execute(query)]


ANSWERS: Answers = {
    OneInteraction: one,
    InteractionsOfRecord: of_record,
    InteractionsOfNumber: of_number,
    InteractionsOfAgent: of_agent,
    LinesOfRecord: lines_of_record,
    LinesOfInteraction: lines_of_interaction,
}
