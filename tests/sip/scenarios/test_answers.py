"""Answers and ends that cross, come twice or too early, and lines that are dead."""

from __future__ import annotations

import pytest

from dialer.agents.agent import AgentState
from dialer.views.call import CallPhase
from dialer.vocabulary.results import CallResult, RecordStatus
from tests.complaints import complaint
from tests.sip.engine.scenario import (
    invited,
    receive,
    receive_response,
    request,
    respond,
    respond_to_last,
    script,
    sdp,
)

from .booth import AGENT, Booth, Booths, Carrier
from .steps import answered, ended_by_us, hangs_up, invited_for_later, ok, to_kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_RTP = {"rtp_timeout_s": 1.0}


async def _ended_by_contact(booth: Booth, words: str) -> None:
    """The agent is in after-call work and reads who ended the call and why; then it is done."""
    call = await booth.call()
    await booth.phase(call, CallPhase.ENDED)
    assert booth.world.agents[AGENT].state is AgentState.AFTER_CALL_WORK
    assert booth.words(call) == words
    await booth.wrap_up(call)


async def test_a_second_200_of_a_fork_gets_ack_and_bye(booths: Booths) -> None:
    other = to_kept(respond(200, "OK", body=sdp()), tag="other")
    forked = script(invited_for_later(), ok(), receive("ACK"), other, receive("ACK"), ended_by_us(), ended_by_us())
    async with booths(Carrier(forked)) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.until("the fork was ended", lambda: len(booth.wire_so_far("first").requests("BYE")) == 1)
        assert booth.status(call).phase is CallPhase.CONNECTED
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is CallResult.ANSWER
    (fork, ours) = wire.once.requests("BYE")
    assert fork.header("To").endswith(";tag=other")
    assert not ours.header("To").endswith(";tag=other")
    acknowledged = {ack.header("To").endswith(";tag=other") for ack in wire.requests("ACK")}
    assert acknowledged == {True, False}


async def test_a_bye_before_our_ack_ends_a_conversation(booths: Booths) -> None:
    hasty = script(invited(), ok(), request("BYE", 1), receive_response(200))
    async with booths(Carrier(hasty, lenient=True)) as booth:
        await booth.start()
        await _ended_by_contact(booth, "Ended by the contact")
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
    assert (attempt.result, attempt.code) == (CallResult.ANSWER, 200)
    assert attempt.answered_at is not None
    assert record.status is RecordStatus.UPDATED
    assert [each.code for each in wire.responses("BYE")] == [200]
    assert wire.requests("ACK")
    assert not wire.requests("BYE")


async def test_a_contact_who_hangs_up_at_once_leaves_after_call_work(booths: Booths) -> None:
    async with booths(Carrier(script(answered(), hangs_up()))) as booth:
        await booth.start()
        await _ended_by_contact(booth, "Ended by the contact")
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is CallResult.ANSWER
    assert wire.story() == [">INVITE", "<100", "<200", ">ACK", "<BYE", ">200"]


async def test_a_200_that_crosses_cancel_is_ended_and_told(booths: Booths) -> None:
    crossing = script(
        invited_for_later(),
        respond(180, "Ringing"),
        receive("CANCEL"),
        respond_to_last(200, "OK"),
        to_kept(respond(200, "OK", body=sdp())),
        receive("ACK"),
        ended_by_us(),
    )
    async with booths(Carrier(crossing)) as booth:
        await booth.start()
        call = await booth.call()
        await booth.phase(call, CallPhase.RINGING)
        await booth.end_call(call)
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
        (told,) = await booth.told("late_answer")
        (dial,) = await booth.rows("SELECT * FROM dials")
        later = await booth.settled()
    assert (attempt.result, attempt.trunks) == (CallResult.CANCELLED, ("first",))
    assert later.abandoned, "somebody picked up and heard nobody"
    assert (record.status, record.result, record.attempts) == (RecordStatus.READY, CallResult.CANCELLED, 1)
    assert (told["attempt"], told["leg"], dial["late_answer"]) == (attempt.attempt, dial["leg"], 1)
    assert wire.story() == [">INVITE", "<180", ">CANCEL", "<200", "<200", ">ACK", ">BYE", "<200"]


async def test_a_line_without_rtp_is_cleared_by_a_cause_of_its_own(booths: Booths) -> None:
    async with booths(Carrier(script(answered(), ended_by_us()), trunk=NO_RTP)) as booth:
        await booth.start()
        await _ended_by_contact(booth, "Ended by the system: the line went dead (no audio)")
        attempt, wire = await booth.settled(), await booth.wire("first")
        (dial,) = await booth.rows("SELECT * FROM dials")
    assert attempt.result is CallResult.ANSWER
    assert (dial["cleared_by"], dial["code"]) == ("media", 200)
    assert wire.story() == [">INVITE", "<100", "<200", ">ACK", ">BYE", "<200"]


async def test_early_media_is_no_answer(booths: Booths) -> None:
    announced = script(
        invited(),
        respond(183, "Session Progress", body=sdp()),
        respond(404, "Not Found", "Reason: Q.850;cause=1"),
        receive("ACK"),
    )
    async with booths(Carrier(announced)) as booth:
        await booth.start()
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
    assert (attempt.result, attempt.code, attempt.q850) == (CallResult.INVALID_NUMBER, 404, 1)
    assert attempt.answered_at is None
    assert record.status is RecordStatus.UPDATED
    assert wire.story() == [">INVITE", "<183", "<404", ">ACK"]


UNHEARD = {
    "its SDP takes G729, and we offered PCMA, PCMU": sdp()
    .replace("0 101", "18 101")
    .replace("rtpmap:0 PCMU", "rtpmap:18 G729"),
    "its SDP refuses the audio (port 0)": sdp().replace("[media_port]", "0"),
    "its SDP cannot be read (a broken m= line)": sdp().replace("[media_port]", "x"),
}


@pytest.mark.parametrize("words", UNHEARD)
async def test_an_answer_that_nobody_can_hear_is_abandoned_and_the_trunk_is_told(booths: Booths, words: str) -> None:
    """A person picked up and heard no agent. It was no fault of theirs, so the record is not used up."""
    unheard = script(invited(), respond(200, "OK", body=UNHEARD[words]), receive("ACK"), ended_by_us())
    async with booths(Carrier(unheard)) as booth:
        await booth.start()
        attempt, record, wire = await booth.settled(), await booth.record(), await booth.wire("first")
        (dial,) = await booth.rows("SELECT * FROM dials")
        told = complaint(booth.trunk("first"))
        assert booth.world.agents[AGENT].state is AgentState.READY
    assert (attempt.result, attempt.abandoned) == (CallResult.ABANDONED, True)
    assert told == f"answered a call, but with no audio that we take: {words}"
    assert (record.status, record.attempts) == (RecordStatus.READY, 0)
    assert (dial["cleared_by"], dial["code"]) == ("media", 200)
    assert wire.story() == [">INVITE", "<200", ">ACK", ">BYE", "<200"]


async def test_a_good_answer_after_a_broken_183_is_a_conversation(booths: Booths) -> None:
    early = respond(183, "Session Progress", body="v=0\no=broken\ns=-\nm=audio x RTP/AVP 0")
    mended = script(invited(), early, ok(), receive("ACK"), ended_by_us())
    async with booths(Carrier(mended)) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is CallResult.ANSWER
    assert wire.story() == [">INVITE", "<183", "<200", ">ACK", ">BYE", "<200"]
