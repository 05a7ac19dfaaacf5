"""PostgreSQL by asyncpg: a small pool, and one connection that holds the node's name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, exc, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from dialer.store.faults import translated
from dialer.store.statement import Sql
from dialer.vocabulary.errors import StoreInUse, StoreUnavailable

T = TypeVar("T")

#: Connections of a node: one commits, one claims, the others read.
CONNECTIONS = 5

#: How long a connection may take to be made, and a statement to be answered.
CONNECT_TIMEOUT_S = 5.0
STATEMENT_TIMEOUT_S = 15.0

#: How long a server may take to close a connection.
CLOSE_TIMEOUT_S = 5.0

#: Transactions that PostgreSQL ended to resolve a deadlock or a conflict are run again.
ROUNDS = 4
_TO_BE_RUN_AGAIN = {"40001", "40P01"}

#: First key of the advisory locks that hold the names of nodes.
NODE_LOCKS = 0x436F

#: PostgreSQL carries out a commit that the node's killed process had still sent. The node waits until none is left, for
#: this long at most, and looks at this interval.
FORMER_TIMEOUT_S = 15.0
FORMER_LOOK_S = 0.05

#: PostgreSQL cuts names of applications to this length.
APPLICATION_LENGTH = 63

_HOLD = text("SELECT pg_try_advisory_lock(:locks, hashtext(:node))")
_FORMER = text(
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :application"
    " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
)


def application(node: str) -> str:
    """The application name of a node's connections; that of a command has no node in it."""
    return f"cornetta {node}".strip()[:APPLICATION_LENGTH]


class PostgresDatabase:
    """The database at `url`."""

    def __init__(self, url: URL, node: str = "") -> None:
        self._application = application(node)
        self._engine = create_async_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=STATEMENT_TIMEOUT_S,
            connect_args={
                "timeout": CONNECT_TIMEOUT_S,
                "command_timeout": STATEMENT_TIMEOUT_S,
                "server_settings": {"application_name": self._application},
            },
        )
        self._name = ""
        self._name_holder: AsyncConnection | None = None
        self._holder_driver: Any = None
        self._naming = asyncio.Lock()
        self.sql = Sql(self._engine.dialect)

    async def check(self) -> None:
        """Does nothing: PostgreSQL checks its data itself."""

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Raises StoreUnavailable also when another process has taken the node's name after a lost connection: our
        claims may be theirs by now."""
        if self._name and self._holder_driver.is_closed():
            await self._hold_name_again()
        return await self._run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self._run(work)

    async def _run(self, work: Callable[[Connection], T]) -> T:
        with translated():
            for _ in range(ROUNDS - 1):
                try:
                    return await self._once(work)
                except exc.DBAPIError as problem:
                    if getattr(problem.orig, "sqlstate", None) not in _TO_BE_RUN_AGAIN:
                        raise
            return await self._once(work)

    async def _once(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    @classmethod
    async def of_node(cls, url: URL, node: str) -> PostgresDatabase:
        """The database for a node; raises StoreInUse if another process is this node. No transaction of a former
        process of this node is under way when this returns."""
        database = cls(url, node)
        try:
            await database._hold_name(node)
            await database._outlive_former()
        except BaseException:
            await database.close()
            raise
        return database

    async def _hold_name(self, node: str) -> None:
        with translated():
            connection = await self._engine.connect()
            try:
                held = (await connection.execute(_HOLD, {"locks": NODE_LOCKS, "node": node})).scalar_one()
                await connection.commit()
                driver = (await connection.get_raw_connection()).driver_connection
            except BaseException:
                await connection.close()
                raise
        if not held:
            await connection.close()
            raise StoreInUse(self._engine.url.render_as_string(hide_password=True), None, node)
        self._name, self._name_holder, self._holder_driver = node, connection, driver

    async def _outlive_former(self) -> None:
        try:
            async with asyncio.timeout(FORMER_TIMEOUT_S):
                while True:
                    if not await self.read(self._former):
                        return
                    await asyncio.sleep(FORMER_LOOK_S)
        except TimeoutError:
            raise StoreUnavailable(
                f"A transaction of {self._application} from before its restart is still open in the database: "
                "end it (pg_terminate_backend) and start the node again."
            ) from None

    def _former(self, connection: Connection) -> int:
        return int(connection.execute(_FORMER, {"application": self._application}).scalar_one())

    async def _hold_name_again(self) -> None:
        """Take the node's name again after the server was restarted or has ended the connection that held it."""
        async with self._naming:
            if not self._holder_driver.is_closed():
                return
            if self._name_holder is not None:
                await self._name_holder.invalidate()
                await self._name_holder.close()
                self._name_holder = None
            try:
                await self._hold_name(self._name)
            except StoreInUse as problem:
                raise StoreUnavailable(f"The connection to the database was lost, and now: {problem}") from problem

    async def close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                if self._name_holder is not None:
                    await self._name_holder.invalidate()
                    await self._name_holder.close()
                await self._engine.dispose()
        except (TimeoutError, exc.SQLAlchemyError, OSError):
            # The server is gone, and its connections with it.
            await self._engine.dispose(close=False)
