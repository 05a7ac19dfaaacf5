"""Conversations through Asterisk: joined, held, ended from every side."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.callflow.call.commands import SendDigits
from dialer.callflow.call.hold import Hold, Resume
from dialer.interactions.interaction import EndedBy, HoldBy
from dialer.views.call import CallPhase
from dialer.vocabulary.results import CallResult
from sip.lab.behaviours import Behaviour, number_for

from .floors import Floors

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENT = number_for(Behaviour.PATIENT_PERSON)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE_ASM, Mode.PROGRESSIVE])
async def test_a_contact_who_answers_is_joined_and_both_hear(floors: Floors, mode: Mode) -> None:
    async with floors(PATIENT, mode=mode) as floor:
        await floor.start()
        call = await floor.dialed(PATIENT)
        await floor.phase(call, CallPhase.CONNECTED)
        await floor.hears_both_ways(PATIENT)
        await floor.end_call(call)
        await floor.wrap_up(call)
        attempts = await floor.until_done(PATIENT)
        assert attempts[PATIENT].result is CallResult.ANSWER
        assert attempts[PATIENT].connected_at is not None
        await floor.until_quiet()


@pytest.mark.parametrize("side", ["contact", "phone", "desktop"])
async def test_each_side_may_hang_up(floors: Floors, side: str) -> None:
    async with floors(PATIENT) as floor:
        await floor.start()
        call = await floor.dialed(PATIENT)
        await floor.phase(call, CallPhase.CONNECTED)
        await floor.until_live("contact", lambda legs: [leg["answered"] for leg in legs] == [True])
        (first,) = await floor.live("phone")
        match side:
            case "contact":
                await floor.tell_contact(PATIENT, "hang_up")
            case "phone":
                await floor.tell_phone("1001", "hang_up")
            case _:
                await floor.end_call(call)
        await floor.phase(call, CallPhase.ENDED)
        assert call.ended_by is (EndedBy.CONTACT if side == "contact" else EndedBy.AGENT)
        await floor.wrap_up(call)
        attempts = await floor.until_done(PATIENT)
        assert attempts[PATIENT].result is CallResult.ANSWER
        await floor.until_quiet()
        # The phone rings once a shift, and again only after it hung up itself.
        await floor.until_live("phone", lambda legs: [leg["answered"] for leg in legs] == [True])
        (engaged,) = await floor.live("phone")
        assert (engaged["leg"] == first["leg"]) is (side != "phone")


@pytest.mark.parametrize("side", [HoldBy.AGENT, HoldBy.AGENT_PHONE, HoldBy.CONTACT])
async def test_on_hold_neither_hears_the_other_until_it_is_resumed(floors: Floors, side: HoldBy) -> None:
    async with floors(PATIENT) as floor:
        await floor.start()
        call = await floor.dialed(PATIENT)
        assert call.agent is not None
        await floor.phase(call, CallPhase.CONNECTED)
        await floor.hears_both_ways(PATIENT)

        async def act(word: str) -> None:
            match side:
                case HoldBy.AGENT_PHONE:
                    await floor.tell_phone("1001", word)
                case HoldBy.CONTACT:
                    await floor.tell_contact(PATIENT, word)
                case HoldBy.AGENT if call.agent is not None:
                    command = Hold if word == "hold" else Resume
                    await floor.ask(command(call.agent, call.id))

        await act("hold")
        await floor.phase(call, CallPhase.ON_HOLD)
        assert call.holds == {side}
        await floor.hears_nothing(PATIENT)
        await act("resume")
        await floor.phase(call, CallPhase.CONNECTED)
        await floor.hears_both_ways(PATIENT)
        await floor.end_call(call)
        await floor.wrap_up(call)
        await floor.until_done(PATIENT)
        await floor.until_quiet()


async def test_digits_go_both_ways(floors: Floors) -> None:
    """RFC 4733 on every leg: from the desktop and from the agent's phone to the contact, and back."""
    async with floors(PATIENT) as floor:
        await floor.start()
        call = await floor.dialed(PATIENT)
        await floor.phase(call, CallPhase.CONNECTED)
        await floor.until_live("contact", lambda legs: [leg["answered"] for leg in legs] == [True])
        assert call.agent is not None
        await floor.ask(SendDigits(call.agent, call.id, "12#"))
        await floor.until_live("contact", lambda legs: [leg["digits"] for leg in legs] == ["12#"])
        await floor.tell_phone("1001", "digits", "45")
        await floor.until_live("contact", lambda legs: [leg["digits"] for leg in legs] == ["12#45"])
        await floor.tell_contact(PATIENT, "digits", "78*")
        await floor.until_live("phone", lambda legs: [leg["digits"] for leg in legs] == ["78*"])
        await floor.end_call(call)
        await floor.wrap_up(call)
        await floor.until_done(PATIENT)
