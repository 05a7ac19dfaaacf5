"""Attempts counted for each call result, finished chains, and records of dead nodes."""

from __future__ import annotations

from dialer.ports import RecordRow
from dialer.ports.reports import AttemptPage, LinesOfRecord
from dialer.store.lost import DEAD_AFTER_S, LOST_RETRY_S
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.outputs import ListShare
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import AddDoNotCall, Write
from tests.contract.store.backends import (
    ADA,
    LIST,
    LONDON,
    NOON,
    AnyStore,
    Backend,
    begin,
    claim_one,
    contact,
    fill,
    interaction,
    number,
    request,
    settle,
    update,
)

BUSY, ANSWER = CallResult.BUSY, CallResult.ANSWER
READY, UPDATED, CHAIN_UPDATED = RecordStatus.READY, RecordStatus.UPDATED, RecordStatus.CHAIN_UPDATED


async def rows(store: AnyStore, name: ListName = LIST) -> list[RecordRow]:
    return [row async for row in store.lists.records(name)]


async def statuses(store: AnyStore, name: ListName = LIST) -> list[RecordStatus]:
    return [row.status for row in await rows(store, name)]


async def fill_chain(store: AnyStore, count: int = 3, name: ListName = LIST, first: int = 0) -> None:
    """A chain of `count` records, and a record without a chain."""
    await store.lists.add_list(name, LONDON, "GB", NOON)
    chain = [contact(first + n, chain="smith", chain_n=n) for n in range(count)]
    await store.lists.add_records(name, [*chain, contact(first + 100)], NOON)


async def test_attempts_are_counted_for_each_result(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 1)
    for n, tried in enumerate(((BUSY,), (CallResult.NO_ANSWER, BUSY), ())):
        record = await claim_one(store, NOON + n * 10)
        again = update(record, READY, NOON + n * 10, NOON + n * 10 + 1, tried=tried)
        writes: list[Write] = [begin(record, f"A{n}"), settle(f"A{n}"), again]
        for _ in range(2):
            assert not (await store.ledger.commit(writes)).refusals
    await store.close()
    again_open = await backend.open()
    (record,) = (await again_open.ledger.claim(request(1, NOON + 100, max_attempts=9))).records
    assert record.tries == {"busy": 2, "no_answer": 1}
    await again_open.close()


async def test_attempts_taken_out_count_for_no_result(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    writes: list[Write] = []
    for n, result in enumerate((ANSWER, CallResult.TRUNK_FAILURE, CallResult.TRUNK_FAILURE)):
        writes += [begin(record, f"A{n}"), settle(f"A{n}", result)]
    await store.ledger.commit([*writes, update(record, READY, NOON + 10, uncount=2, tried=(ANSWER,))])
    again = await claim_one(store, NOON + 10)
    assert (again.attempts, again.tries) == (1, {"answer": 1})


async def test_a_finished_chain_is_not_dialed_any_more(store: AnyStore) -> None:
    other = ListName("other")
    await fill_chain(store)
    await fill_chain(store, 2, other, 300)
    record = await claim_one(store)
    await store.ledger.commit([begin(record), settle(result=ANSWER), update(record, result=ANSWER, finish_chain=True)])
    assert await statuses(store) == [UPDATED, CHAIN_UPDATED, CHAIN_UPDATED, READY]
    assert await statuses(store, other) == [READY] * 3
    claimed = await store.ledger.claim(request(9, NOON + 10))
    assert [each.number for each in claimed.records] == [number(100)]
    assert (claimed.waiting.done, claimed.waiting.due) == (3, 0)


async def test_a_record_that_comes_back_keeps_its_place_though_its_chain_is_finished(store: AnyStore) -> None:
    await fill_chain(store)
    record = await claim_one(store)
    await store.ledger.commit([update(record, READY, NOON + 60, finish_chain=True)])
    assert await statuses(store) == [READY, CHAIN_UPDATED, CHAIN_UPDATED, READY]
    claimed = (await store.ledger.claim(request(9, NOON + 60))).records
    assert {each.record for each in claimed} == {record.record, 4}


async def test_only_what_waits_in_a_chain_is_finished(store: AnyStore) -> None:
    await fill_chain(store)
    first = await claim_one(store)
    await store.ledger.commit([update(first)])
    second = await claim_one(store, NOON + 10)
    await store.ledger.commit([AddDoNotCall(number(2), None, "agent", ADA, NOON)])
    await store.ledger.commit([update(second, result=ANSWER, at=NOON + 11, finish_chain=True)])
    assert await statuses(store) == [UPDATED, UPDATED, RecordStatus.CANCELLED, READY]


async def test_the_next_of_a_chain_is_due_when_one_is_finished(store: AnyStore) -> None:
    await fill_chain(store, 2)
    first, alone = (await store.ledger.claim(request(5))).records
    assert alone.number == number(100)
    await store.ledger.commit([begin(first), settle(), update(first, tried=(BUSY,))])
    (second,) = (await store.ledger.claim(request(5, NOON + 7))).records
    assert (second.number, second.tries) == (number(1), {})


async def test_a_finished_chain_of_records_without_one_touches_nothing(store: AnyStore) -> None:
    await fill(store, 3)
    record = await claim_one(store)
    await store.ledger.commit([update(record, result=ANSWER, finish_chain=True)])
    assert await statuses(store) == [UPDATED, READY, READY]


async def test_a_refused_update_finishes_no_chain(store: AnyStore) -> None:
    await fill_chain(store)
    record = await claim_one(store, lease_s=60.0)
    again = await claim_one(store, NOON + 60)
    assert again.record == record.record
    report = await store.ledger.commit([update(record, finish_chain=True)])
    assert [refusal.rule for refusal in report.refusals] == ["claim_lost"]
    assert await statuses(store) == [RecordStatus.RETRIEVED, READY, READY, READY]


async def test_lost_attempts_count_for_their_result(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([begin(record, "A1"), settle("A1"), begin(record, "A2")])
    await store.close()
    again = await backend.open()
    await again.ledger.remembered()
    back = await claim_one(again, NOON + LOST_RETRY_S)
    assert (back.attempts, back.tries) == (2, {"busy": 1, "system_lost": 1})
    await again.close()


async def test_what_a_dead_node_left_is_settled_by_another(backend: Backend) -> None:
    if backend.kind == "sqlite":
        return  # one node only, see test_opening
    dead, alive = await backend.open("node-1"), await backend.open("node-2")
    await fill(dead, 2)
    await fill_chain(dead, 2, ListName("chained"), 300)
    shares = (ListShare(LIST, 1), ListShare(ListName("chained"), 1))
    dialing, waiting, spoken, _ = (await dead.ledger.claim(request(4, lease_s=60.0, shares=shares))).records
    live = interaction("A1-i", dialing.record)
    writes: list[Write] = [begin(dialing, "A1"), live, begin(spoken, "A2"), settle("A2", ANSWER)]
    await dead.ledger.commit(writes)
    ends = NOON + 60
    early = (await alive.ledger.claim(request(9, ends + DEAD_AFTER_S - 1, shares=shares, lease_s=9e9))).records
    assert {each.record for each in early} == {waiting.record, 5}
    assert not (await alive.ledger.claim(request(9, ends + DEAD_AFTER_S, shares=shares))).records
    assert (await statuses(alive))[0] is READY
    assert await statuses(alive, ListName("chained")) == [UPDATED, CHAIN_UPDATED, RecordStatus.RETRIEVED]
    attempts = {row.attempt: row.result for row in await alive.reports.read(AttemptPage(None, 9))}
    assert attempts == {"A1": CallResult.SYSTEM_LOST, "A2": ANSWER}
    (line,) = await alive.reports.read(LinesOfRecord(dialing.record, 9))
    assert (line.kind, line.attempt) == ("attempt_lost", "A1")
    late = await dead.ledger.commit([settle("A1", ANSWER), update(dialing)])
    assert [refusal.rule for refusal in late.refusals] == ["settled", "claim_lost"]
    (back,) = (await alive.ledger.claim(request(9, ends + DEAD_AFTER_S + LOST_RETRY_S, shares=shares))).records
    assert (back.record, back.tries) == (dialing.record, {"system_lost": 1})
    await dead.close()
    await alive.close()


async def test_a_node_never_takes_itself_for_dead(store: AnyStore) -> None:
    await fill(store, 2)
    dialing, working = (await store.ledger.claim(request(2, lease_s=60.0))).records
    await store.ledger.commit([begin(dialing, "A1"), begin(working, "A2"), settle("A2", ANSWER)])
    assert not (await store.ledger.claim(request(9, NOON + 60 + 2 * DEAD_AFTER_S))).records
    late: list[Write] = [settle("A1"), update(dialing), update(working, result=ANSWER)]
    assert not (await store.ledger.commit(late)).refusals
