from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.store.cluster import Cluster
from tests.crash.databases import PostgresDatabase


@pytest.fixture
def kills() -> int:
    """How often a program is killed in one test: `make crash` asks for a thousand."""
    return int(os.environ.get("CORNETTA_KILLS", "30"))


@pytest.fixture
def postgres_kills() -> int:
    """The same for the node on PostgreSQL, which differs from SQLite in the store alone."""
    return int(os.environ.get("CORNETTA_POSTGRES_KILLS", "6"))


@pytest.fixture
def seed() -> int:
    """Decides the moments of the kills and what the contacts do."""
    return int(os.environ.get("CORNETTA_SEED", "20"))


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose sockets have short paths. It stays where `CORNETTA_KEEP` is set, to be looked into."""
    path = Path(tempfile.mkdtemp(prefix="crash"))
    yield path
    if not os.environ.get("CORNETTA_KEEP"):
        shutil.rmtree(path)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of the tests' own."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
async def postgres(cluster: Cluster) -> PostgresDatabase:
    """A database that nobody has used: the node migrates it."""
    name = f"crash_{secrets.token_hex(4)}"
    await cluster.execute(f"CREATE DATABASE {name}")
    return PostgresDatabase(cluster, name)


@pytest.fixture(autouse=True)
def leaves_nothing() -> Iterator[None]:
    """Descriptors and threads are after a test as before it."""
    descriptors = os.listdir("/proc/self/fd")
    threads = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - threads:
        thread.join(5.0)  # asyncio waits for each child process in a thread that ends just after it
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) <= len(descriptors)


@pytest.fixture(autouse=True)
async def leaves_no_task(leaves_nothing: None) -> AsyncIterator[None]:
    yield
    assert asyncio.all_tasks() <= {asyncio.current_task()}
