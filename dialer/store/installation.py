"""The installation's entry in the database, and the starts of its nodes."""

from __future__ import annotations

import secrets

from sqlalchemy import BigInteger, Column, Connection, Float, Table, Text, insert, select, text

from dialer.store.metadata import Number, metadata

#: Digits of run names, without letters that are easily misread.
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"

#: The number of letters that distinguish installations, so that Call-IDs stay unique after the database is made anew.
TOKEN_LENGTH = 5

installation = Table(
    "installation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("n", Number, primary_key=True, autoincrement=True),
    Column("run", Text, nullable=False, unique=True),
    Column("node", Text, nullable=False, index=True),
    Column("started_at", Float(53), nullable=False),
    Column("last_commit", BigInteger, nullable=False, server_default=text("0")),
)


def begin_run(connection: Connection, node: str, now: float) -> str:
    query = select(installation.c.value).where(installation.c.key == "token")
    token = connection.execute(query).scalar_one_or_none()
    if token is None:
        token = "".join(secrets.choice(DIGITS) for _ in range(TOKEN_LENGTH))
        connection.execute(insert(installation), [{"key": "token", "value": token}])
    row = {"run": f"new {secrets.token_hex(8)}", "node": node, "started_at": now}
    number = connection.execute(insert(runs).returning(runs.c.n), [row]).scalar_one()
    run = f"{token}{_digits(number)}"
    connection.execute(runs.update().where(runs.c.n == number).values(run=run))
    return run


def _digits(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, len(DIGITS))
        digits = DIGITS[last] + digits
    return digits or DIGITS[0]
