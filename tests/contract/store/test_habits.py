"""Habits of contacts: counted once with each settlement, listed by day, kept for a limited time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec import structs

from dialer.store.aggregates.habits import DAYS_KEPT
from dialer.store.opening import open_store
from dialer.store.sqlite import SqliteDatabase
from dialer.vocabulary.habits import DayHabit, Habit
from dialer.vocabulary.ids import CampaignName, ListName
from dialer.vocabulary.outputs import RecallHabits
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import SettleAttempt
from tests.contract.store.backends import (
    LIST,
    NOON,
    SPRING,
    AnyStore,
    Backend,
    begin,
    fill,
    request,
    settle,
    sqlite_url,
)
from tests.contract.store.revisions import go_back

DAY = 739_638
ALL = RecallHabits(SPRING, 0)


def settled(name: str, answer: float = 1.0, day: int = DAY, hour: int = 9, region: str = "GB") -> SettleAttempt:
    """A settlement with a habit of its contact."""
    result = CallResult.ANSWER if answer else CallResult.NO_ANSWER
    return structs.replace(settle(name, result), habit=Habit(SPRING, LIST, day, hour, "fixed", region, answer))


async def begun(store: AnyStore, *names: str) -> None:
    """Attempts that may be settled."""
    await fill(store, len(names))
    records = (await store.ledger.claim(request(len(names)))).records
    await store.ledger.commit([begin(record, name) for record, name in zip(records, names, strict=True)])


async def test_dials_and_answers_are_added_up_by_kind(store: AnyStore) -> None:
    await begun(store, "A1", "A2", "A3", "A4", "A5")
    await store.ledger.commit([settled("A1"), settled("A2", 0.0), settled("A3", 0.25)])
    await store.ledger.commit([settled("A4", 0.0), settled("A5", hour=10, region="US")])
    assert list(await store.ledger.habits(ALL)) == [
        DayHabit(LIST, DAY, 9, "fixed", "GB", 4, 1.25),
        DayHabit(LIST, DAY, 10, "fixed", "US", 1, 1.0),
    ]
    assert not await store.ledger.habits(RecallHabits(CampaignName("autumn"), 0))


async def test_a_settlement_is_counted_once(store: AnyStore) -> None:
    """Repeated in the same transaction, in another one, with another result, and for an unknown attempt."""
    await begun(store, "A1")
    await store.ledger.commit([settled("A1"), settled("A1")])
    await store.ledger.commit([settled("A1")])
    report = await store.ledger.commit([settled("A1", 0.0), settled("A9")])
    assert [each.rule for each in report.refusals] == ["settled", "unknown_attempt"]
    assert [(each.dials, each.answers) for each in await store.ledger.habits(ALL)] == [(1, 1.0)]


async def test_an_attempt_that_teaches_nothing_is_not_counted(store: AnyStore) -> None:
    await begun(store, "A1")
    await store.ledger.commit([settle("A1")])
    assert not await store.ledger.habits(ALL)


async def test_a_node_that_comes_back_finds_them_and_goes_on(backend: Backend) -> None:
    """Counts stay; an attempt that was lost with the node gives no habit, also when it is settled again."""
    store = await backend.open()
    await begun(store, "A1", "A2")
    await store.ledger.commit([settled("A1")])
    await store.close()
    again = await backend.open()
    await again.ledger.remembered()
    report = await again.ledger.commit([settled("A1"), settled("A2", 0.0)])
    assert [each.rule for each in report.refusals] == ["settled"]
    assert [(each.dials, each.answers) for each in await again.ledger.habits(ALL)] == [(1, 1.0)]
    await again.close()


async def test_nodes_add_to_the_same_habits_without_waiting_for_each_other(backend: Backend) -> None:
    if backend.kind == "sqlite":
        return  # one node only, see test_opening
    first, second = await backend.open("node-1"), await backend.open("node-2")
    await begun(first, "A1", "A2")
    await asyncio.gather(first.ledger.commit([settled("A1")]), second.ledger.commit([settled("A2", 0.0)]))
    for store in (first, second):
        assert [(each.dials, each.answers) for each in await store.ledger.habits(ALL)] == [(2, 1.0)]
        await store.close()


async def test_the_newest_days_come_first_and_old_ones_go(store: AnyStore) -> None:
    await begun(store, "A1", "A2", "A3", "A4")
    for name, day in (("A1", DAY), ("A2", DAY + 1), ("A3", DAY + DAYS_KEPT)):
        await store.ledger.commit([settled(name, day=day)])
    days = [DAY + DAYS_KEPT, DAY + 1, DAY]
    assert [each.day for each in await store.ledger.habits(ALL)] == days
    assert [each.day for each in await store.ledger.habits(RecallHabits(SPRING, DAY + 1))] == days[:2]
    await store.ledger.commit([settled("A4", day=DAY + DAYS_KEPT + 1)])
    assert [each.day for each in await store.ledger.habits(ALL)] == [DAY + DAYS_KEPT + 1, *days[:2]]


async def test_a_database_from_before_gets_the_table_and_keeps_the_rest(tmp_path: Path) -> None:
    store = await open_store(sqlite_url(tmp_path), "node-1", lambda: NOON)
    await begun(store, "A1")
    await store.close()
    database = SqliteDatabase(tmp_path / "cornetta.db", None)
    await database.write(lambda connection: go_back(connection, "0001"))
    await database.close()
    store = await open_store(sqlite_url(tmp_path), "node-1", lambda: NOON)
    assert [(each.name, each.records) for each in await store.lists.lists()] == [(ListName("contacts"), 1)]
    await store.ledger.commit([settled("A1")])
    assert len(await store.ledger.habits(ALL)) == 1
    await store.close()
