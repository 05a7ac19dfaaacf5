"""Disks that are full, databases that go away, commits whose answer is lost, nodes that are killed."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialer.ports.reports import AgentStates, AttemptPage, InteractionsOfRecord, LinesOfRecord
from dialer.runtime.clock import SystemClock
from dialer.runtime.turn import Pending
from dialer.runtime.writer import Writer
from dialer.store.opening import Store, open_store
from dialer.vocabulary import events
from dialer.vocabulary.errors import StoreRejected, StoreUnavailable, UnstorableText
from dialer.vocabulary.ids import AgentName, ListName, RecordId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import AddHistory, SaveAgent, Write
from tests.contract.store.backends import (
    ADA,
    LIST,
    NOON,
    Hands,
    begin,
    claim_one,
    contact,
    dial,
    fill,
    interaction,
    settle,
    sqlite_url,
    update,
)
from tests.contract.store.cluster import Cluster
from tests.contract.store.lossy import LossyLine


@pytest.fixture
async def line(cluster: Cluster, postgres_url: str) -> AsyncIterator[LossyLine]:
    with tempfile.TemporaryDirectory(prefix="cornetta-line-", dir="/tmp") as directory:
        line = LossyLine(Path(directory), cluster.socket)
        await line.start()
        yield line
        await line.stop()


@pytest.fixture
def small_files() -> Iterator[None]:
    """Files cannot grow beyond a megabyte, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


async def kinds(store: Store, record: int = 1) -> list[str]:
    return [row.kind for row in await store.reports.read(LinesOfRecord(RecordId(record), 50))]


def line_of(kind: str) -> AddHistory:
    return AddHistory(kind, NOON, record=RecordId(1))


@pytest.mark.parametrize("lose", ["answer", "commit"])
async def test_a_commit_whose_answer_is_lost_is_applied_once(
    cluster: Cluster, line: LossyLine, clock: Hands, lose: str
) -> None:
    store = await open_store(cluster.url("cornetta", line.directory), "node-1", clock)
    await fill(store, 1)
    record = await claim_one(store)
    writes: list[Write] = [begin(record), dial(), line_of("dialed"), SaveAgent(ADA, "busy", "", None, NOON)]
    line.lose = lose
    with pytest.raises(StoreUnavailable):
        await store.ledger.commit(writes)
    assert line.lost == 1
    more: list[Write] = [settle(), update(record), line_of("settled")]
    assert not (await store.ledger.commit([*writes, *more])).refusals
    assert await kinds(store) == ["settled", "dialed"]
    assert len(await store.reports.read(AgentStates(ADA, 0, NOON + 1, 9))) == 1
    (attempt,) = await store.reports.read(AttemptPage(None, 9))
    assert attempt.result is CallResult.BUSY
    (row,) = [row async for row in store.lists.records(LIST)]
    assert row.attempts == 1
    await store.close()


async def test_refusals_of_a_lost_answer_are_told_with_the_repetition(
    cluster: Cluster, line: LossyLine, clock: Hands
) -> None:
    store = await open_store(cluster.url("cornetta", line.directory), "node-1", clock)
    writes: list[Write] = [settle("nothing"), line_of("told")]
    line.lose = "answer"
    with pytest.raises(StoreUnavailable):
        await store.ledger.commit(writes)
    report = await store.ledger.commit(writes)
    assert [refusal.rule for refusal in report.refusals] == ["unknown_attempt"]
    assert await kinds(store) == ["told"]
    await store.close()


async def test_a_repetition_that_never_comes_blocks_nothing(cluster: Cluster, line: LossyLine, clock: Hands) -> None:
    store = await open_store(cluster.url("cornetta", line.directory), "node-1", clock)
    line.lose = "answer"
    with pytest.raises(StoreUnavailable):
        await store.ledger.commit([line_of("first")])
    await store.ledger.commit([line_of("other")])
    assert await kinds(store) == ["other", "first"]
    await store.close()


async def test_a_database_that_comes_back_is_used_again(cluster: Cluster, postgres_url: str, clock: Hands) -> None:
    store = await open_store(postgres_url, "node-1", clock)
    await store.ledger.commit([line_of("before")])
    await asyncio.to_thread(cluster.restart)
    failures = 0
    writes = [line_of("after")]
    while failures < 20:
        try:
            await store.ledger.commit(writes)
            break
        except StoreUnavailable:
            failures += 1
    # Each broken connection of the pool may cost one attempt.
    assert failures < 10
    assert await kinds(store) == ["after", "before"]
    await store.close()


@pytest.mark.parametrize("writes", [True, False], ids=["with something to write", "idle"])
async def test_a_server_that_hangs_is_told_before_it_is_given_up(
    cluster: Cluster, postgres_url: str, clock: Hands, writes: bool
) -> None:
    """A write that was sent is still carried out: none is lost and none is written twice."""
    store = await open_store(postgres_url, "node-1", clock)
    told: asyncio.Queue[events.Event] = asyncio.Queue()
    writer = Writer(store.ledger, SystemClock(), lambda _: None, told.put_nowait)
    writer.start()
    with cluster.hung():
        if writes:
            writer.add(Pending([line_of("during")], [], 0.0))
        assert await told.get() == events.StoreFailing("The database has not answered for 2 s.")
    assert await told.get() == events.StoreRecovered()
    assert await writer.stop(10.0)
    assert await kinds(store) == ["during"] * writes
    await store.close()


async def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, small_files: None) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    committed: list[int] = []

    async def fill_the_disk() -> None:
        for n in range(400):
            live = bytes(20_000)
            await store.ledger.commit([interaction(f"I{n}", RecordId(1), live), line_of(f"n{n}")])
            committed.append(n)

    with pytest.raises(StoreUnavailable, match="disk"):
        await fill_the_disk()
    assert 0 < len(committed) < 400
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await store.ledger.commit([line_of("again")])
    assert len(await store.reports.read(InteractionsOfRecord(RecordId(1), 1000))) == len(committed)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await store.close()


async def test_another_program_that_holds_the_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.store.sqlite.BUSY_TIMEOUT_S", 0.05)
    store = await open_store(sqlite_url(tmp_path), "node-1")
    other = await asyncio.to_thread(
        sqlite3.connect, tmp_path / "cornetta.db", isolation_level=None, check_same_thread=False
    )
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="write lock"):
        await store.ledger.commit([line_of("x")])
    assert not await kinds(store)
    await asyncio.to_thread(other.execute, "ROLLBACK")
    await asyncio.to_thread(other.close)
    await store.ledger.commit([line_of("x")])
    assert await kinds(store) == ["x"]
    await store.close()


async def test_a_defect_is_told_apart_from_a_database_that_is_away(tmp_path: Path) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1")
    wrong = SaveAgent(AgentName("ada"), None, "", None, NOON)  # type: ignore[arg-type]  # the defect
    with pytest.raises(StoreRejected):
        await store.ledger.commit([line_of("x"), wrong])
    assert not await kinds(store)
    await store.close()


_COMMITTING = """
import asyncio, sys
from dialer.store.opening import open_store
from tests.contract.store.backends import begin, claim_one, dial
async def work():
    store = await open_store(sys.argv[1], "node-1")
    await store.ledger.remembered()
    for n in range(100000):
        record = await claim_one(store)
        name = f"{store.run}-{n}"
        await store.ledger.commit([begin(record, name), dial(name)])
        print(name, record.record, flush=True)
asyncio.run(work())
"""


@pytest.mark.parametrize("text", ["a\0b", "a\udc80b"], ids=["NUL", "half a pair"])
async def test_a_text_that_cannot_be_stored_is_no_fault_of_the_database(
    postgres_url: str, clock: Hands, text: str
) -> None:
    store = await open_store(postgres_url, "node-1", clock)
    for asked in (
        store.users.user(text),
        store.do_not_call.is_listed(text, None),
        store.lists.add_list(ListName(text), "Europe/London", "GB", NOON),
        store.ledger.commit([SaveAgent(AgentName(text), "ready", "", None, NOON)]),
    ):
        with pytest.raises(UnstorableText, match="leave it out"):
            await asked
    await store.ledger.commit([line_of("after")])
    assert await kinds(store) == ["after"]
    await store.close()


async def test_a_defect_on_postgresql_is_told_apart_too(postgres_url: str, clock: Hands) -> None:
    store = await open_store(postgres_url, "node-1", clock)
    too_large = SaveAgent(ADA, "ready", "", None, "soon")  # type: ignore[arg-type]  # a defect of ours
    with pytest.raises(StoreRejected, match="refused what we wrote"):
        await store.ledger.commit([too_large])
    await store.ledger.commit([line_of("after")])
    await store.close()


async def test_a_killed_node_forgets_nothing_it_was_told_is_committed(tmp_path: Path, clock: Hands) -> None:
    url = sqlite_url(tmp_path)
    store = await open_store(url, "node-1", clock)
    await store.lists.add_list(LIST, "Europe/London", "GB", NOON)
    await store.lists.add_records(LIST, [contact(n) for n in range(20_000)], NOON)
    await store.close()
    said: list[tuple[str, str]] = []
    for kill in range(3):
        node = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _COMMITTING, url, stdout=asyncio.subprocess.PIPE
        )
        assert node.stdout is not None
        for _ in range(20 + kill * 7):
            name, _, record = (await node.stdout.readline()).decode().strip().partition(" ")
            said.append((name, record))
        node.kill()
        rest, _ = await node.communicate()
        said += [tuple(line.split(" ")) for line in rest.decode().splitlines() if line.count(" ") == 1]  # type: ignore[misc]  # two words
    store = await open_store(url, "node-1", clock)
    await store.ledger.remembered()
    attempts = await store.reports.read(AttemptPage(None, 100_000))
    there = {(attempt.attempt, str(attempt.record)) for attempt in attempts}
    assert set(said) <= there
    assert len(there) - len(said) <= 3
    assert len({attempt.record for attempt in attempts}) == len(attempts)
    assert all(attempt.result is CallResult.SYSTEM_LOST for attempt in attempts)
    await store.close()
