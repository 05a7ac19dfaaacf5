"""A draining engine takes no new calls: the node places none, and conversations go on."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.campaigns.reason import NoCallsCode
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary.telephony import Dial, EngineStatistics
from dialer.vocabulary.writes import BeginAttempt
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import SPRING
from tests.unit.callflow.scenes import opened, talking


def statistics(floor: Floor, *, draining: bool) -> EngineStatistics:
    return EngineStatistics(1, 0, 1000, 5.0, 50.0, 1.0, 1, 1, floor.now, draining)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM])
def test_nothing_is_dialed_while_the_engine_drains_and_the_campaign_says_why(mode: Mode) -> None:
    floor = opened(mode)
    floor.engine_says(statistics(floor, draining=True))
    floor.forget_outputs()
    floor.ready()
    for _ in range(5):
        floor.pass_time(5)
        floor.tick()

    assert not floor.commands(Dial)
    assert not floor.writes(BeginAttempt)
    reason = floor.world.campaigns[SPRING].reason
    assert reason is not None
    assert reason.code is NoCallsCode.ENGINE
    assert "being stopped" in say(reason.reason)

    floor.engine_says(statistics(floor, draining=False))
    for _ in range(3):
        floor.pass_time(5)
        floor.tick()
    assert floor.commands(Dial)


def test_a_conversation_goes_on_while_the_engine_drains_and_its_agent_gets_no_other() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    floor.engine_says(statistics(floor, draining=True))
    assert floor.interaction.state is InteractionState.CONNECTED
    floor.forget_outputs()
    floor.clear(floor.contact)
    floor.pass_time(120)
    floor.tick()

    assert not floor.commands(Dial)
    assert not floor.writes(BeginAttempt)
