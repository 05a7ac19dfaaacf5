from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
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
def restarts() -> int:
    """How often PostgreSQL is restarted, or hangs, in one test: `make crash` asks for 300."""
    return int(os.environ.get("CORNETTA_RESTARTS", "8"))


@pytest.fixture
def seed() -> int:
    """The seed of the kills' moments and of the contacts' behaviour."""
    return int(os.environ.get("CORNETTA_SEED", "20"))


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A directory whose sockets have short paths. With `CORNETTA_KEEP` it stays for inspection."""
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
    """An empty database, which the node migrates."""
    name = f"crash_{secrets.token_hex(4)}"
    await cluster.execute(f"CREATE DATABASE {name}")
    return PostgresDatabase(cluster, name)
