"""Users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import json, structs
from sqlalchemy import Connection, Row, select

from dialer.ports import User
from dialer.store.database import Database
from dialer.store.tables import users


class SqlUsers:
    """Users on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._save = database.sql.prepare(
            "INSERT INTO users (name, display_name, role, password_hash, phone, teams, enabled) VALUES"
            " (:name, :display_name, :role, :password_hash, :phone, :teams, :enabled) ON CONFLICT (name) DO UPDATE"
            " SET display_name = excluded.display_name, role = excluded.role, password_hash = excluded.password_hash,"
            " phone = excluded.phone, teams = excluded.teams, enabled = excluded.enabled"
        )

    async def user(self, name: str) -> User | None:
        query = select(users).where(users.c.name == name)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _user(row)

    async def users(self) -> Sequence[User]:
        query = select(users).order_by(users.c.name)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_user(row) for row in rows]

    async def save_user(self, user: User) -> None:
        """Add a user, or change all of the one with this name."""
        values = {**structs.asdict(user), "teams": json.encode(user.teams).decode()}

        def work(connection: Connection) -> None:
            self._save.run(connection, values)

        await self._database.write(work)


def _user(row: Row[Any]) -> User:
    return User(
        name=row.name,
        display_name=row.display_name,
        role=row.role,
        password_hash=row.password_hash,
        phone=row.phone,
        teams=json.decode(row.teams, type=tuple[str, ...]),
        enabled=row.enabled,
    )
