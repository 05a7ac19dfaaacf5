"""The state of a restarted node."""

from __future__ import annotations

from msgspec import structs

from dialer.ports import User
from dialer.ports.reports import AttemptPage, LinesOfRecord
from dialer.store.lost import LOST_RETRY_S
from dialer.vocabulary import events
from dialer.vocabulary.ids import CampaignName, NoticeId, TeamName
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import AcknowledgeNotice, AddNotice, SaveAgent, SaveCampaign, Write
from tests.contract.store.backends import (
    ADA,
    LIST,
    NOON,
    SPRING,
    AnyStore,
    Backend,
    begin,
    dial,
    fill,
    interaction,
    request,
    settle,
)


async def statuses(store: AnyStore) -> list[RecordStatus]:
    return [row.status async for row in store.lists.records(LIST)]


async def test_what_was_true_is_told_in_order(backend: Backend) -> None:
    store = await backend.open()
    await store.users.save_user(User("ada", "Ada Example", "agent", "x", "sip:ada@127.0.0.1", ("north",)))
    await store.users.save_user(User("eve", "Eve Example", "supervisor", "x", "", ()))
    notices = [("N1", SPRING, "loaded"), ("N2", SPRING, "started"), ("N3", CampaignName("autumn"), "loaded")]
    writes: list[Write] = [AddNotice(NoticeId(n), ADA, campaign, kind, NOON) for n, campaign, kind in notices]
    writes += [AcknowledgeNotice(NoticeId(n), ADA, NOON + 1) for n in ("N1", "N2", "N3")]
    writes.append(AddNotice(NoticeId("N4"), ADA, CampaignName("autumn"), "unloaded", NOON + 2))
    writes += [
        SaveCampaign(SPRING, "running", "progressive", NOON, NOON - 9, NOON),
        SaveAgent(ADA, "ready", "", None, NOON),
    ]
    writes += [interaction("I2", at=NOON + 2), interaction("I1", live=b"first"), interaction("I3", live=None)]
    await store.ledger.commit(writes)
    await store.close()
    again = await backend.open()
    assert again.run != store.run
    assert list(await again.ledger.remembered()) == [
        events.UserKnown(ADA, "Ada Example", "sip:ada@127.0.0.1", (TeamName("north"),)),
        events.CampaignRemembered(SPRING, "running", "progressive", NOON - 9, NOON),
        events.AgentRemembered(ADA, "ready", ""),
        events.NoticeRemembered(ADA, SPRING, NoticeId("N2"), "started", NOON, True),
        events.NoticeRemembered(ADA, CampaignName("autumn"), NoticeId("N4"), "unloaded", NOON + 2, False),
        events.InteractionRemembered(b"first"),
        events.InteractionRemembered(b"live"),
        events.Restored(),
    ]
    await again.close()


async def test_claims_that_were_not_begun_come_back(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 3)
    await store.ledger.claim(request(2))
    await store.close()
    again = await backend.open()
    await again.ledger.remembered()
    assert await statuses(again) == [RecordStatus.READY] * 3
    await again.close()


async def test_attempts_nobody_will_settle_are_lost_once_and_not_dialed_at_once(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 1)
    (record,) = (await store.ledger.claim(request())).records
    await store.ledger.commit([begin(record), dial()])
    await store.close()
    for _ in range(2):
        again = await backend.open()
        await again.ledger.remembered()
        (attempt,) = await again.reports.read(AttemptPage(None, 9))
        assert (attempt.result, attempt.ended_at) == (CallResult.SYSTEM_LOST, NOON)
        lines = await again.reports.read(LinesOfRecord(record.record, 9))
        assert [(line.kind, line.attempt) for line in lines] == [("attempt_lost", "A1")]
        report = await again.ledger.commit([settle(result=CallResult.ANSWER)])
        assert [refusal.rule for refusal in report.refusals] == ["settled"]
        assert not (await again.ledger.claim(request(1, NOON + LOST_RETRY_S - 1))).records
        await again.close()
    last = await backend.open()
    (back,) = (await last.ledger.claim(request(1, NOON + LOST_RETRY_S))).records
    assert (back.record, back.attempts) == (record.record, 1)
    await last.close()


async def test_open_interactions_keep_their_attempt_and_record(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 2)
    talking, wrapping = (await store.ledger.claim(request(2))).records
    writes: list[Write] = [begin(talking, "A1"), interaction("A1-i", talking.record)]
    writes += [begin(wrapping, "A2"), settle("A2", CallResult.ANSWER), interaction("A2-i", wrapping.record)]
    await store.ledger.commit(writes)
    await store.close()
    again = await backend.open()
    remembered = await again.ledger.remembered()
    assert sum(isinstance(event, events.InteractionRemembered) for event in remembered) == 2
    assert await statuses(again) == [RecordStatus.RETRIEVED] * 2
    assert not (await again.ledger.commit([settle("A1", CallResult.ANSWER)])).refusals
    await again.close()


async def test_a_settled_attempt_without_interaction_frees_its_record(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 1)
    (record,) = (await store.ledger.claim(request())).records
    await store.ledger.commit([begin(record), settle(), interaction("A1-i", record.record, live=None)])
    await store.close()
    again = await backend.open()
    await again.ledger.remembered()
    (row,) = [row async for row in again.lists.records(LIST)]
    assert (row.status, row.result, row.due_at) == (RecordStatus.READY, CallResult.BUSY, NOON + LOST_RETRY_S)
    await again.close()


async def test_what_other_nodes_do_is_left_alone(backend: Backend) -> None:
    if backend.kind == "sqlite":
        return  # one node only, see test_opening
    first = await backend.open("node-1")
    await fill(first, 2)
    claimed = (await first.ledger.claim(request(2))).records
    await first.ledger.commit([begin(claimed[0]), interaction("A1-i")])
    second = await backend.open("node-2")
    assert list(await second.ledger.remembered()) == [events.Restored()]
    assert await statuses(second) == [RecordStatus.RETRIEVED] * 2
    assert not (await first.ledger.commit([settle(), begin(claimed[1], "A2")])).refusals
    await first.close()
    await second.close()


async def test_what_the_law_counts_outlives_the_node(backend: Backend) -> None:
    store = await backend.open()
    await fill(store, 4)
    records = (await store.ledger.claim(request(4))).records
    answered = [(NOON + 10, False), (NOON + 20, True), (NOON + 7200, False), (None, False)]
    for n, (record, (at, abandoned)) in enumerate(zip(records, answered, strict=True), 1):
        name = f"A{n}"
        settled = structs.replace(settle(name), answered_at=at, abandoned=abandoned, result=CallResult.ANSWER)
        await store.ledger.commit([begin(record, name), dial(name), settled])
    await store.close()
    again = await backend.open()
    told = [each for each in await again.ledger.remembered() if isinstance(each, events.AnswersRemembered)]
    assert told == [
        events.AnswersRemembered(SPRING, NOON + 10, 2, 1),
        events.AnswersRemembered(SPRING, NOON + 7200, 1, 0),
    ]
    await again.close()


async def test_the_last_ok_and_the_last_notice_of_each_campaign_are_told(backend: Backend) -> None:
    store = await backend.open()
    told = [("N1", "loaded"), ("N2", "started"), ("N3", "stopped"), ("N4", "started")]
    writes: list[Write] = [AddNotice(NoticeId(n), ADA, SPRING, kind, NOON + k) for k, (n, kind) in enumerate(told)]
    writes += [AcknowledgeNotice(NoticeId(n), ADA, NOON + 9) for n in ("N1", "N2", "N3")]
    await store.ledger.commit(writes)
    await store.close()
    again = await backend.open()
    notices = [each for each in await again.ledger.remembered() if isinstance(each, events.NoticeRemembered)]
    assert notices == [
        events.NoticeRemembered(ADA, SPRING, NoticeId("N2"), "started", NOON + 1, True),
        events.NoticeRemembered(ADA, SPRING, NoticeId("N4"), "started", NOON + 3, False),
    ]
    await again.close()
