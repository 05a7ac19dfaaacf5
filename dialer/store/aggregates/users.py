"""Users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import MsgspecError, json, structs
from sqlalchemy import Boolean, Column, Connection, Row, Table, Text, select

from config.model import Role
from dialer.ports import User
from dialer.store.database import Database
from dialer.store.mapping import Columns
from dialer.store.metadata import metadata
from dialer.vocabulary.errors import Refused

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("teams", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
)
SAVED = Columns(users, User, clean=False)

#: Roles of this version.
ROLES = tuple(role.value for role in Role)


class SqlUsers:
    """Users on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._save = database.sql.prepare(SAVED.upsert(key="name"))

    async def user(self, name: str) -> User | None:
        query = select(users).where(users.c.name == name)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _user(row)

    async def users(self) -> Sequence[User]:
        query = select(users).order_by(users.c.name)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_user(row) for row in rows]

    async def save_user(self, user: User) -> None:
        check_role(user)
        values = SAVED.row(user)

        def work(connection: Connection) -> None:
            self._save.run(connection, values)

        await self._database.write(work)


def _user(row: Row[Any]) -> User:
    teams = teams_of(row.teams)
    user = SAVED.read(row, teams=teams or ())
    return judged(user, readable=teams is not None)


def teams_of(text: str) -> tuple[str, ...] | None:
    """The teams as a row has them; None if they cannot be read, as after a change by hand."""
    try:
        return json.decode(text, type=tuple[str, ...])
    except MsgspecError:
        return None


def judged(user: User, *, readable: bool = True) -> User:
    """The user, with the fault of the row if it has one. `readable`: the teams of the row could be read."""
    if user.role not in ROLES:
        fault = f"the role {user.role!r} is none of this version"
    elif not readable:
        fault = "the teams cannot be read"
    else:
        return user
    return structs.replace(user, fault=f"{fault}; set it anew: cornetta user add {user.name} --role ... --team ...")


def check_role(user: User) -> None:
    """Raises Refused for an unknown role."""
    if user.role not in ROLES:
        raise Refused("unknown_role", f"{user.role!r} is no role; take {', '.join(ROLES)}.", role=user.role)
