"""Opening a database: names of runs, one node to a file, migrations, and errors."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from msgspec import structs
from sqlalchemy import Connection, make_url, text

from dialer.ports import User
from dialer.store.lockfile import COMMAND, FileLock
from dialer.store.metadata import metadata
from dialer.store.opening import Store, open_plain, open_store
from dialer.store.postgres import PostgresDatabase, application
from dialer.store.sqlite import SqliteDatabase
from dialer.vocabulary.errors import Refused, StoreInUse, StoreRejected, StoreTooNew, StoreUnavailable
from dialer.vocabulary.events import UserKnown
from dialer.vocabulary.results import RecordStatus
from tests.contract.store.backends import (
    LIST,
    NOON,
    Backend,
    Hands,
    begin,
    claim_one,
    contact,
    fill,
    settle,
    sqlite_url,
    update,
)
from tests.contract.store.cluster import Cluster
from tests.contract.store.revisions import go_back


async def test_every_start_has_a_name_of_its_own(backend: Backend) -> None:
    names: list[str] = []
    for _ in range(40):
        store = await backend.open()
        names.append(store.run)
        await store.close()
    assert len(set(names)) == 40
    assert all(name.isalnum() and name == name.lower() and len(name) < 12 for name in names)


async def test_installations_do_not_share_names(tmp_path: Path) -> None:
    runs = set()
    for _ in range(2):
        store = await open_store(sqlite_url(tmp_path), "node-1")
        runs.add(store.run)
        await store.close()
        await asyncio.to_thread(os.remove, tmp_path / "cornetta.db")
    assert len(runs) == 2


async def test_a_second_node_on_the_same_file_is_refused(tmp_path: Path) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    with pytest.raises(StoreInUse) as refused:
        await open_store(sqlite_url(tmp_path), "node-2")
    assert refused.value.path == str(tmp_path / "cornetta.db")
    assert (refused.value.pid, refused.value.node) == (os.getpid(), "node-1")
    assert "Stop that node" in str(refused.value)
    await store.close()
    await (await open_store(sqlite_url(tmp_path), "node-2")).close()


async def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from dialer.store.opening import open_store\n"
        "async def hold():\n"
        "    await open_store(sys.argv[1], 'node-1')\n"
        "    print('held', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(hold())\n"
    )
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, sqlite_url(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    try:
        assert await holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreInUse) as refused:
            await open_store(sqlite_url(tmp_path), "node-2")
        assert refused.value.pid == holder.pid
    finally:
        holder.kill()
        await holder.communicate()
    await (await open_store(sqlite_url(tmp_path), "node-2")).close()


async def test_a_name_is_held_by_one_node_of_a_shared_database(postgres_url: str, clock: Hands) -> None:
    store = await open_store(postgres_url, "node-1", clock)
    with pytest.raises(StoreInUse) as refused:
        await open_store(postgres_url, "node-1", clock)
    assert refused.value.node == "node-1"
    await (await open_store(postgres_url, "node-2", clock)).close()
    await store.close()
    await (await open_store(postgres_url, "node-1", clock)).close()


#: Ends the connections that hold names of nodes, as a restart of the server or a firewall does.
_END_HOLDERS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"


async def test_a_node_waits_for_what_its_former_process_had_begun(
    cluster: Cluster, postgres_url: str, clock: Hands
) -> None:
    """A commit that was sent before the process was killed is carried out after it."""
    former = await cluster.connect(str(make_url(postgres_url).database), application("node-1"))
    transaction = former.transaction()
    await transaction.start()
    await former.execute("INSERT INTO installation (key, value) VALUES ('of the former', 'late')")
    opening = asyncio.create_task(open_store(postgres_url, "node-1", clock))
    try:
        done, _ = await asyncio.wait({opening}, timeout=1.0)
        assert not done
        await transaction.commit()
    finally:
        await former.close()
    await (await opening).close()


async def test_a_name_is_held_again_after_its_connection_was_lost(
    cluster: Cluster, postgres_url: str, clock: Hands
) -> None:
    store = await open_store(postgres_url, "node-1", clock)
    await cluster.execute(_END_HOLDERS)
    await fill(store, 1)
    with pytest.raises(StoreInUse):
        await open_store(postgres_url, "node-1", clock)
    await store.close()
    await (await open_store(postgres_url, "node-1", clock)).close()


async def test_a_node_whose_name_was_taken_meanwhile_writes_nothing(
    cluster: Cluster, postgres_url: str, clock: Hands
) -> None:
    store = await open_store(postgres_url, "node-1", clock)
    await fill(store, 1)
    await cluster.execute(_END_HOLDERS)
    other = await open_store(postgres_url, "node-1", clock)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="Stop that node"):
            await claim_one(store)
    await other.close()
    assert (await claim_one(store)).record == 1
    await store.close()


async def test_urls_with_the_name_of_a_driver_mean_the_same_file(tmp_path: Path) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    with pytest.raises(StoreInUse):
        await open_store(f"sqlite+aiosqlite:///{tmp_path}/cornetta.db", "node-2")
    await store.close()


async def test_a_command_works_beside_a_node(backend: Backend) -> None:
    if backend.kind == "memory":
        return
    store = await backend.open()
    await fill(store, 1)
    plain = await open_plain(getattr(backend, "url"))  # noqa: B009  # memory has none
    await plain.lists.add_records((await plain.lists.lists())[0].name, [contact(5)], NOON)
    assert (await store.lists.lists())[0].records == 2
    await plain.close()
    await store.close()


async def test_a_node_starts_while_a_command_works(tmp_path: Path) -> None:
    plain = await open_plain(sqlite_url(tmp_path))
    await plain.lists.add_list(LIST, "Europe/London", "GB", NOON)
    store = await open_store(sqlite_url(tmp_path), "node-1")
    await plain.lists.add_records(LIST, [contact(n) for n in range(50)], NOON)
    assert (await claim_one(store)).record == 1
    await plain.close()
    with pytest.raises(StoreInUse):
        await open_store(sqlite_url(tmp_path), "node-2")
    await store.close()


async def test_a_node_waits_for_a_command_that_holds_the_file(tmp_path: Path) -> None:
    """Commands of earlier versions hold it during their whole import."""
    held = FileLock(tmp_path / "cornetta.db", COMMAND)
    opening = asyncio.create_task(open_store(sqlite_url(tmp_path), "node-1"))
    done, _ = await asyncio.wait({opening}, timeout=0.5)
    assert not done
    held.release()
    await (await opening).close()


async def test_a_node_does_not_wait_for_ever(tmp_path: Path) -> None:
    held = FileLock(tmp_path / "cornetta.db", COMMAND)
    with pytest.raises(StoreInUse, match="a command"):
        await asyncio.to_thread(FileLock, tmp_path / "cornetta.db", "node-1", 0.2)
    held.release()


def modes(directory: Path) -> dict[str, int]:
    """Permissions of the files in a directory."""
    return {each.name: each.stat().st_mode & 0o777 for each in directory.iterdir()}


def open_to_all(directory: Path) -> None:
    """As a former version left the files."""
    for each in directory.iterdir():
        each.chmod(0o644)


async def test_the_files_are_for_nobody_else(tmp_path: Path) -> None:
    await asyncio.to_thread(tmp_path.chmod, 0o755)
    for opened in (open_plain(sqlite_url(tmp_path)), open_store(sqlite_url(tmp_path), "node-1")):
        store = await opened
        await store.lists.add_list(LIST, "Europe/London", "GB", NOON)
        files = await asyncio.to_thread(modes, tmp_path)
        assert set(files) >= {"cornetta.db", "cornetta.db-wal", "cornetta.db-shm", "cornetta.db.lock"}
        assert set(files.values()) == {0o600}, files
        await store.close()
        await asyncio.to_thread(open_to_all, tmp_path)


#: Pages of SQLite.
_PAGE = 4096


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
async def test_damaged_data_is_told_at_the_start(tmp_path: Path, place: float) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    await fill(store, 3_000)
    await store.close()
    path = tmp_path / "cornetta.db"
    data = bytearray(await asyncio.to_thread(path.read_bytes))
    start = int(len(data) * place) // _PAGE * _PAGE
    data[start : start + 3_000] = bytes(byte ^ 0xFF for byte in data[start : start + 3_000])
    await asyncio.to_thread(path.write_bytes, bytes(data))
    with pytest.raises(StoreUnavailable, match="is damaged: restore it from a backup"):
        await open_store(sqlite_url(tmp_path), "node-1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("teams = 'north, south'", "teams cannot be read"),
        ("teams = '{}'", "teams cannot be read"),
        ("role = 'chief'", "role 'chief' is none"),
    ],
)
async def test_a_user_who_cannot_be_read_keeps_nobody_else_out(tmp_path: Path, change: str, words: str) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    for name in ("ada", "bob"):
        await store.users.save_user(User(name, name.title(), "agent", "!", "101@desk", ("sales",)))
    await store.close()
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    damage = text(f"UPDATE users SET {change} WHERE name = 'ada'")
    await database.write(lambda connection: connection.execute(damage).rowcount)
    await database.close()
    store = await open_store(sqlite_url(tmp_path), "node-1")
    ada, bob = await store.users.users()
    assert words in ada.fault
    assert await store.users.user("ada") == ada
    assert not bob.fault
    known = [each.agent for each in await store.ledger.remembered() if isinstance(each, UserKnown)]
    assert known == ["bob"]
    await store.users.save_user(structs.replace(ada, role="agent", teams=("sales",)))
    mended = await store.users.user("ada")
    assert mended is not None
    assert not mended.fault
    await store.close()


@pytest.mark.parametrize("column", ["data", "tries"])
async def test_a_record_with_damaged_fields_is_dialed_all_the_same(tmp_path: Path, column: str) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    await fill(store, 2)
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    damage = text(f"UPDATE records SET {column} = '{{\"a\":' WHERE id = 1")
    await database.write(lambda connection: connection.execute(damage).rowcount)
    record = await claim_one(store)
    assert (record.record, getattr(record, column)) == (1, {})
    assert not (await store.ledger.commit([begin(record), settle(), update(record)])).refusals
    await database.close()
    await store.close()


async def test_a_record_with_a_word_of_another_version_is_told(tmp_path: Path) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    await fill(store, 2)
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    change = text("UPDATE records SET type = 'postcard' WHERE id = 1")
    await database.write(lambda connection: connection.execute(change).rowcount)
    with pytest.raises(StoreRejected, match="'postcard' is not a valid"):
        await claim_one(store)
    await database.write(lambda connection: connection.execute(text("DELETE FROM records WHERE id = 1")).rowcount)
    assert (await claim_one(store)).record == 2
    await database.close()
    await store.close()


async def test_a_role_that_there_is_not_is_not_saved(database: Store) -> None:
    with pytest.raises(Refused, match="take agent, supervisor"):
        await database.users.save_user(User("ada", "Ada", "chief", "!", "", ()))


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    await (await open_store(sqlite_url(tmp_path), "node-1")).close()
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    change = text("UPDATE alembic_version SET version_num = '9999'")
    await database.write(lambda connection: connection.execute(change).rowcount)
    await database.close()
    with pytest.raises(StoreTooNew) as refused:
        await open_store(sqlite_url(tmp_path), "node-1")
    assert refused.value.revision == "9999"


def differences(connection: Connection) -> list[object]:
    """The differences between the tables of a database and `tables`."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_migrations_make_the_tables_that_are_described(tmp_path: Path) -> None:
    await (await open_store(sqlite_url(tmp_path), "node-1")).close()
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    assert await database.read(differences) == []
    await database.close()


async def test_migrations_make_the_same_tables_on_postgresql(postgres_url: str) -> None:
    database = PostgresDatabase(make_url(postgres_url))
    assert await database.read(differences) == []
    await database.close()


async def test_retries_that_wait_go_first_after_the_migration(tmp_path: Path) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    await fill(store, 5)
    record = await claim_one(store)
    await store.ledger.commit([begin(record), settle(), update(record, RecordStatus.READY, NOON + 10)])
    await store.close()
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    await database.write(lambda connection: go_back(connection, "0003"))
    ranks = text("SELECT DISTINCT rank FROM records")
    assert await database.read(lambda connection: list(connection.execute(ranks).scalars())) == [5]
    await database.close()
    store = await open_store(sqlite_url(tmp_path), "node-1")
    assert (await claim_one(store, NOON + 20)).record == record.record
    await store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/at/all/x.db", "/nowhere/at/all of the database does not exist"),
        ("sqlite:////tmp", "is a directory"),
        ("sqlite://", "of no known kind"),
        ("mysql://host/x", "of no known kind"),
        ("what is this", "cannot be read"),
        ("postgresql://postgres@127.0.0.1:1/x", "does not answer"),
    ],
)
async def test_a_database_that_cannot_be_opened_says_why(url: str, words: str) -> None:
    with pytest.raises(StoreUnavailable, match=words):
        await open_store(url, "node-1")


async def test_a_server_without_the_database_says_so(cluster: Cluster) -> None:
    with pytest.raises(StoreUnavailable, match="nowhere"):
        await open_store(cluster.url("nowhere"), "node-1")


async def test_a_password_is_never_told() -> None:
    with pytest.raises(StoreUnavailable) as refused:
        await open_store("mysql://user:hunter2@host/x", "node-1")
    assert "hunter2" not in str(refused.value)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "cornetta.db").write_bytes, b"number,name\n" * 200)
    with pytest.raises(StoreUnavailable, match="no SQLite database"):
        await open_store(sqlite_url(tmp_path), "node-1")
    await asyncio.to_thread(os.remove, tmp_path / "cornetta.db")
    await (await open_store(sqlite_url(tmp_path), "node-1")).close()
