"""The databases that a node under trial may have, read by a connection of our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import asyncpg  # type: ignore[import-untyped]  # asyncpg ships no types

from tests.contract.store.cluster import Cluster

Row: TypeAlias = Mapping[str, Any]


class Database(Protocol):
    """`kind` is its name in figures; `url` what a node opens, empty for the file in the lab's directory."""

    kind: str
    url: str

    async def rows(self, query: str) -> Sequence[Row]:
        """The rows of a query now, in SQL that both databases understand."""
        ...


class SqliteFile:
    """A file that the node made."""

    kind = "sqlite"
    url = ""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def rows(self, query: str) -> Sequence[Row]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10.0)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query).fetchall()]


class PostgresDatabase:
    """A database in a cluster of the tests."""

    kind = "postgresql"

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.url = cluster.url(name)
        self._directory = cluster.directory
        self._name = name

    async def rows(self, query: str) -> Sequence[Row]:
        connection = await asyncpg.connect(host=str(self._directory), user="postgres", database=self._name)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()
