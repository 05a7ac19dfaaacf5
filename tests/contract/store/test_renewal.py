"""Records that were cancelled or finished and are dialed again: by a new run of a campaign, by a reset of the list."""

from __future__ import annotations

import pytest
from msgspec import structs

from dialer.ports import RecordRow, ResetReport
from dialer.ports.reports import AttemptPage
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import CampaignName, ListName, RecordId
from dialer.vocabulary.results import RENEWABLE, CallResult, RecordStatus, RecordType
from dialer.vocabulary.writes import AddDoNotCall, LiftDoNotCall, RenewCancelled, Write
from tests.contract.store.backends import (
    ADA,
    LIST,
    NOON,
    SPRING,
    AnyStore,
    begin,
    fill,
    number,
    request,
    settle,
    update,
)

AUTUMN, OTHER = CampaignName("autumn"), ListName("other")
READY, CANCELLED, UPDATED = RecordStatus.READY, RecordStatus.CANCELLED, RecordStatus.UPDATED


async def rows(store: AnyStore, name: ListName = LIST) -> list[RecordRow]:
    return [row async for row in store.lists.records(name)]


async def cancel(store: AnyStore, count: int, campaign: CampaignName | None) -> set[int]:
    """Take records out of a campaign's run."""
    records = (await store.ledger.claim(request(count))).records
    writes: list[Write] = [
        update(each, CANCELLED, None, NOON + 1, result=None, cancelled_in=campaign) for each in records
    ]
    assert not (await store.ledger.commit(writes)).refusals
    return {each.record for each in records}


def renew(campaign: CampaignName = SPRING, at: float = NOON + 10, *names: ListName) -> RenewCancelled:
    return RenewCancelled(campaign, names or (LIST,), at)


async def claimed(store: AnyStore, now: float = NOON + 20) -> set[int]:
    return {each.record for each in (await store.ledger.claim(request(100, now))).records}


async def test_a_cancelled_record_comes_back_with_the_next_run_of_its_campaign(store: AnyStore) -> None:
    await fill(store, 5)
    gone = await cancel(store, 2, SPRING)
    others = await cancel(store, 1, AUTUMN)
    before = await cancel(store, 1, None)
    await store.ledger.commit([renew(SPRING, NOON)])
    assert len(gone | others | before) == 4
    assert [row.status for row in await rows(store)].count(CANCELLED) == 4, "it was cancelled after that run began"
    await store.ledger.commit([renew(SPRING), renew(SPRING, NOON + 10, OTHER)])
    assert await claimed(store) == (gone | before | {5})


async def test_barred_records_do_not_come_back(store: AnyStore) -> None:
    await fill(store, 3)
    await cancel(store, 2, SPRING)
    await store.ledger.commit([AddDoNotCall(number(1), None, "agent", ADA, NOON + 2)])
    await store.ledger.commit([AddDoNotCall(number(2), None, "agent", ADA, NOON + 2)])
    await store.ledger.commit([renew()])
    assert await claimed(store) == {1}


async def test_a_bar_of_one_campaign_that_is_lifted_leaves_nothing_behind(store: AnyStore) -> None:
    """The record of a number that the store refused to dial for one campaign is out of its run, and no more."""
    await fill(store, 1)
    (record,) = (await store.ledger.claim(request(1))).records
    await store.ledger.commit([AddDoNotCall(record.number, SPRING, "user sue", None, NOON + 1)])
    refused = await store.ledger.commit([begin(record, "A1")])
    assert [each.rule for each in refused.refusals] == ["do_not_call"]
    out = update(record, CANCELLED, None, NOON + 1, result=CallResult.DO_NOT_CALL, cancelled_in=SPRING)
    assert not (await store.ledger.commit([out])).refusals
    await store.ledger.commit([LiftDoNotCall(record.number, SPRING, NOON + 2)])
    await store.ledger.commit([renew(SPRING)])
    assert await claimed(store) == {record.record}


async def finish(store: AnyStore, count: int, status: RecordStatus, kind: RecordType | None = None) -> None:
    for record in (await store.ledger.claim(request(count))).records:
        name = f"A{record.record}"
        done = structs.replace(update(record, status, tried=(CallResult.BUSY,)), type=kind)
        assert not (await store.ledger.commit([begin(record, name), settle(name), done])).refusals


@pytest.fixture
async def used(store: AnyStore) -> AnyStore:
    """A list with 3 records updated and 1 stale, 1 barred, 2 cancelled, 1 in hand, 2 ready."""
    await fill(store, 10)
    await fill(store, 2, OTHER, first=100)
    await finish(store, 3, UPDATED)
    await finish(store, 1, RecordStatus.STALE)
    await finish(store, 1, UPDATED, RecordType.NO_CALL)
    await cancel(store, 2, SPRING)
    await store.ledger.commit([AddDoNotCall(number(6), None, "agent", ADA, NOON + 2)])
    assert len((await store.ledger.claim(request(1))).records) == 1
    return store


async def test_a_reset_says_before_what_it_does(used: AnyStore) -> None:
    before = await rows(used)
    told = await used.lists.count_reset(LIST, RENEWABLE)
    assert told == ResetReport(LIST, 5, {"updated": 3, "stale": 1, "cancelled": 1}, 2, preview=True)
    assert await rows(used) == before
    done = await used.lists.reset(LIST, RENEWABLE, "user sue", NOON + 10)
    assert done == structs.replace(told, preview=False)
    assert (await used.lists.count_reset(LIST, RENEWABLE)).reset == 0


async def test_reset_records_are_as_new(used: AnyStore) -> None:
    await used.lists.reset(LIST, RENEWABLE, "user sue", NOON + 10)
    records = (await used.ledger.claim(request(100, NOON + 20))).records
    assert {each.record for each in records} == {1, 2, 3, 4, 6, 9, 10}
    assert all((each.attempts, each.tries, each.fresh) == (0, {}, True) for each in records)
    after = {row.record: row for row in await rows(used)}
    assert (after[RecordId(5)].type, after[RecordId(5)].status) == ("no_call", UPDATED)
    assert after[RecordId(7)].status is CANCELLED, "its number is barred"
    assert after[RecordId(8)].status is RecordStatus.RETRIEVED
    assert len(await used.reports.read(AttemptPage(SPRING, 100))) == 5, "what was dialed stays"


async def test_a_reset_of_some_statuses_leaves_the_others(used: AnyStore) -> None:
    told = await used.lists.reset(LIST, {CANCELLED, READY}, "user sue", NOON + 10)
    assert (told.by_status, told.barred) == ({"cancelled": 1}, 1)
    assert [row.status for row in await rows(used)].count(UPDATED) == 4


async def test_other_lists_are_left_alone(used: AnyStore) -> None:
    before = await rows(used, OTHER)
    await used.lists.reset(LIST, RENEWABLE, "user sue", NOON + 10)
    assert await rows(used, OTHER) == before
    with pytest.raises(NotFound):
        await used.lists.reset(ListName("nowhere"), RENEWABLE, "user sue", NOON)
    with pytest.raises(NotFound):
        await used.lists.count_reset(ListName("nowhere"), RENEWABLE)


async def test_a_claim_from_before_a_reset_changes_nothing(store: AnyStore) -> None:
    await fill(store, 1)
    (record,) = (await store.ledger.claim(request(1))).records
    done = update(record)
    await store.ledger.commit([begin(record), settle(), done])
    await store.lists.reset(LIST, RENEWABLE, "user sue", NOON + 10)
    late = structs.replace(done, at=NOON + 11)
    assert [each.rule for each in (await store.ledger.commit([late])).refusals] == ["claim_lost"]
    assert [row.status for row in await rows(store)] == [READY]


async def test_a_long_list_is_reset_whole(store: AnyStore) -> None:
    await fill(store, 2_500)
    await cancel(store, 2_500, SPRING)
    assert (await store.lists.reset(LIST, RENEWABLE, "user sue", NOON + 10)).reset == 2_500
    assert len(await claimed(store)) == 100
