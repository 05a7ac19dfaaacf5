"""Contacts behind Asterisk who are dialed before an agent is free: one is joined, one hears the message."""

from __future__ import annotations

import math
import wave
from pathlib import Path
from typing import Any

import pytest

from config.model import Mode, Predictive
from dialer.interactions.interaction import InteractionState
from dialer.lab.scenario import CAMPAIGN
from dialer.pacing.baselines.ratio import Ratio
from dialer.pacing.governor import Governor
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.results import CallResult
from sip.lab.behaviours import Behaviour, number_for

from .floor import Floor
from .floors import Floors

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENT = tuple(number_for(Behaviour.PATIENT_PERSON, digit) for digit in (1, 2))
LAW_S = 2.0
MESSAGE_HZ = 1000
MESSAGE_S = 1.5


@pytest.fixture
def message(tmp_path: Path) -> str:
    """A waiting message with a tone outside the grid of the lab's legs."""
    path = tmp_path / "message.wav"
    turn = 2 * math.pi * MESSAGE_HZ / 8000
    samples = (round(8000 * math.sin(turn * n)) for n in range(round(8000 * MESSAGE_S)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(each.to_bytes(2, "little", signed=True) for each in samples))
    return str(path)


async def _told(floor: Floor, number: str) -> dict[str, Any]:
    """The carrier's report on its answered call with this number."""
    report = await floor.carrier.request({"do": "report"})
    (call,) = [each for each in report["answered"] if each["number"] == number]
    return dict(call)


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE_ASM, Mode.PREDICTIVE])
async def test_one_agent_two_answers(floors: Floors, message: str, mode: Mode) -> None:
    """Both contacts answer within a moment. The agent talks to one; the other hears the campaign's message after two
    seconds and was abandoned."""
    rules = Predictive(min_agents=1)
    async with floors(*PATIENT, mode=mode, campaign={"predictive": rules, "waiting_message": message}) as floor:
        name = CampaignName(CAMPAIGN)
        floor.world.pacers[name] = Governor(Ratio(2))
        await floor.start()
        calls = [await floor.dialed(number) for number in PATIENT]
        await floor.until("one has the agent", lambda: any(each.state is InteractionState.CONNECTED for each in calls))
        talking, other = sorted(calls, key=lambda each: each.agent is None)
        assert other.agent is None
        # No report is requested from the lab meanwhile: it would restart the analyses and cost some of the tone.
        await floor.until_done(other.number)
        assert floor.world.interactions.keys() == {talking.id}
        alone = await _told(floor, other.number)
        await floor.hears_both_ways(talking.number)
        await floor.end_call(talking)
        await floor.wrap_up(talking)
        attempts = await floor.until_done(*PATIENT)
        await floor.until_quiet()
    row = attempts[other.number]
    assert (row.result, row.abandoned, row.connected_at) == (CallResult.ABANDONED, True, None)
    assert attempts[talking.number].result is CallResult.ANSWER
    assert not attempts[talking.number].abandoned
    assert alone["seconds"] >= LAW_S
    heard = {int(frequency): seconds for frequency, seconds in alone["heard_tones"].items()}
    assert heard.get(MESSAGE_HZ, 0.0) >= MESSAGE_S / 2, heard
