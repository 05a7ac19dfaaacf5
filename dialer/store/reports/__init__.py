"""Figures, histories and pages for reports and views, in SQL alone."""

from __future__ import annotations

from typing import TypeVar, cast

from dialer.ports.reports import Question
from dialer.store import aggregates
from dialer.store.answers import Answers
from dialer.store.database import Database
from dialer.store.reports import attempts, interactions

A = TypeVar("A")

_ANSWERS: Answers = {
    **aggregates.ANSWERS,
    **attempts.ANSWERS,
    **interactions.ANSWERS,
}


class SqlReports:
    """Reports on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, question: Question[A]) -> A:
        answer = _ANSWERS[type(question)]
        return cast(A, await self._database.read(lambda connection: answer(connection, question)))
