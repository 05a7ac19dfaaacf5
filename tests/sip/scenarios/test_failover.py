"""One attempt over several trunks: failures that lead to the next one, and late answers."""

from __future__ import annotations

import pytest

from dialer.vocabulary.results import CallResult, RecordStatus
from tests.complaints import complaint
from tests.sip.engine.scenario import invited, pause, receive, respond, script

from .booth import Booths, Carrier
from .steps import answered, by_number, cancelled, ended_by_us, ok, refused

pytestmark = pytest.mark.asyncio(loop_scope="session")

HASTY = {"nothing_heard_s": 0.4}
"""A trunk that is given up soon."""
ANSWERS = Carrier(script(answered(), ended_by_us()))
ANSWERED = [">INVITE", "<100", "<200", ">ACK", ">BYE", "<200"]


async def test_a_late_180_after_failover_draws_cancel(booths: Booths) -> None:
    late = script(invited(), pause(1200), respond(180, "Ringing"), cancelled())
    async with booths(Carrier(late, trunk=HASTY), ANSWERS) as booth:
        await booth.start()
        call = await booth.connected()
        first = await booth.wire("first")
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, second = await booth.settled(), await booth.wire("second")
        assert (await booth.record()).status is RecordStatus.UPDATED
    assert (attempt.result, attempt.trunks) == (CallResult.ANSWER, ("first", "second"))
    assert (*first.call_ids, *second.call_ids) == attempt.call_ids
    assert first.story() == [">INVITE", "<180", ">CANCEL", "<200", "<487", ">ACK"]
    assert second.story() == ANSWERED


async def test_a_late_200_after_failover_is_ended_and_told(booths: Booths) -> None:
    late = script(invited(), pause(1200), ok(), receive("ACK"), ended_by_us())
    async with booths(Carrier(late, trunk=HASTY), ANSWERS) as booth:
        await booth.start()
        call = await booth.connected()
        first = await booth.wire("first")
        (told,) = await booth.told("late_answer")
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, second = await booth.settled(), await booth.wire("second")
        dials = await booth.rows("SELECT * FROM dials ORDER BY n")
    assert (attempt.result, attempt.trunks) == (CallResult.ANSWER, ("first", "second"))
    assert [dial["late_answer"] for dial in dials] == [1, 0]
    assert (told["attempt"], told["leg"]) == (attempt.attempt, dials[0]["leg"])
    assert first.story() == [">INVITE", "<200", ">ACK", ">BYE", "<200"]
    assert second.story() == ANSWERED


@pytest.mark.parametrize(
    ("code", "reason"), [(408, "Request Timeout"), (500, "Server Internal Error"), (503, "Service Unavailable")]
)
async def test_a_refusal_by_the_trunk_before_ringing_goes_to_the_next(booths: Booths, code: int, reason: str) -> None:
    async with booths(Carrier(refused(code, reason)), ANSWERS) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, first, second = await booth.settled(), await booth.wire("first"), await booth.wire("second")
        dials = await booth.rows("SELECT code, cleared_by FROM dials ORDER BY n")
        assert len(await booth.told("failed_over")) == 1
        assert (await booth.record()).attempts == 1
    assert (attempt.result, attempt.trunks) == (CallResult.ANSWER, ("first", "second"))
    assert dials == [{"code": code, "cleared_by": "peer"}, {"code": 200, "cleared_by": "us"}]
    assert first.story() == [">INVITE", "<100", f"<{code}", ">ACK"]
    assert second.story() == ANSWERED


@pytest.mark.parametrize("ringing", [(180, "Ringing"), (183, "Session Progress")])
async def test_a_refusal_after_ringing_goes_nowhere(booths: Booths, ringing: tuple[int, str]) -> None:
    rang = script(invited(), respond(*ringing), respond(503, "Service Unavailable"), receive("ACK"))
    async with booths(Carrier(rang), ANSWERS) as booth:
        await booth.start()
        attempt, first = await booth.settled(), await booth.wire("first")
        record = await booth.record()
        assert booth.wire_so_far("second") == ()
    assert (attempt.result, attempt.code, attempt.trunks) == (CallResult.CONGESTION, 503, ("first",))
    assert (record.status, record.result, record.attempts) == (RecordStatus.READY, CallResult.CONGESTION, 1)
    assert first.story() == [">INVITE", f"<{ringing[0]}", "<503", ">ACK"]


async def test_a_contact_who_is_busy_is_not_dialed_over_the_next_trunk(booths: Booths) -> None:
    async with booths(Carrier(refused(486, "Busy Here")), ANSWERS) as booth:
        await booth.start()
        attempt = await booth.settled()
        assert booth.wire_so_far("second") == ()
    assert (attempt.result, attempt.trunks) == (CallResult.BUSY, ("first",))


async def test_a_silent_trunk_is_left_for_the_next(booths: Booths) -> None:
    async with booths(Carrier(trunk=HASTY), ANSWERS) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, second = await booth.settled(), await booth.wire("second")
        dials = await booth.rows("SELECT code, cleared_by FROM dials ORDER BY n")
        assert "nothing heard 0.4 s" in complaint(booth.trunk("first"))
    assert (attempt.result, attempt.trunks) == (CallResult.ANSWER, ("first", "second"))
    assert dials[0] == {"code": 0, "cleared_by": "us"}
    assert second.call_ids == [attempt.call_ids[1]]


async def test_silence_everywhere_consumes_no_record(booths: Booths) -> None:
    async with booths(Carrier(trunk=HASTY), Carrier(trunk=HASTY)) as booth:
        await booth.start()
        attempt, record = await booth.settled(), await booth.record()
        assert booth.world.interactions == {}
    assert (attempt.result, attempt.trunks) == (CallResult.TRUNK_FAILURE, ("first", "second"))
    assert attempt.code == 0
    assert (record.status, record.result, record.attempts) == (RecordStatus.READY, CallResult.TRUNK_FAILURE, 0)
    assert attempt.ended_at is not None
    assert record.due_at >= attempt.ended_at


async def test_a_100_ends_the_wait_for_a_sign_of_life(booths: Booths) -> None:
    slow = script(invited(), respond(100, "Trying"), pause(1200), ok(), receive("ACK"), ended_by_us())
    async with booths(Carrier(slow, trunk=HASTY), ANSWERS) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt = await booth.settled()
        assert booth.wire_so_far("second") == ()
    assert (attempt.result, attempt.trunks) == (CallResult.ANSWER, ("first",))


async def test_retry_after_keeps_the_trunk_from_being_dialed(booths: Booths) -> None:
    numbers = ("+12025550101", "+12025550102")
    away = Carrier(refused(503, "Service Unavailable", "Retry-After: 60"))
    busy = Carrier(refused(486, "Busy Here"), calls=2)
    async with booths(away, busy, numbers=numbers) as booth:
        await booth.start()
        rows = [await booth.settled(number) for number in numbers]
        first, second = await booth.wire("first"), await booth.wire("second")
        left_s = booth.trunk("first").resumes_at - booth.node.clock.now().monotonic
    assert [row.result for row in rows] == [CallResult.BUSY, CallResult.BUSY]
    assert sorted(row.trunks for row in rows) == [("first", "second"), ("second",)]
    assert len(first.call_ids) == 1
    assert len(second.call_ids) == 2
    assert 0 < left_s <= 60


async def test_a_trunk_is_dialed_again_when_retry_after_is_over(booths: Booths) -> None:
    numbers = ("+12025550101", "+12025550102")
    unavailable = respond(503, "Service Unavailable", "Retry-After: 1")
    steps = by_number(
        {
            numbers[0]: script(unavailable, receive("ACK")),
            numbers[1]: script(respond(486, "Busy Here"), receive("ACK")),
        }
    )
    async with booths(Carrier(steps, calls=2), numbers=numbers) as booth:
        await booth.start()
        attempts = [await booth.settled(number) for number in numbers]
        wire = await booth.wire("first")
    results = sorted(attempt.result or "" for attempt in attempts)
    assert results == [CallResult.BUSY, CallResult.CONGESTION]
    (first, second) = (each for each in wire.once.requests("INVITE"))
    assert second.at - first.at >= 0.95


async def test_a_100_and_then_silence_is_left_for_the_next(booths: Booths) -> None:
    """Without an 18x the trunk has not alerted the contact, as far as we know."""
    lost = script(invited(), respond(100, "Trying"), cancelled())
    async with booths(Carrier(lost, trunk={"no_progress_s": 0.6}), ANSWERS) as booth:
        await booth.start()
        call = await booth.connected()
        first = await booth.wire("first")
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, second = await booth.settled(), await booth.wire("second")
        assert complaint(booth.trunk("first")).startswith("100 Trying and nothing more within")
        assert (await booth.record()).attempts == 1
    assert (attempt.result, attempt.trunks) == (CallResult.ANSWER, ("first", "second"))
    assert first.story() == [">INVITE", "<100", ">CANCEL", "<200", "<487", ">ACK"]
    assert second.story() == ANSWERED


@pytest.mark.parametrize(
    ("code", "reason", "cause", "result"),
    [
        (500, "Server Internal Error", 17, CallResult.BUSY),
        (503, "Service Unavailable", 1, CallResult.INVALID_NUMBER),
        (503, "Service Unavailable", 18, CallResult.NO_ANSWER),
    ],
)
async def test_a_cause_that_is_the_contacts_own_goes_nowhere(
    booths: Booths, code: int, reason: str, cause: int, result: CallResult
) -> None:
    async with booths(Carrier(refused(code, reason, f"Reason: Q.850;cause={cause}")), ANSWERS) as booth:
        await booth.start()
        attempt = await booth.settled()
        assert booth.wire_so_far("second") == ()
    assert (attempt.result, attempt.code, attempt.q850, attempt.trunks) == (result, code, cause, ("first",))


async def test_retry_after_has_a_bound(booths: Booths) -> None:
    away = Carrier(refused(503, "Service Unavailable", "Retry-After: 999999999"), trunk={"retry_after_max_s": 120})
    async with booths(away) as booth:
        await booth.start()
        await booth.settled()
        left_s = booth.trunk("first").resumes_at - booth.node.clock.now().monotonic
        assert "it asked for 999999999 s" in complaint(booth.trunk("first"))
    assert 0 < left_s <= 120
