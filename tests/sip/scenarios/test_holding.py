"""Hold by the contact, in each way that SIP has for it: the desktop shows it, and the way back."""

from __future__ import annotations

import pytest

from dialer.callflow.call.hold import Hold, Resume
from dialer.interactions.interaction import HoldBy
from dialer.interactions.party import PartyState
from dialer.views.call import CallPhase
from dialer.vocabulary.results import CallResult
from tests.sip.engine.scenario import pause, script, sdp

from .booth import AGENT, Booth, Booths, Carrier
from .messages import Message
from .steps import answered, ended_by_us, reinvites, updates

pytestmark = pytest.mark.asyncio(loop_scope="session")

OFFERS = {
    # The offer, and the direction of the answer (RFC 3264 6.1 and 8.4).
    "sendonly": (sdp("sendonly", 2), "recvonly"),
    "inactive": (sdp("inactive", 2), "inactive"),
    "c=0.0.0.0": (sdp("sendrecv", 2, address="0.0.0.0"), "sendrecv"),
    "sendonly and c=0.0.0.0": (sdp("sendonly", 2, address="0.0.0.0"), "recvonly"),
}


def direction(answer: Message) -> str:
    """Of the media in an SDP (RFC 3264 5.1)."""
    lines = answer.body.splitlines()
    return next(line[2:] for line in lines if line[2:] in ("sendrecv", "sendonly", "recvonly", "inactive"))


async def _held(booth: Booth) -> None:
    call = await booth.call()
    await booth.phase(call, CallPhase.ON_HOLD)
    assert booth.words(call) == "On hold by the contact"
    assert booth.status(call).held_by == ("contact",)
    assert call.owner is not None
    assert call.owner.state is PartyState.HOLDING


async def _ends(booth: Booth) -> None:
    """The call is taken off hold, and ended by the agent."""
    call = await booth.call()
    await booth.phase(call, CallPhase.CONNECTED)
    assert call.owner is not None
    assert call.owner.state is PartyState.TALKING
    await booth.end_call(call)
    await booth.wrap_up(call)
    assert (await booth.settled()).result is CallResult.ANSWER
    assert [line["by"] for line in await booth.told("held")] == ["contact"]
    assert [line["by"] for line in await booth.told("resumed")] == ["contact"]


@pytest.mark.parametrize("way", OFFERS)
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_a_contact_holds_and_resumes(booths: Booths, way: str, method: str) -> None:
    offer, taken_as = OFFERS[way]
    offers = reinvites if method == "INVITE" else updates
    steps = script(
        answered(), pause(200), offers(1, body=offer), pause(400), offers(2, body=sdp(version=3)), ended_by_us()
    )
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        await _held(booth)
        await _ends(booth)
        wire = await booth.wire("first")
    held, resumed = [each for each in wire.once.responses(method) if each.code == 200]
    assert (direction(held), direction(resumed)) == (taken_as, "sendrecv")


async def test_a_hold_that_is_said_twice_is_ended_by_one_resume(booths: Booths) -> None:
    steps = script(
        answered(),
        pause(200),
        reinvites(1, body=sdp("sendonly", 2)),
        pause(200),
        reinvites(2, body=sdp("inactive", 3)),
        pause(400),
        reinvites(3, body=sdp(version=4)),
        ended_by_us(),
    )
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        await _held(booth)
        await _ends(booth)
        wire = await booth.wire("first")
    assert [direction(each) for each in wire.once.responses("INVITE") if each.code == 200] == [
        "recvonly",
        "inactive",
        "sendrecv",
    ]


async def test_a_hold_by_update_is_ended_by_reinvite(booths: Booths) -> None:
    steps = script(
        answered(),
        pause(200),
        updates(1, body=sdp("sendonly", 2)),
        pause(400),
        reinvites(2, body=sdp(version=3)),
        ended_by_us(),
    )
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        await _held(booth)
        await _ends(booth)
        await booth.wire("first")


async def test_both_hold_and_each_resumes_alone(booths: Booths) -> None:
    steps = script(
        answered(),
        pause(200),
        reinvites(1, body=sdp("sendonly", 2)),
        pause(900),
        reinvites(2, body=sdp(version=3)),
        ended_by_us(),
    )
    async with booths(Carrier(steps)) as booth:
        await booth.start()
        await _held(booth)
        call = await booth.call()
        await booth.ask(Hold(AGENT, call.id))
        assert booth.words(call) == "On hold by you and the contact"
        await booth.until("the contact is back", lambda: call.holds == {HoldBy.AGENT})
        assert booth.words(call) == "On hold by you"
        await booth.ask(Resume(AGENT, call.id))
        await booth.phase(call, CallPhase.CONNECTED)
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is CallResult.ANSWER
    # Our own hold is made in the bridge and sends no message.
    assert len([each for each in wire.once.requests("INVITE") if ";tag=" in each.header("To")]) == 0
