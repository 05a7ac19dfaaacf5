"""Claims: records, their order, and their nodes."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from msgspec import UNSET, structs

from dialer.ports import ClaimLease, NewRecord
from dialer.ports.reports import AttemptPage
from dialer.vocabulary.ids import CampaignName, ListName
from dialer.vocabulary.outputs import ListShare
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.writes import AddDoNotCall, ReleaseRecord, UpdateRecord, Write
from tests.contract.store.backends import (
    ADA,
    LIST,
    LONDON,
    NOON,
    ROME,
    SPRING,
    AnyStore,
    Backend,
    begin,
    claim_one,
    contact,
    fill,
    number,
    request,
    settle,
    update,
)

ONE, TWO = ListName("one"), ListName("two")


async def test_twenty_claimers_never_share_a_record(store: AnyStore) -> None:
    await fill(store, 200)
    campaigns = [CampaignName(f"campaign-{n}") for n in range(20)]

    async def claimer(campaign: CampaignName) -> list[int]:
        mine: list[int] = []
        while records := (await store.ledger.claim(request(7, campaign=campaign))).records:
            mine.extend(record.record for record in records)
        return mine

    claimed = await asyncio.gather(*(claimer(campaign) for campaign in campaigns))
    counts = Counter(record for mine in claimed for record in mine)
    assert len(counts) == 200
    assert set(counts.values()) == {1}


async def test_records_come_by_type_then_time(store: AnyStore) -> None:
    await fill(store, 4)
    kinds = {
        0: RecordType.GENERAL,
        1: RecordType.CAMPAIGN_CALLBACK,
        2: RecordType.PERSONAL_CALLBACK,
        3: RecordType.CAMPAIGN_CALLBACK,
    }
    for n, record in enumerate((await store.ledger.claim(request(4))).records):
        due_at = NOON + (20 if n == 1 else 10)
        await store.ledger.commit(
            [UpdateRecord(record.record, record.fence, RecordStatus.READY, kinds[n], None, due_at, NOON)]
        )
    assert not (await store.ledger.claim(request(4, NOON + 5))).records
    records = (await store.ledger.claim(request(4, NOON + 30))).records
    assert [record.record - 1 for record in records] == [2, 3, 1, 0]
    assert [record.type for record in records][:2] == [RecordType.PERSONAL_CALLBACK, RecordType.CAMPAIGN_CALLBACK]


async def test_a_record_given_back_to_the_top_is_the_next(store: AnyStore) -> None:
    await fill(store, 5)
    records = (await store.ledger.claim(request(3))).records
    for at, record in enumerate((records[2], records[0])):
        await store.ledger.commit([ReleaseRecord(record.record, record.fence, True, NOON + at)])
    back = records[1]
    await store.ledger.commit([ReleaseRecord(back.record, back.fence, False, NOON + 3)])
    order = [record.record for record in (await store.ledger.claim(request(5, NOON + 4))).records]
    assert order == [records[0].record, records[2].record, records[1].record, 4, 5]


async def test_what_is_not_due_waits_and_is_counted(store: AnyStore) -> None:
    await fill(store, 4)
    later, closed, exhausted = (await store.ledger.claim(request(3))).records
    await store.ledger.commit([update(later, RecordStatus.READY, NOON + 300), update(closed)])
    for n in range(2):
        await store.ledger.commit([begin(exhausted, f"A{n}"), settle(f"A{n}")])
    await store.ledger.commit([update(exhausted, RecordStatus.READY, NOON)])
    claimed = await store.ledger.claim(request(5, NOON + 10, max_attempts=2))
    assert [record.record for record in claimed.records] == [4]
    waiting = claimed.waiting
    assert (waiting.due, waiting.retry, waiting.next_due_at) == (0, 1, NOON + 300)
    assert (waiting.retrieved, waiting.done, waiting.total) == (1, 2, 4)
    again = await store.ledger.claim(request(5, NOON + 301, max_attempts=2))
    assert [(record.record, record.attempts) for record in again.records] == [(later.record, 0)]


@pytest.mark.parametrize(
    ("london_s", "rome_s", "today"),
    [(None, None, 0), (899, 899, 2), (900, 900, 4), (299, 1500, 3), (1500, None, 3), (86_400, 86_400, 6)],
)
async def test_of_those_that_wait_it_is_counted_how_many_are_due_today(
    store: AnyStore, london_s: float | None, rome_s: float | None, today: int
) -> None:
    await fill(store, 3)
    await fill(store, 3, zone=ROME, first=10)
    seen = {LONDON: 0, ROME: 0}
    for record in (await store.ledger.claim(request(6))).records:
        await store.ledger.commit([update(record, RecordStatus.READY, NOON + 300 + 600 * seen[record.zone])])
        seen[record.zone] += 1
    ends = {zone: NOON + end_s for zone, end_s in ((LONDON, london_s), (ROME, rome_s)) if end_s is not None}
    waiting = (await store.ledger.claim(structs.replace(request(1, NOON + 10), closes_at=ends))).waiting
    assert (waiting.due, waiting.retry, waiting.retry_today) == (0, 6, today)


async def test_who_waits_for_another_of_their_chain_may_be_due_today(store: AnyStore) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    await store.lists.add_records(LIST, [contact(1, chain="c", chain_n=0), contact(2, chain="c", chain_n=1)], NOON)
    ends = {LONDON: NOON + 3600.0}
    claimed = await store.ledger.claim(structs.replace(request(1), closes_at=ends))
    assert len(claimed.records) == 1
    assert (claimed.waiting.due, claimed.waiting.retry, claimed.waiting.retry_today) == (0, 1, 1)


async def test_zones_outside_the_window_are_left_and_counted(store: AnyStore) -> None:
    await fill(store, 2)
    await fill(store, 3, zone=ROME, first=10)
    claimed = await store.ledger.claim(request(10, zones=(ROME, "Asia/Tokyo")))
    assert {record.zone for record in claimed.records} == {ROME}
    assert claimed.zones == (LONDON, ROME)
    assert (claimed.waiting.out_of_window, claimed.waiting.due, claimed.waiting.retrieved) == (2, 0, 3)


@pytest.mark.parametrize(
    ("hours", "claimed"),
    [((10, 14), True), ((13, 14), False), ((22, 13), True), ((22, 6), False)],
    ids=["open", "later today", "over midnight", "over midnight, closed"],
)
async def test_a_record_keeps_its_own_hours(store: AnyStore, hours: tuple[int, int], claimed: bool) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    row = contact(1)
    own = NewRecord(2, row.number, row.number, "", LONDON, daily_from=hours[0] * 3600, daily_till=hours[1] * 3600)
    await store.lists.add_records(LIST, [own], NOON)
    answer = await store.ledger.claim(request())
    assert bool(answer.records) is claimed
    assert answer.waiting.out_of_window == (not claimed)


async def test_facts_of_the_list_come_with_the_record(store: AnyStore) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    told = structs.replace(contact(0), origin="autumn fair", language="it")
    await store.lists.add_records(LIST, [told, contact(1)], NOON)
    found = (await store.ledger.claim(request(2))).records
    assert [(record.origin, record.language) for record in found] == [("autumn fair", "it"), (UNSET, UNSET)]


async def test_lists_are_claimed_by_weight_and_filled_up(store: AnyStore) -> None:
    await fill(store, 100, ONE)
    await fill(store, 10, TWO, first=200)
    shares = (ListShare(ONE, 3), ListShare(TWO, 1))
    first = Counter(record.list for record in (await store.ledger.claim(request(20, shares=shares))).records)
    assert first == {ONE: 15, TWO: 5}
    singles: Counter[ListName] = Counter()
    for _ in range(8):
        singles.update(record.list for record in (await store.ledger.claim(request(1, shares=shares))).records)
    assert singles == {ONE: 6, TWO: 2}
    rest = Counter(record.list for record in (await store.ledger.claim(request(40, shares=shares))).records)
    assert rest == {ONE: 37, TWO: 3}


async def test_a_list_shared_by_two_campaigns_is_claimed_once(store: AnyStore) -> None:
    await fill(store, 10)
    first = await store.ledger.claim(request(6))
    second = await store.ledger.claim(request(6, campaign=CampaignName("autumn")))
    assert len(first.records) == 6
    assert len(second.records) == 4
    assert not {r.record for r in first.records} & {r.record for r in second.records}


async def test_unknown_and_empty_lists_give_nothing(store: AnyStore) -> None:
    answer = await store.ledger.claim(request(3, shares=(ListShare(ListName("nowhere"), 1),)))
    assert (answer.records, answer.zones, answer.waiting.total) == ((), (), 0)
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    assert not (await store.ledger.claim(request(3))).records
    assert not (await store.ledger.claim(request(3, shares=()))).records


async def test_numbers_barred_for_a_campaign_are_left_to_others(store: AnyStore) -> None:
    await fill(store, 2)
    await store.ledger.commit([AddDoNotCall(number(0), SPRING, "agent", ADA, NOON)])
    mine = await store.ledger.claim(request(2))
    assert [record.number for record in mine.records] == [number(1)]
    assert (mine.waiting.due, mine.waiting.done) == (0, 1)
    assert len((await store.ledger.claim(request(2, campaign=CampaignName("autumn")))).records) == 1


async def test_do_not_call_between_claim_and_dialing(store: AnyStore) -> None:
    await fill(store, 30)
    records = (await store.ledger.claim(request(30))).records

    async def bar() -> None:
        for record in records:
            await store.ledger.commit([AddDoNotCall(record.number, None, "agent", ADA, NOON)])

    async def dial() -> list[str]:
        refused: list[str] = []
        for record in records:
            report = await store.ledger.commit([begin(record, f"A{record.record}")])
            refused += [refusal.rule for refusal in report.refusals]
        return refused

    _, refused = await asyncio.gather(bar(), dial())
    assert set(refused) <= {"do_not_call"}
    assert len(await store.reports.read(AttemptPage(None, 100))) == 30 - len(refused)
    late = [begin(record, f"B{record.record}") for record in records]
    assert len((await store.ledger.commit(late)).refusals) == 30


async def test_one_record_of_a_chain_at_a_time_the_first_one_first(store: AnyStore) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    rows = [contact(n, chain="smith", chain_n=2 - n) for n in range(3)] + [contact(9)]
    await store.lists.add_records(LIST, rows, NOON)
    claimed = await store.ledger.claim(request(5))
    assert [record.number for record in claimed.records] == [number(2), number(9)]
    first = claimed.records[0]
    await store.ledger.commit([begin(first), settle(), update(first, RecordStatus.READY, NOON + 100)])
    assert not (await store.ledger.claim(request(5, NOON + 10))).records
    (again,) = (await store.ledger.claim(request(5, NOON + 100))).records
    assert again.record == first.record
    await store.ledger.commit([update(again, at=NOON + 101)])
    (second,) = (await store.ledger.claim(request(5, NOON + 102))).records
    assert second.number == number(1)


async def test_a_chain_goes_on_behind_an_exhausted_record(store: AnyStore) -> None:
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    await store.lists.add_records(LIST, [contact(n, chain="smith", chain_n=n) for n in range(2)], NOON)
    first = await claim_one(store)
    await store.ledger.commit([begin(first), settle(), update(first, RecordStatus.READY, NOON)])
    (second,) = (await store.ledger.claim(request(5, max_attempts=1))).records
    assert second.number == number(1)


async def test_an_expired_lease_comes_back_with_a_new_fence(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store, lease_s=60.0)
    assert not (await store.ledger.claim(request(1, NOON + 59))).records
    again = await claim_one(store, NOON + 60)
    assert (again.record, again.fence) == (record.record, record.fence + 1)
    report = await store.ledger.commit([begin(record)])
    assert [refusal.rule for refusal in report.refusals] == ["claim_lost"]


async def test_a_begun_attempt_outlives_its_lease(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store, lease_s=60.0)
    await store.ledger.commit([begin(record)])
    assert not (await store.ledger.claim(request(1, NOON + 600))).records
    assert not (await store.ledger.commit([settle(), update(record)])).refusals


async def test_renewed_leases_hold_and_lost_ones_are_told(store: AnyStore) -> None:
    await fill(store, 2)
    kept, lost = (await store.ledger.claim(request(2, lease_s=60.0))).records
    leases = [ClaimLease(record.record, record.fence) for record in (kept, lost)]
    await store.ledger.commit([ReleaseRecord(lost.record, lost.fence, False, NOON + 1)])
    assert list(await store.ledger.renew(leases, 60.0, NOON + 50)) == [lost.record]
    claimed = await store.ledger.claim(request(2, NOON + 100))
    assert [record.record for record in claimed.records] == [lost.record]
    assert list(await store.ledger.renew([], 60.0, NOON)) == []


async def test_many_zones_in_one_list(store: AnyStore) -> None:
    zones = [f"Etc/GMT{sign}{hour}" for sign in "+-" for hour in range(1, 13)]
    await store.lists.add_list(LIST, LONDON, "GB", NOON)
    await store.lists.add_records(LIST, [contact(n, zone) for n, zone in enumerate(zones)], NOON)
    claimed = await store.ledger.claim(request(100, zones=tuple(zones[2:])))
    assert len(claimed.records) == len(zones) - 2
    assert claimed.waiting.out_of_window == 2


async def test_two_nodes_share_a_list(backend: Backend) -> None:
    if backend.kind == "sqlite":
        return  # one node only, see test_opening
    nodes = [await backend.open(f"node-{n}") for n in range(2)]
    await fill(nodes[0], 300)

    async def work(store: AnyStore) -> list[int]:
        mine: list[int] = []
        while records := (await store.ledger.claim(request(5))).records:
            writes: list[Write] = []
            for record in records:
                name = f"{store.run}-{record.record}"
                done = update(record, result=CallResult.ANSWER)
                writes += [begin(record, name), settle(name, CallResult.ANSWER), done]
                mine.append(record.record)
            assert not (await store.ledger.commit(writes)).refusals
        return mine

    counts = Counter(record for mine in await asyncio.gather(*map(work, nodes)) for record in mine)
    assert len(counts) == 300
    assert set(counts.values()) == {1}
    for node in nodes:
        await node.close()
