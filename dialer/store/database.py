"""A database: functions that are given a connection in a transaction.

The functions are synchronous on both databases. SQLite runs them in a thread of its own, one trip for a whole
transaction; PostgreSQL runs them in SQLAlchemy's greenlet over asyncpg.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from dialer.store.statement import Sql

T = TypeVar("T")


class Database(Protocol):
    """`write` commits what the function did, or nothing; both raise StoreUnavailable."""

    @property
    def sql(self) -> Sql: ...

    async def check(self) -> None:
        """Look whether the data is whole, as far as the database can say. Raises StoreUnavailable if not."""

    async def write(self, work: Callable[[Connection], T]) -> T: ...

    async def read(self, work: Callable[[Connection], T]) -> T: ...

    async def close(self) -> None: ...
