"""An agent's phone that is unplugged in the middle of a conversation, and comes back."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from dialer.interactions.interaction import EndedBy
from dialer.views.call import CallPhase
from dialer.vocabulary.reasons.calls import AgentPhoneLost
from dialer.vocabulary.results import CallResult
from sip.lab.behaviours import Behaviour, number_for
from sip.lab.process import LabProcess

from .floor import Floor
from .floors import Floors

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

FIRST, SECOND = number_for(Behaviour.PATIENT_PERSON), number_for(Behaviour.PATIENT_PERSON, 1)
RTP_TIMEOUT_S = 3.0
"""Less than the 5 s between two RTCP packets of Asterisk, which go on when the phone is gone."""
QUIET = 20.0
"""The root mean square below which there is no audio."""


async def second_conversation(floor: Floor) -> int:
    """A first call is ended, so that the contact of the second has another tone than the phone, which took the first
    tone of its own lab."""
    await floor.start()
    for number in (FIRST, SECOND):
        call = await floor.dialed(number)
        await floor.phase(call, CallPhase.CONNECTED)
        if number == FIRST:
            await floor.until_live("contact", lambda legs: [leg["answered"] for leg in legs] == [True])
            await floor.tone_of(FIRST)
            await floor.end_call(call)
            await floor.wrap_up(call)
    return await floor.tone_of(SECOND)


@pytest.mark.parametrize("who_notices", ["engine", "asterisk"])
async def test_the_contact_hears_comfort_until_the_phone_is_back(floors: Floors, who_notices: str) -> None:
    """The engine notices missing RTP; or Asterisk does, and reports it by the cause of its BYE."""
    asterisk = floors.switch.asterisk
    usual = asterisk.settings
    if who_notices == "asterisk":
        await asterisk.reload(replace(usual, rtp_timeout_s=2))
    try:
        await lose_and_find(floors, {"rtp_timeout_s": RTP_TIMEOUT_S} if who_notices == "engine" else {})
    finally:
        await asterisk.reload(usual)


async def lose_and_find(floors: Floors, trunk: Mapping[str, object]) -> None:
    async with floors(FIRST, SECOND, trunk=trunk, phones_apart=True) as floor:
        contact_hz = await second_conversation(floor)
        call = await floor.dialed(SECOND)
        with floor.ear_at_carrier() as at_contact, floor.ear_at_phones() as at_phone:
            await floor.until("the phone hears the contact", lambda: at_phone.tones() == {contact_hz})
            await floor.until("the contact hears the phone", lambda: bool(at_contact.tones() - {contact_hz}))
            floor.phones.kill()
            await floor.phase(call, CallPhase.RECONNECTING)
            await floor.until(
                "the contact hears comfort audio", lambda: not at_contact.tones() and at_contact.loudness() > QUIET
            )
            await plug_in_again(floor)
            await floor.phase(call, CallPhase.CONNECTED)
            await floor.until("the phone hears the contact", lambda: at_phone.tones() == {contact_hz})
            await floor.until("the contact hears the phone", lambda: bool(at_contact.tones() - {contact_hz}))
        await floor.end_call(call)
        await floor.wrap_up(call)
        attempts = await floor.until_done(FIRST, SECOND)
        assert attempts[SECOND].result is CallResult.ANSWER
        await floor.until_quiet()


async def test_a_phone_that_stays_away_ends_the_conversation(floors: Floors) -> None:
    engaged = floors.usual_campaign().engaged.model_copy(update={"reconnect_s": 4.0})
    async with floors(
        FIRST, trunk={"rtp_timeout_s": RTP_TIMEOUT_S}, campaign={"engaged": engaged}, phones_apart=True
    ) as floor:
        await floor.start()
        call = await floor.dialed(FIRST)
        await floor.phase(call, CallPhase.CONNECTED)
        await floor.until_live("contact", lambda legs: [leg["answered"] for leg in legs] == [True])
        floor.phones.kill()
        await floor.phase(call, CallPhase.RECONNECTING)
        await floor.phase(call, CallPhase.ENDED)
        assert (call.ended_by, call.cause) == (EndedBy.SYSTEM, AgentPhoneLost())
        await floor.wrap_up(call)
        agent = floor.world.agents[next(iter(floor.world.agents))]
        await floor.until("the agent is not ready", lambda: agent.state == "not_ready")
        assert agent.reason == "phone_lost"
        await floor.until_done(FIRST)
        await floor.until_quiet()


async def plug_in_again(floor: Floor) -> None:
    """The same phones start anew and register."""
    gone = floor.phones
    await gone.stop()
    floor.phones = LabProcess(gone.settings, floor.directory / "phones")
    await floor.phones.start()
