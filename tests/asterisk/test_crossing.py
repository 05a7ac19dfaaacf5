"""The agent ends a call at the moment at which the contact answers."""

from __future__ import annotations

import pytest

from dialer.views.call import CallPhase
from dialer.vocabulary.results import CallResult
from sip.lab.behaviours import Behaviour, number_for

from .floors import Floors
from .relay import Relay

pytestmark = pytest.mark.asyncio(loop_scope="session")

RINGING = number_for(Behaviour.RINGS_ON)


async def test_an_answer_that_crosses_our_cancel_is_ended_and_settled_once(floors: Floors) -> None:
    """RFC 3261 9.1: the CANCEL has no effect, the 200 is acknowledged and the call ended by BYE."""
    ports = floors.switch.ports
    async with (
        Relay(ports.phones, ports.asterisk) as relay,
        floors(RINGING, trunk={"port": ports.phones}, lab={"capture_ports": (ports.phones,)}) as floor,
    ):
        await floor.start()
        call = await floor.dialed(RINGING)
        await floor.phase(call, CallPhase.RINGING)
        assert call.attempt is not None
        relay.holds_back = call.attempt.dial.call_id
        # Asterisk signals ringing itself; the contact's phone may be a moment later.
        await floor.until_live("contact", lambda legs: len(legs) == 1)
        await floor.tell_contact(RINGING, "answer")
        await floor.until("the answer is on its way", lambda: relay.holds_an_answer)
        await floor.end_call(call)
        await floor.until("the answer has crossed", lambda: relay.cancelled)
        attempts = await floor.until_done(RINGING)
        assert attempts[RINGING].result is CallResult.CANCELLED
        assert attempts[RINGING].connected_at is None
        await floor.until_quiet()
        await floor.until_late_answers(1)
        await floor.until_live("phone", lambda legs: [leg["answered"] for leg in legs] == [True])
