"""Statements that are compiled once and then handed to the driver as they are.

The transactional part runs a dozen statements for each attempt; compiling, caching and converting them anew would
cost more than the database does.
"""

from __future__ import annotations

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import starmap
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, text
from sqlalchemy.engine import Dialect

Row: TypeAlias = Mapping[str, Any]


class Prepared:
    """One SQL text with named parameters (`:name`) in the form that the driver of `dialect` takes.

    On SQLite the driver is called directly: what SQLAlchemy adds to each execution takes several times as long as the
    statement itself.
    """

    def __init__(self, dialect: Dialect, sql: str) -> None:
        compiled = text(sql).compile(dialect=dialect)
        self._sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._direct = dialect.name == "sqlite"
        self._row: Callable[..., Any] | None = None

    def run(self, connection: Connection, values: Row) -> int:
        """How many rows the statement changed."""
        parameters = tuple([values[name] for name in self._names])
        if self._direct:
            return driver(connection).execute(self._sql, parameters).rowcount
        return connection.exec_driver_sql(self._sql, parameters).rowcount

    def rows(self, connection: Connection, values: Row) -> list[Any]:
        """The rows that the statement gives, with their columns as attributes."""
        parameters = tuple([values[name] for name in self._names])
        if not self._direct:
            return list(connection.exec_driver_sql(self._sql, parameters).all())
        cursor = driver(connection).execute(self._sql, parameters)
        if self._row is None:
            self._row = _row_type([column[0] for column in cursor.description])
        return list(starmap(self._row, cursor))

    def run_all(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run once for each row, in order, in one trip to the driver."""
        if not rows:
            return
        names = self._names
        parameters = [tuple([row[name] for name in names]) for row in rows]
        if self._direct:
            driver(connection).executemany(self._sql, parameters)
        else:
            connection.exec_driver_sql(self._sql, parameters)


def _row_type(columns: list[str]) -> Callable[..., Any]:
    return namedtuple("Row", columns)


def driver(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection."""
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


class Sql:
    """The SQL in which SQLite and PostgreSQL differ."""

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


def insert_of(table: str, columns: Sequence[str] | Mapping[str, str], rest: str = "") -> str:
    """INSERT of these columns from parameters of the same names, or of given ones; `rest` follows the values."""
    parameters = columns.values() if isinstance(columns, Mapping) else columns
    marks = ", ".join(f":{parameter}" for parameter in parameters)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) {rest}".strip()
