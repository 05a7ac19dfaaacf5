"""A campaign that requires an OK does not count on agents without it; another campaign does."""

from __future__ import annotations

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.tick.snapshot import snapshot_of
from dialer.core.step import Step
from dialer.pacing import AgentStage
from dialer.ports import Moment
from dialer.vocabulary import commands
from tests.unit.callflow.ahead import Script, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB


def at_work_elsewhere() -> tuple[Floor, Script]:
    """A campaign that requires an OK, which no agent has given; Ada and Bob talk, for the given campaign."""
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA, BOB), join="required")
    for name in (ADA, BOB):
        floor.agent(name).machine.state = AgentState.BUSY
    return floor, script


def busy(floor: Floor) -> int:
    return snapshot_of(Step(floor.world, Moment(floor.now, floor.utc)), floor.campaign).busy


def test_who_has_not_said_ok_is_no_busy_agent_of_the_campaign() -> None:
    floor, _ = at_work_elsewhere()
    assert busy(floor) == 0
    floor.agent(ADA).joined.add(floor.campaign.name)
    assert busy(floor) == 1


def test_an_ok_in_a_conversation_is_told_to_the_rule() -> None:
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA, BOB), join="required")
    stages = [each.stage for each in script.told if each.agent == ADA]
    assert set(stages) == {AgentStage.OUT}
    (notice,) = [each for each in floor.world.notices.values() if each.agent == ADA]
    floor.ask(commands.AcknowledgeNotice(ADA, notice.id))
    assert [each.stage for each in script.told if each.agent == ADA][-1] is AgentStage.IDLE
