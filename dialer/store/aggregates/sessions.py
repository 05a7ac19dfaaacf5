"""Log-ins and API tokens."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Delete, Float, Table, Text, and_, delete, or_, select, update

from dialer.ports import Session
from dialer.store.database import Database
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("used_at", Float(53), nullable=False),
    Column("expires_at", Float(53), index=True),
)
SAVED = Columns(sessions, Session, clean=False, user="user_name")

_table = sessions.c


class SqlSessions:
    """Sessions on a database; only hashes of the secrets are here."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._save = database.sql.prepare(SAVED.upsert(key="token_hash"))

    async def session(self, token_hash: str) -> Session | None:
        query = select(sessions).where(_table.token_hash == token_hash)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else SAVED.read(row)

    async def sessions(self, user: str) -> Sequence[Session]:
        query = select(sessions).where(_table.user_name == user).order_by(_table.created_at, _table.token_hash)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [SAVED.read(row) for row in rows]

    async def save_session(self, session: Session) -> None:
        values = SAVED.row(session)

        def work(connection: Connection) -> None:
            self._save.run(connection, values)

        await self._database.write(work)

    async def touch_session(self, token_hash: str, used_at: float) -> None:
        change = update(sessions).where(_table.token_hash == token_hash).values(used_at=used_at)
        await self._database.write(lambda connection: connection.execute(change).rowcount)

    async def remove_session(self, token_hash: str) -> bool:
        return await self._remove(delete(sessions).where(_table.token_hash == token_hash)) > 0

    async def remove_sessions(self, user: str) -> int:
        """End a user's log-ins; API tokens stay."""
        return await self._remove(delete(sessions).where(_table.user_name == user, _table.kind == "session"))

    async def purge_sessions(self, expired_before: float, unused_since: float) -> int:
        """Forget log-ins and tokens past their end, and log-ins that were not used since."""
        unused = and_(_table.kind == "session", _table.used_at < unused_since)
        return await self._remove(delete(sessions).where(or_(_table.expires_at < expired_before, unused)))

    async def _remove(self, statement: Delete) -> int:
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)
