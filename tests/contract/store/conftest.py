"""Stores for the contract: in memory, in a SQLite file, in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialer.store.metadata import metadata
from dialer.store.opening import Store, open_plain, open_store
from tests.contract.store.backends import AnyStore, Backend, Hands, MemoryBackend, SqlBackend, sqlite_url
from tests.contract.store.cluster import Cluster

DATABASE = "cornetta"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL cluster with a migrated database."""
    cluster = Cluster()

    async def prepare() -> None:
        await cluster.execute(f"CREATE DATABASE {DATABASE}")
        await (await open_plain(cluster.url(DATABASE))).close()

    try:
        asyncio.run(prepare())
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
async def postgres_url(cluster: Cluster) -> str:
    """The database, empty. Emptying it is many times faster than making one for each test."""
    names = ", ".join(table.name for table in metadata.sorted_tables)
    await cluster.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE", DATABASE)
    return cluster.url(DATABASE)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path: Path, clock: Hands) -> Backend:
    if request.param == "memory":
        return MemoryBackend(clock)
    if request.param == "sqlite":
        return SqlBackend("sqlite", sqlite_url(tmp_path), clock)
    return SqlBackend("postgres", request.getfixturevalue("postgres_url"), clock)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(url: str, clock: Hands) -> AsyncIterator[Store]:
    """A store on a database, for functions that the store in memory lacks."""
    store = await open_store(url, "node-1", clock)
    yield store
    await store.close()


@pytest.fixture
async def store(backend: Backend) -> AsyncIterator[AnyStore]:
    store = await backend.open()
    yield store
    await store.close()
