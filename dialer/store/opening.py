"""Opens the store: finds the database, migrates it, gives this start of the node a name."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import exc
from sqlalchemy.engine import URL, make_url

from dialer.store.aggregates.do_not_call import SqlDoNotCall
from dialer.store.aggregates.idempotency import SqlIdempotencyKeys
from dialer.store.aggregates.lists import SqlLists
from dialer.store.aggregates.sessions import SqlSessions
from dialer.store.aggregates.users import SqlUsers
from dialer.store.database import Database
from dialer.store.installation import begin_run
from dialer.store.ledger import SqlLedger
from dialer.store.lockfile import COMMAND, FileLock
from dialer.store.postgres import PostgresDatabase
from dialer.store.reports import SqlReports
from dialer.store.schema import Schema
from dialer.store.sqlite import SqliteDatabase
from dialer.vocabulary.errors import StoreInUse, StoreUnavailable

log = structlog.get_logger(__name__)

#: Permissions of the database file.
PRIVATE = 0o600


class Plain:
    """The plain data of a store, for the API and the command line beside the core."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        self._database = database
        self.lists = SqlLists(database, changed)
        self.users = SqlUsers(database)
        self.do_not_call = SqlDoNotCall(database)
        self.reports = SqlReports(database)
        self.sessions = SqlSessions(database)
        self.idempotency_keys = SqlIdempotencyKeys(database)

    async def close(self) -> None:
        await self._database.close()


class Store(Plain):
    """The store of a node. `run` is the name of this start, for `ids.Mint`."""

    def __init__(self, database: Database, node: str, run: str, now: Callable[[], float]) -> None:
        self.run = run
        self.ledger = SqlLedger(database, node, run, now)
        super().__init__(database, self.ledger.records_changed)


async def open_store(url: str, node: str, now: Callable[[], float] = time.time) -> Store:
    """Open the database `url` for the node `node`: `sqlite:///PATH` or `postgresql://...`, each also with the name of
    its asynchronous driver.

    Raises StoreInUse if another process has the file, or is this node; StoreTooNew; StoreUnavailable.
    """
    parsed = _parsed(url)
    database: Database
    if parsed.get_backend_name() == "sqlite":
        database = await asyncio.to_thread(_sqlite, parsed, node)
    else:
        database = await PostgresDatabase.of_node(parsed, node)
    try:
        await database.check()
        await database.write((await asyncio.to_thread(Schema)).upgrade)
        run = await database.write(lambda connection: begin_run(connection, node, now()))
    except BaseException:
        await database.close()
        raise
    return Store(database, node, run, now)


async def open_plain(url: str) -> Plain:
    """Open the database for a command beside a running node, e.g. an import. Migrates it if no node has it."""
    parsed = _parsed(url)
    database: Database
    lock: FileLock | None = None
    if parsed.get_backend_name() == "sqlite":
        path = await asyncio.to_thread(_usable, parsed)
        # The lock is held only while the command migrates: a node may start while it works.
        lock = await asyncio.to_thread(_lock_of_command, path)
        database = await asyncio.to_thread(SqliteDatabase, path, None)
    else:
        database = PostgresDatabase(parsed)
    try:
        await database.write((await asyncio.to_thread(Schema)).upgrade)
    except BaseException:
        await database.close()
        raise
    finally:
        if lock is not None:
            lock.release()
    return Plain(database, lambda: None)


def _sqlite(url: URL, node: str) -> SqliteDatabase:
    """The file, locked for the node."""
    path = _usable(url)
    return SqliteDatabase(path, FileLock(path, node))


def _lock_of_command(path: Path) -> FileLock | None:
    """The lock, or None beside a node."""
    try:
        return FileLock(path, COMMAND)
    except StoreInUse:
        return None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreUnavailable("The database's URL cannot be read: write sqlite:///FILE or postgresql://...") from None
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+asyncpg")
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed
    raise StoreUnavailable(
        f"The database {parsed.render_as_string(hide_password=True)} is of no known kind: "
        "write sqlite:///FILE or postgresql://USER@HOST/NAME"
    )


def _usable(url: URL) -> Path:
    """The path of the SQLite file; raises StoreUnavailable with its fault."""
    path = Path(url.database or "").absolute()
    directory = path.parent
    if not directory.is_dir():
        raise StoreUnavailable(f"The directory {directory} of the database does not exist: create it.")
    if path.is_dir():
        raise StoreUnavailable(f"The database {path} is a directory: name a file.")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise StoreUnavailable(f"The directory {directory} of the database cannot be written by this user.")
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise StoreUnavailable(f"The database {path} cannot be read and written by this user.")
    _make_private(path)
    return path


def _make_private(path: Path) -> None:
    """Make the file readable by its owner alone, as it holds numbers and names of people. SQLite gives the files beside
    it the same permissions."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal", ".lock"))):
        with contextlib.suppress(FileNotFoundError):
            mode = each.stat().st_mode & 0o777
            if mode & ~PRIVATE:
                try:
                    each.chmod(PRIVATE)
                except PermissionError:
                    log.warning("database_open_to_others", file=str(each), mode=f"{mode:03o}", remedy="chmod 600")
