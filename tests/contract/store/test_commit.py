"""Accepted and refused writes of a commit."""

from __future__ import annotations

import pytest
from msgspec import structs

from dialer.ports.reports import AgentStates, AttemptPage, InteractionsOfRecord, LinesOfRecord, NoticesOfAgent
from dialer.vocabulary.ids import AgentName, AttemptId, CampaignName, InteractionId, NoticeId
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.telephony import ClearedBy
from dialer.vocabulary.writes import (
    AcknowledgeNotice,
    AddDoNotCall,
    AddHistory,
    AddNotice,
    BeginAttempt,
    CommitReport,
    ConnectAttempt,
    LiftDoNotCall,
    MarkLateAnswer,
    ReleaseRecord,
    SaveAgent,
    SettleDial,
    Write,
)
from tests.contract.store.backends import (
    ADA,
    LIST,
    NOON,
    SPRING,
    AnyStore,
    begin,
    claim_one,
    dial,
    fill,
    interaction,
    request,
    settle,
    update,
)

BARRED = {"source": "agent", "agent": ADA, "at": NOON}


def rules(report: CommitReport) -> list[str]:
    return [refusal.rule for refusal in report.refusals]


async def test_an_attempt_is_dialed_and_settled_once(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    assert not (await store.ledger.commit([begin(record), dial()])).refusals
    said = SettleDial(AttemptId("A1"), 1, 486, "Busy Here", 17, ClearedBy.PEER, NOON + 5)
    assert not (await store.ledger.commit([said, settle(), update(record)])).refusals
    assert rules(await store.ledger.commit([settle(result=CallResult.ANSWER)])) == ["settled"]
    (attempt,) = await store.reports.read(AttemptPage(SPRING, 10))
    assert (attempt.result, attempt.code, attempt.q850) == (CallResult.BUSY, 486, 17)
    assert (attempt.call_ids, attempt.trunks) == (("A1.1",), ("trunk-1",))
    (row,) = [row async for row in store.lists.records(LIST)]
    assert (row.status, row.result, row.attempts) == (RecordStatus.UPDATED, CallResult.BUSY, 1)


async def test_a_record_that_was_not_dialed_takes_back_what_was_written_into_it(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    before = record.data
    back = ReleaseRecord(record.record, record.fence, True, NOON + 1, {"city": "Leeds"})
    for _ in range(2):  # a commit whose outcome was unknown is repeated
        assert not (await store.ledger.commit([back])).refusals
    again = await claim_one(store)
    assert again.data == {**before, "city": "Leeds"}
    await store.ledger.commit([ReleaseRecord(again.record, again.fence, True, NOON + 2)])
    assert (await claim_one(store)).data == again.data


async def test_an_attempt_for_nobody_gets_the_agent_who_got_the_contact(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    got = ConnectAttempt(AttemptId("A1"), ADA)
    assert rules(await store.ledger.commit([got])) == ["unknown_attempt"]
    begun = structs.replace(begin(record), agent=None)
    assert not (await store.ledger.commit([begun, dial()])).refusals
    for agent in (ADA, None, ADA):
        for _ in range(2):
            assert not (await store.ledger.commit([structs.replace(got, agent=agent)])).refusals
        (attempt,) = await store.reports.read(AttemptPage(SPRING, 10))
        assert attempt.agent == agent
    await store.ledger.commit([settle(), update(record)])
    (attempt,) = await store.reports.read(AttemptPage(SPRING, 10))
    assert attempt.agent == ADA


async def test_a_late_answer_is_noted_after_the_end_and_only_of_an_attempt(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([begin(record), dial(), settle(), update(record)])
    assert not (await store.ledger.commit([MarkLateAnswer(AttemptId("A1"), 1, NOON + 9)])).refusals
    assert rules(await store.ledger.commit([MarkLateAnswer(AttemptId("A9"), 1, NOON + 9)])) == ["unknown_dial"]
    (attempt,) = await store.reports.read(AttemptPage(SPRING, 10))
    assert (attempt.result, attempt.abandoned, attempt.answered_at) == (CallResult.BUSY, True, NOON + 9)


@pytest.mark.parametrize(("waits_until", "rests_until"), [(NOON + 600, NOON + 9000), (NOON + 20_000, NOON + 20_000)])
async def test_a_record_of_a_late_answer_rests_at_least_as_told(
    store: AnyStore, waits_until: float, rests_until: float
) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    again = update(record, RecordStatus.READY, waits_until)
    await store.ledger.commit([begin(record), dial(), settle(), again])
    assert (await store.ledger.claim(request())).waiting.next_due_at == waits_until
    late = MarkLateAnswer(AttemptId("A1"), 1, NOON + 9, NOON + 9000)
    assert not (await store.ledger.commit([late])).refusals
    assert not (await store.ledger.commit([structs.replace(late, at=NOON + 10, rest_until=NOON + 90_000)])).refusals
    (row,) = [row async for row in store.lists.records(LIST)]
    assert (row.status, row.due_at) == (RecordStatus.READY, rests_until)
    assert not (await store.ledger.commit([again])).refusals, "a repetition is still known as one"
    claimed = await store.ledger.claim(request(now=rests_until - 1))
    assert (claimed.records, claimed.waiting.next_due_at) == ((), rests_until)
    (next_time,) = (await store.ledger.claim(request(now=rests_until))).records
    assert next_time.tries == {"abandoned": 1}


async def test_a_record_that_was_abandoned_too_often_is_finished_by_a_late_answer(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    again = update(record, RecordStatus.READY, NOON + 600, tried=(CallResult.ABANDONED,))
    late = MarkLateAnswer(AttemptId("A1"), 1, NOON + 9, NOON + 9000, 2)
    await store.ledger.commit([begin(record), dial(), settle(), again, late])
    (row,) = [row async for row in store.lists.records(LIST)]
    assert row.status is RecordStatus.UPDATED
    assert (await store.ledger.claim(request(now=NOON + 99_000))).records == ()


async def test_a_record_that_is_finished_stays_so_after_a_late_answer(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([begin(record), dial(), settle(), update(record)])
    await store.ledger.commit([MarkLateAnswer(AttemptId("A1"), 1, NOON + 9, NOON + 9000)])
    (row,) = [row async for row in store.lists.records(LIST)]
    assert row.status is RecordStatus.UPDATED


async def test_who_was_abandoned_is_dialed_only_with_an_agent_until_the_rest_is_over(store: AnyStore) -> None:
    """In any campaign, and also when the abandoned call is written in the same transaction."""
    await fill(store, 1)
    record = await claim_one(store)
    number = record.number
    gone = structs.replace(settle(result=CallResult.ABANDONED), answered_at=NOON + 4, abandoned=True)

    def ahead(name: str, at: float, *, rest_s: float | None = 9000.0, to: str = number) -> BeginAttempt:
        since = None if rest_s is None else at - rest_s
        return BeginAttempt(
            AttemptId(name), InteractionId(name), CampaignName("other"), None, 0, to, None, at, abandoned_since=since
        )

    report = await store.ledger.commit([begin(record), dial(), gone, update(record), ahead("B0", NOON + 6)])
    assert [(each.rule, each.until) for each in report.refusals] == [("abandoned", NOON + 9004)]
    report = await store.ledger.commit([ahead("B1", NOON + 9003), ahead("B2", NOON + 9003, to="+442079460999")])
    assert [(each.rule, each.until) for each in report.refusals] == [("abandoned", NOON + 9004)]
    assert not (await store.ledger.commit([ahead("B3", NOON + 9003, rest_s=None)])).refusals, "an agent is at hand"
    assert not (await store.ledger.commit([ahead("B4", NOON + 9004)])).refusals


async def test_a_late_answer_lets_the_number_rest_too(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([begin(record), dial(), settle(), update(record)])
    late = MarkLateAnswer(AttemptId("A1"), 1, NOON + 9)
    for name, before in (("B1", (late,)), ("B2", ())):
        again = structs.replace(begin(record, name, NOON + 60), record=None, fence=0, abandoned_since=NOON)
        report = await store.ledger.commit([*before, again])
        assert [(each.rule, each.until) for each in report.refusals] == [("abandoned", NOON + 69)]


async def test_a_late_answer_takes_nothing_from_who_was_reached(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    reached = structs.replace(settle(result=CallResult.ANSWER), answered_at=NOON + 4)
    await store.ledger.commit([begin(record), dial(), MarkLateAnswer(AttemptId("A1"), 1, NOON + 3), reached])
    await store.ledger.commit([MarkLateAnswer(AttemptId("A1"), 1, NOON + 9)])
    (attempt,) = await store.reports.read(AttemptPage(SPRING, 10))
    assert (attempt.result, attempt.abandoned, attempt.answered_at) == (CallResult.ANSWER, False, NOON + 4)


async def test_failover_adds_a_dial_to_the_same_attempt(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([begin(record), dial()])
    assert not (await store.ledger.commit([dial(n=2)])).refusals
    (attempt,) = await store.reports.read(AttemptPage(None, 10))
    assert attempt.call_ids == ("A1.1", "A1.2")
    assert attempt.trunks == ("trunk-1", "trunk-2")


async def test_a_call_id_is_used_once(store: AnyStore) -> None:
    await fill(store, 2)
    first, second = (await store.ledger.claim(request(2))).records
    await store.ledger.commit([begin(first, "A1"), dial("A1"), begin(second, "A2")])
    stolen = dial("A1")
    stolen = type(stolen)(AttemptId("A2"), 1, stolen.call_id, stolen.leg, stolen.trunk, stolen.caller_id, stolen.at)
    assert rules(await store.ledger.commit([stolen])) == ["duplicate"]


async def test_a_lost_claim_refuses_attempt_and_dial_and_nothing_else(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([ReleaseRecord(record.record, record.fence, False, NOON + 1)])
    again = await claim_one(store, NOON + 2)
    assert (again.record, again.fence) == (record.record, record.fence + 1)
    line = AddHistory("dialed", NOON, record=record.record)
    report = await store.ledger.commit([begin(record), dial(), interaction("I1", record.record), line])
    assert rules(report) == ["claim_lost", "claim_lost"]
    assert not await store.reports.read(AttemptPage(None, 10))
    assert [row.kind for row in await store.reports.read(LinesOfRecord(record.record, 5))] == ["dialed"]
    assert len(await store.reports.read(InteractionsOfRecord(record.record, 5))) == 1
    (row,) = [row async for row in store.lists.records(LIST)]
    assert row.attempts == 0


async def test_stale_fences_change_no_record(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    await store.ledger.commit([ReleaseRecord(record.record, record.fence, False, NOON + 1)])
    await claim_one(store, NOON + 2)
    release = ReleaseRecord(record.record, record.fence, True, NOON + 3)
    assert rules(await store.ledger.commit([update(record), release])) == ["claim_lost", "claim_lost"]
    (row,) = [row async for row in store.lists.records(LIST)]
    assert row.status is RecordStatus.RETRIEVED


@pytest.mark.parametrize("campaign", [None, SPRING])
async def test_do_not_call_is_looked_up_with_the_attempt(store: AnyStore, campaign: CampaignName | None) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    barred = AddDoNotCall(record.number, campaign, **BARRED)  # type: ignore[arg-type]  # shared values
    report = await store.ledger.commit([barred, begin(record), dial()])
    assert rules(report) == ["do_not_call", "do_not_call"]
    assert rules(await store.ledger.commit([begin(record, "A2")])) == ["do_not_call"]
    assert not await store.reports.read(AttemptPage(None, 10))


async def test_another_campaign_may_dial_what_one_may_not(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    barred = AddDoNotCall(record.number, CampaignName("autumn"), **BARRED)  # type: ignore[arg-type]  # shared values
    assert not (await store.ledger.commit([barred, begin(record)])).refusals


async def test_do_not_call_marks_ready_records_and_those_that_come_back(store: AnyStore) -> None:
    await fill(store, 2)
    record = await claim_one(store)
    for number in (record.number, "+4420794000001"):
        await store.ledger.commit([AddDoNotCall(number, None, **BARRED)])  # type: ignore[arg-type]  # shared values
    await store.ledger.commit([ReleaseRecord(record.record, record.fence, True, NOON + 1)])
    rows = [row async for row in store.lists.records(LIST)]
    assert [row.type for row in rows] == [RecordType.NO_CALL] * 2
    claimed = await store.ledger.claim(request(5))
    assert not claimed.records
    assert (claimed.waiting.done, claimed.waiting.due) == (2, 0)
    assert await store.do_not_call.is_listed(record.number, SPRING)
    assert list(await store.do_not_call.numbers(None, 10)) == sorted([record.number, "+4420794000001"])


async def test_a_repeated_batch_is_recognised_by_its_ids(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    first: list[Write] = [begin(record), dial(), interaction("I1", record.record)]
    last: list[Write] = [settle(), update(record)]
    batches: list[list[Write]] = [first, first, last, last]
    for batch in batches:
        assert not (await store.ledger.commit(batch)).refusals
    (row,) = [row async for row in store.lists.records(LIST)]
    assert row.attempts == 1
    assert len(await store.reports.read(AttemptPage(None, 10))) == 1


async def test_everything_of_an_attempt_in_one_commit(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    again = update(record, RecordStatus.READY, NOON + 600, data={"city": "Leeds", "colour": "red"})
    assert not (await store.ledger.commit([begin(record), dial(), settle(), again])).refusals
    (row,) = [row async for row in store.lists.records(LIST)]
    assert (row.status, row.attempts, row.due_at) == (RecordStatus.READY, 1, NOON + 600)
    assert row.data == {"city": "Leeds", "colour": "red"}


async def test_an_attempt_of_a_dead_trunk_is_not_counted(store: AnyStore) -> None:
    await fill(store, 1)
    record = await claim_one(store)
    back = update(record, RecordStatus.READY, None, result=None, uncount=True, to_top=True)
    await store.ledger.commit([begin(record), settle(result=CallResult.TRUNK_FAILURE), back])
    again = await claim_one(store, NOON + 7)
    assert (again.record, again.attempts) == (record.record, 0)


async def test_notices_are_acknowledged_once_by_their_agent(store: AnyStore) -> None:
    notices = [
        AddNotice(NoticeId(f"N{n}"), ADA, SPRING, kind, NOON + n) for n, kind in enumerate(("loaded", "started"))
    ]
    await store.ledger.commit(notices)
    stranger = AcknowledgeNotice(NoticeId("N0"), AgentName("bob"), NOON + 3)
    assert rules(await store.ledger.commit([stranger])) == ["unknown_notice"]
    for at in (NOON + 4, NOON + 5):
        await store.ledger.commit([AcknowledgeNotice(NoticeId("N0"), ADA, at)])
    rows = await store.reports.read(NoticesOfAgent(ADA, 10))
    assert [(row.notice, row.acknowledged_at) for row in rows] == [("N1", None), ("N0", NOON + 4)]
    assert [row.notice for row in await store.reports.read(NoticesOfAgent(ADA, 10, unacknowledged=True))] == ["N1"]


async def test_states_of_agents_are_a_history(store: AnyStore) -> None:
    states = [SaveAgent(ADA, state, "", None, NOON + n) for n, state in enumerate(("not_ready", "ready", "busy"))]
    await store.ledger.commit(states)
    rows = await store.reports.read(AgentStates(ADA, NOON + 1, NOON + 9, 10))
    assert [row.state for row in rows] == ["busy", "ready"]


async def test_text_that_a_database_cannot_hold_does_not_stop_a_commit(store: AnyStore) -> None:
    line = AddHistory("odd", NOON, facts={"said": "a\0b", "half": "\ud800"})
    await fill(store, 1)
    record = await claim_one(store)
    odd = update(record, data={"note": "x\0y\ud83d"})
    assert not (await store.ledger.commit([line, odd])).refusals


@pytest.mark.parametrize("together", [True, False])
async def test_a_number_is_lifted_from_one_list_and_its_records_with_it(store: AnyStore, together: bool) -> None:
    await fill(store, 2)
    first = await claim_one(store)
    (other,) = [row.number async for row in store.lists.records(LIST) if row.number != first.number]
    await store.ledger.commit(
        [AddDoNotCall(other, None, "agent ada", ADA, NOON), AddDoNotCall(other, SPRING, "user sue", None, NOON)]
    )
    assert await store.do_not_call.source(other, None) == "agent ada"
    assert await store.do_not_call.source(other, SPRING) == "user sue"
    assert await store.do_not_call.source(first.number, None) is None
    lift = LiftDoNotCall(other, None, NOON + 1)
    again = AddDoNotCall(first.number, None, "agent ada", ADA, NOON + 1)
    changes: list[list[Write]] = [[again, lift]] if together else [[again], [lift]]
    for writes in changes:
        assert not (await store.ledger.commit(writes)).refusals
    assert await store.do_not_call.is_listed(other, CampaignName("autumn")) is False
    assert await store.do_not_call.is_listed(other, SPRING), "this campaign's own entry stays"
    rows = {row.number: (row.status, row.type) async for row in store.lists.records(LIST)}
    assert rows[other] == (RecordStatus.CANCELLED, RecordType.GENERAL), "the next load renews it"


async def test_what_is_said_last_of_a_number_counts(store: AnyStore) -> None:
    number = "+442079460999"
    bar, lift = AddDoNotCall(number, None, "user sue", None, NOON), LiftDoNotCall(number, None, NOON)
    await store.ledger.commit([bar, lift])
    assert not await store.do_not_call.is_listed(number, None)
    await store.ledger.commit([lift, bar, lift, bar])
    assert await store.do_not_call.is_listed(number, None)
    await store.ledger.commit([lift, lift])
    assert not await store.do_not_call.is_listed(number, None)
