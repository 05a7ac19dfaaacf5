"""Attempts and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from dialer.ports.reports import AttemptPage, AttemptRow, ResultCounts
from dialer.store.aggregates.attempts import attempts
from dialer.store.aggregates.dials import dials
from dialer.store.answers import Answers
from dialer.store.mapping import Columns
from dialer.vocabulary.results import CallResult

ROW = Columns(attempts, AttemptRow, attempt="id")


def page(connection: Connection, question: AttemptPage) -> Sequence[AttemptRow]:
    query = select(attempts).order_by(attempts.c.n).limit(question.limit)
    if question.campaign is not None:
        query = query.where(attempts.c.campaign == question.campaign)
    if question.after:
        after = select(attempts.c.n).where(attempts.c.id == question.after)
        query = query.where(attempts.c.n > after.scalar_subquery())
    rows = connection.execute(query).all()
    dialed: dict[str, list[tuple[str, str]]] = {}
    of_page = select(dials).where(dials.c.attempt.in_([row.id for row in rows])).order_by(dials.c.attempt, dials.c.n)
    for dial in connection.execute(of_page):
        dialed.setdefault(dial.attempt, []).append((dial.call_id, dial.trunk))
    return [
        ROW.read(
            row,
            call_ids=tuple(call_id for call_id, _ in dialed.get(row.id, ())),
            trunks=tuple(trunk for _, trunk in dialed.get(row.id, ())),
        )
        for row in rows
    ]


def results(connection: Connection, question: ResultCounts) -> Mapping[CallResult, int]:
    query = (
        select(attempts.c.result, func.count())
        .where(attempts.c.campaign == question.campaign, attempts.c.result.is_not(None))
        .group_by(attempts.c.result)
    )
    return {CallResult(result): n for result, n in connection.execute(query)}


ANSWERS: Answers = {AttemptPage: page, ResultCounts: results}
