"""Offers inside of a dialog: without SDP, from both sides at once, refused, refreshed."""

from __future__ import annotations

import pytest

from dialer.interactions.interaction import Interaction
from dialer.views.call import CallPhase
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.results import CallResult
from tests.sip.engine.scenario import (
    invited,
    pause,
    receive,
    receive_response,
    request,
    respond,
    respond_to_last,
    script,
    sdp,
)

from .booth import Booth, Booths, Carrier
from .messages import Wire
from .steps import answered, ended_by_us, ok, reinvited_for_later, reinvites, takes_reinvite, to_kept, updates

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWNER_WAITS_S = (2.1, 4.0)
"""RFC 3261 14.1: the side that made the Call-ID."""
SLACK_S = 1.5
SHORTEST_S = 90
"""The shortest interval of session refreshes (RFC 4028 5)."""


async def _reoffer(booth: Booth, call: Interaction) -> None:
    """Have the engine send a re-INVITE on the contact's leg: a hold by SIP, for which agents have no button."""
    assert call.contact_leg is not None
    booth.tell_engine(telephony.HoldPeer(call.contact_leg))


async def _finish(booth: Booth) -> Wire:
    """The conversation still stands; the agent ends it."""
    call = await booth.call()
    assert booth.status(call).phase is CallPhase.CONNECTED
    await booth.end_call(call)
    await booth.wrap_up(call)
    assert (await booth.settled()).result is CallResult.ANSWER
    return await booth.wire("first")


async def test_a_reinvite_without_sdp_is_answered_with_an_offer(booths: Booths) -> None:
    steps = script(answered(), pause(200), reinvites(1, ack_body=sdp(version=2)), ended_by_us())
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        await booth.connected()
        await booth.until("it was answered", lambda: len(booth.wire_so_far("first").requests("ACK", ours=False)) == 1)
        wire = await _finish(booth)
    (offer,) = [each for each in wire.once.responses("INVITE") if each.code == 200]
    assert "m=audio" in offer.body
    assert "a=sendrecv" in offer.body


async def test_our_offer_that_meets_glare_is_made_again_after_the_owners_wait(booths: Booths) -> None:
    steps = script(
        answered(),
        receive("INVITE"),
        respond_to_last(491, "Request Pending"),
        receive("ACK"),
        takes_reinvite(sdp("recvonly", 2)),
        ended_by_us(),
    )
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        call = await booth.connected()
        await _reoffer(booth, call)
        leg = booth.world.legs[call.contact_leg or LegId("")]
        await booth.until("the peer is held", lambda: leg.held_by_us)
        wire = await _finish(booth)
    (refused,) = wire.responses("INVITE", ours=False)[-2:-1]
    assert refused.code == 491
    (_, first, second) = wire.once.requests("INVITE")
    assert OWNER_WAITS_S[0] <= second.at - refused.at <= OWNER_WAITS_S[1] + SLACK_S
    assert second.cseq > first.cseq


async def test_offers_from_both_sides_at_once_converge(booths: Booths) -> None:
    glare = script(
        answered(),
        reinvited_for_later(),
        request("INVITE", 1, body=sdp("sendonly", 2)),
        receive_response(100, optional=True),
        receive_response(491),
        request("ACK", 1),
        to_kept(respond_to_last(491, "Request Pending")),
        receive("ACK"),
        # The other side than the Call-ID's owner tries again after 0 to 2 s.
        pause(300),
        reinvites(2, body=sdp("sendonly", 2)),
        takes_reinvite(sdp("inactive", 3)),
        reinvites(3, body=sdp(version=4)),
        ended_by_us(),
    )
    async with booths(Carrier(glare)) as booth:
        await booth.start()
        call = await booth.connected()
        await _reoffer(booth, call)
        await booth.phase(call, CallPhase.ON_HOLD)
        await booth.phase(call, CallPhase.CONNECTED)
        wire = await _finish(booth)
    codes = [each.code for each in wire.once.responses("INVITE") if each.code != 100]
    assert codes == [491, 200, 200]
    (_, first, second) = wire.once.requests("INVITE")
    assert second.at - first.at >= OWNER_WAITS_S[0]
    refusals = [each.code for each in wire.once.responses("INVITE", ours=False) if each.code > 200]
    assert refusals == [491]


async def test_an_interval_too_small_is_asked_for_anew(booths: Booths) -> None:
    steps = script(
        invited(),
        respond(422, "Session Interval Too Small", "Min-SE: 600"),
        receive("ACK"),
        receive("INVITE"),
        ok("Session-Expires: 600;refresher=uac", "Require: timer"),
        receive("ACK"),
        ended_by_us(),
    )
    timers = {"session_timers": "always", "session_expires_s": 90}
    async with booths(Carrier(steps, trunk=timers)) as booth:
        await booth.start()
        await booth.connected()
        wire = await _finish(booth)
        (attempt,) = await booth.attempts()
    first, second = wire.once.requests("INVITE")
    assert first.header("Session-Expires").partition(";")[0] == "90"
    assert int(second.header("Session-Expires").partition(";")[0]) >= 600
    assert int(second.header("Min-SE") or 90) >= 600
    assert second.cseq > first.cseq
    assert wire.call_ids == list(attempt.call_ids)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_the_contact_refreshes_the_session(booths: Booths, method: str) -> None:
    refresh = ("Session-Expires: 90;refresher=uac", "Min-SE: 90", "Supported: timer")
    again = reinvites(1, *refresh, body=sdp()) if method == "INVITE" else updates(1, *refresh)
    steps = script(answered("Session-Expires: 90;refresher=uas", "Require: timer"), pause(200), again, ended_by_us())
    async with booths(Carrier(steps, trunk={"session_expires_s": 90})) as booth:
        await booth.start()
        await booth.connected()
        await booth.until(
            "it was refreshed", lambda: any(each.code == 200 for each in booth.wire_so_far("first").responses(method))
        )
        wire = await _finish(booth)
    assert "timer" in wire.requests("INVITE")[0].header("Supported")
    (refreshed,) = [each for each in wire.once.responses(method) if each.code == 200]
    assert refreshed.header("Session-Expires").startswith("90")


async def test_a_refresh_interval_too_small_is_refused(booths: Booths) -> None:
    small = ("Session-Expires: 60;refresher=uac", "Supported: timer")
    steps = script(
        answered("Session-Expires: 90;refresher=uas", "Require: timer"),
        pause(200),
        request("UPDATE", 1, *small),
        receive_response(422),
        ended_by_us(),
    )
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        await booth.connected()
        await booth.until("it was refused", lambda: bool(booth.wire_so_far("first").responses("UPDATE")))
        wire = await _finish(booth)
    (refusal,) = wire.once.responses("UPDATE")
    assert (refusal.code, refusal.header("Min-SE")) == (422, "90")


@pytest.mark.timeout(120)
async def test_we_refresh_the_session_where_that_is_ours_to_do(booths: Booths) -> None:
    timer = (f"Session-Expires: {SHORTEST_S};refresher=uac", "Require: timer")
    steps = script(
        answered(*timer),
        receive("INVITE"),
        respond_to_last(200, "OK", *timer, body=sdp()),
        receive("ACK"),
        ended_by_us(),
    )
    trunk = {"session_timers": "always", "session_expires_s": SHORTEST_S, "rtp_timeout_s": 0}
    async with booths(Carrier(steps, trunk=trunk, timeout_s=SHORTEST_S)) as booth:
        await booth.start()
        await booth.connected()
        await booth.until(
            "it was refreshed", lambda: len(booth.wire_so_far("first").once.requests("ACK")) == 2, SHORTEST_S
        )
        wire = await _finish(booth)
    invite, refresh = wire.once.requests("INVITE")
    assert refresh.header("Session-Expires").startswith(f"{SHORTEST_S};refresher=uac")
    # It comes after half of the interval (RFC 4028 7.4), before the whole.
    assert SHORTEST_S / 2 - 2 <= refresh.at - invite.at < SHORTEST_S
