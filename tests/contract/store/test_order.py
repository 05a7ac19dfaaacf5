"""The order of claims: due retries and records that were never dialed, without hidden ones."""

from __future__ import annotations

import pytest
from msgspec import structs

from dialer.vocabulary.ids import RecordId
from dialer.vocabulary.outputs import ClaimRecords
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.writes import ReleaseRecord
from tests.contract.store.backends import NOON, AnyStore, begin, fill, request, settle, update

RETRIES, FRESH = 6, 14


async def busy(store: AnyStore, count: int, due_at: float, kind: RecordType = RecordType.GENERAL) -> set[int]:
    """Dial some records, which are busy and due again later."""
    records = (await store.ledger.claim(request(count, NOON))).records
    for record in records:
        name = f"A{record.record}"
        again = update(record, RecordStatus.READY, due_at, tried=(CallResult.BUSY,))
        report = await store.ledger.commit([begin(record, name), settle(name), structs.replace(again, type=kind)])
        assert not report.refusals
    return {record.record for record in records}


def asked(count: int, share: int, **more: object) -> ClaimRecords:
    return structs.replace(request(count, NOON + 60), retry_share=share, **more)


async def taken(store: AnyStore, share: int, at_once: int, claims: int) -> list[bool]:
    """For each claimed record, whether it was dialed before."""
    claimed = [(await store.ledger.claim(asked(at_once, share))).records for _ in range(claims)]
    return [record.attempts > 0 for records in claimed for record in records]


@pytest.fixture
async def mixed(store: AnyStore) -> AnyStore:
    """Some records are busy and due again, more were never dialed and are due for longer."""
    await fill(store, RETRIES + FRESH)
    await busy(store, RETRIES, NOON + 30)
    return store


@pytest.mark.parametrize("at_once", [1, 4, 20])
async def test_due_retries_go_first(mixed: AnyStore, at_once: int) -> None:
    assert await taken(mixed, 100, at_once, 20 // at_once) == [True] * RETRIES + [False] * FRESH


async def test_a_retry_that_is_not_due_holds_nobody_up(mixed: AnyStore) -> None:
    early = structs.replace(request(20, NOON + 29))
    assert [record.attempts for record in (await mixed.ledger.claim(early)).records] == [0] * FRESH


@pytest.mark.parametrize("at_once", [1, 20])
async def test_records_that_were_never_dialed_go_first_where_the_share_is_nothing(
    mixed: AnyStore, at_once: int
) -> None:
    assert await taken(mixed, 0, at_once, 20 // at_once) == [False] * FRESH + [True] * RETRIES


@pytest.mark.parametrize(("share", "at_once"), [(50, 1), (50, 8), (25, 1), (25, 8)])
async def test_each_gets_its_share(mixed: AnyStore, share: int, at_once: int) -> None:
    first = await taken(mixed, share, at_once, 8 // at_once)
    assert sum(first) == 8 * share // 100
    rest = await taken(mixed, share, 12, 1)
    assert len(rest) == 12, "where one kind is at its end the other fills up"
    assert sum(first) + sum(rest) == RETRIES


async def test_callbacks_go_before_both(store: AnyStore) -> None:
    await fill(store, 9)
    callbacks = await busy(store, 2, NOON + 50, RecordType.CAMPAIGN_CALLBACK)
    await busy(store, 2, NOON + 20)
    for share in (100, 50, 0):
        claimed = (await store.ledger.claim(asked(2, share))).records
        assert {record.record for record in claimed} == callbacks
        await store.ledger.commit([ReleaseRecord(each.record, each.fence, False, NOON + 60) for each in claimed])


@pytest.mark.parametrize(("share", "ahead"), [(100, RETRIES), (50, 0), (0, 0)])
async def test_those_that_go_ahead_can_be_claimed_alone(mixed: AnyStore, share: int, ahead: int) -> None:
    (first,) = (await mixed.ledger.claim(asked(1, 0))).records
    assert first.fresh
    await mixed.ledger.commit([ReleaseRecord(first.record, first.fence, True, NOON + 55)])
    claimed = (await mixed.ledger.claim(asked(20, share, ahead_only=True))).records
    assert claimed[0].record == first.record, "it was given back to the top"
    assert len(claimed) == 1 + ahead
    assert not any(record.fresh for record in claimed)


@pytest.mark.parametrize("share", [100, 50, 0])
async def test_hidden_records_are_left_and_counted(mixed: AnyStore, share: int) -> None:
    hidden = (RecordId(1), RecordId(2), RecordId(12), RecordId(20))
    answer = await mixed.ledger.claim(asked(20, share, hidden=hidden))
    assert {record.record for record in answer.records} == set(range(1, 21)) - set(hidden)
    assert answer.waiting.due == len(hidden)
    assert len((await mixed.ledger.claim(asked(20, share))).records) == len(hidden)


async def test_what_was_lost_comes_back_as_a_retry(store: AnyStore) -> None:
    await fill(store, 3)
    (record,) = (await store.ledger.claim(request(1, NOON))).records
    refused = update(record, RecordStatus.READY, NOON + 10, result=CallResult.TRUNK_FAILURE, uncount=1)
    await store.ledger.commit([begin(record), settle(result=CallResult.TRUNK_FAILURE), refused])
    (first,) = (await store.ledger.claim(request(1, NOON + 20))).records
    assert (first.record, first.attempts) == (record.record, 0)
