"""Statements that are compiled once and then handed to the driver as they are.

The transactional part runs a dozen statements for each attempt; compiling, caching and converting them anew would
cost more than the database does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, CursorResult, text
from sqlalchemy.engine import Dialect

Row: TypeAlias = Mapping[str, Any]


class Prepared:
    """One SQL text with named parameters (`:name`) in the form that the driver of `dialect` takes."""

    def __init__(self, dialect: Dialect, sql: str) -> None:
        compiled = text(sql).compile(dialect=dialect)
        self._sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())

    def run(self, connection: Connection, values: Row) -> CursorResult[Any]:
        return connection.exec_driver_sql(self._sql, tuple([values[name] for name in self._names]))

    def run_all(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run once for each row, in order, in one trip to the driver."""
        if rows:
            names = self._names
            connection.exec_driver_sql(self._sql, [tuple([row[name] for name in names]) for row in rows])


class Sql:
    """What SQLite and PostgreSQL say in different words."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.is_sqlite = dialect.name == "sqlite"
        #: Rows read in order to be written: SQLite has one writer, PostgreSQL locks them.
        self.for_update = "" if self.is_sqlite else " FOR UPDATE"

    def prepare(self, sql: str) -> Prepared:
        return Prepared(self.dialect, sql)

    def among(self, column: str, name: str) -> str:
        """`column IN (the values of parameter name)`, the same text however many there are."""
        if self.is_sqlite:
            return f"{column} IN (SELECT value FROM json_each(:{name}))"
        return f"{column} = ANY(:{name})"

    def values(self, items: Iterable[int] | Iterable[str]) -> Any:
        """The parameter for `among`."""
        return json.dumps(list(items)) if self.is_sqlite else list(items)
