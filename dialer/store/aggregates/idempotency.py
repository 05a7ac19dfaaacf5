"""Requests that may be sent twice and are carried out once."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, Table, Text, delete, select, update

from dialer.ports import KeptResponse
from dialer.store.database import Database
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata
from dialer.vocabulary.errors import Refused

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("content_type", Text),
    Column("body", LargeBinary),
    Column("created_at", Float(53), nullable=False, index=True),
)
KEPT = Columns(idempotency_keys, KeptResponse)

_table = idempotency_keys.c


class SqlIdempotencyKeys:
    """Idempotency-Keys on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = database.sql.prepare(
            "INSERT INTO idempotency_keys (user_name, key, fingerprint, created_at)"
            " VALUES (:user, :key, :fingerprint, :now) ON CONFLICT (user_name, key) DO NOTHING"
        )

    async def begin(self, user: str, key: str, fingerprint: str, now: float) -> KeptResponse | None:
        """None: carry the request out. A response: it was carried out. Raises Refused, see `ports`."""
        values = {"user": user, "key": key, "fingerprint": fingerprint, "now": now}

        def work(connection: Connection) -> KeptResponse | None:
            if self._begin.run(connection, values) == 1:
                return None
            query = select(idempotency_keys).where(_table.user_name == user, _table.key == key)
            row = connection.execute(query).one()
            kept = None if row.status is None else KEPT.read(row)
            return judge(key, row.fingerprint == fingerprint, kept)

        return await self._database.write(work)

    async def finish(self, user: str, key: str, response: KeptResponse) -> None:
        change = (
            update(idempotency_keys)
            .where(_table.user_name == user, _table.key == key)
            .values(status=response.status, content_type=response.content_type, body=response.body)
        )
        await self._database.write(lambda connection: connection.execute(change).rowcount)

    async def abandon(self, user: str, key: str) -> None:
        """The request came to nothing and may be sent again with the same key."""
        statement = delete(idempotency_keys).where(_table.user_name == user, _table.key == key, _table.status.is_(None))
        await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def purge_keys(self, before: float) -> int:
        statement = delete(idempotency_keys).where(_table.created_at < before)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def trim_keys(self, user: str, most: int) -> int:
        of_user = (_table.user_name == user, _table.status.is_not(None))
        newest = select(_table.created_at).where(*of_user).order_by(_table.created_at.desc()).offset(most).limit(1)

        def work(connection: Connection) -> int:
            bound = connection.execute(newest).scalar_one_or_none()
            if bound is None:
                return 0
            return connection.execute(delete(idempotency_keys).where(*of_user, _table.created_at <= bound)).rowcount

        return await self._database.write(work)


def judge(key: str, same: bool, response: KeptResponse | None) -> KeptResponse:
    """The response that is kept for a key that was used before, or a refusal."""
    if not same:
        raise Refused("idempotency_conflict", "This Idempotency-Key was used for another request.", key=key)
    if response is None:
        raise Refused("idempotency_in_progress", "The first request with this Idempotency-Key is at work.", key=key)
    return response
