"""Scenes of the predictive modes: a rule with the test's decisions, agents who are ready, contacts whose phones
ring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.model import Mode, Trunk
from dialer.campaigns.calendar import day_of
from dialer.interactions.leg import Leg, LegPurpose
from dialer.pacing import Decision, Observation, Observed, PacingSnapshot
from dialer.pacing.governor import Governor
from dialer.vocabulary.ids import AgentName, AttemptId
from dialer.vocabulary.reasons.reason import Said
from dialer.vocabulary.telephony import Play
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, MAIN, campaign, record, settings

MESSAGE = "/sounds/sorry.wav"


class Script:
    """A rule with the test's decisions, which keeps its observations."""

    def __init__(self) -> None:
        self.dial = 0
        self.shed: tuple[AttemptId, ...] = ()
        self.told: list[Observation] = []
        self.asked: list[PacingSnapshot] = []
        self.breaks: Callable[[], None] = lambda: None
        #: The result in place of a decision.
        self.says: Any = None

    def observe(self, observation: Observation) -> None:
        self.told.append(observation)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        self.breaks()
        self.asked.append(snapshot)
        if self.says is not None:
            return self.says  # type: ignore[no-any-return]  # a rule that says nonsense, for a test
        decision = Decision(self.dial, Said("decision", "as told"), self.shed, {"told": float(self.dial)})
        self.dial, self.shed = 0, ()
        return decision

    def kinds(self, kind: Observed) -> list[Observation]:
        return [each for each in self.told if each.kind is kind]


def predictive(
    mode: Mode = Mode.PREDICTIVE_ASM,
    agents: tuple[AgentName, ...] = (ADA, BOB),
    trunks: tuple[Trunk, ...] = (),
    **more: Any,
) -> tuple[Floor, Script]:
    """The campaign runs with a scripted rule; the agents are ready, and engaged in ASM."""
    script = Script()
    usual: dict[str, Any] = {"waiting_message": MESSAGE, "trunks": tuple(each.name for each in trunks) or (MAIN,)}
    predictive_ = {"min_agents": 1, **more.pop("predictive", {})}
    floor = Floor(
        settings(campaign(mode, predictive=predictive_, **{**usual, **more}), trunks=trunks),
        [record(n) for n in range(1, 30)],
    )
    floor.world.make_pacer = lambda each: Governor(script, each.predictive.min_agents)
    floor.open(*agents)
    floor.start()
    for name in agents:
        floor.ready(name)
        if mode.asm:
            floor.answer(floor.engaged)
        floor.pass_time(0.1)
    return floor, script


def dial(floor: Floor, script: Script, count: int) -> list[Leg]:
    """The rule decides on this many calls; they ring."""
    before = set(floor.world.legs)
    script.dial = count
    floor.tick()
    legs = [leg for id_, leg in floor.world.legs.items() if id_ not in before and leg.purpose is LegPurpose.CONTACT]
    for leg in legs:
        floor.ring(leg)
    floor.forget_outputs()
    return legs


def of(floor: Floor, leg: Leg) -> Any:
    assert leg.interaction is not None
    return floor.world.interactions[leg.interaction]


def hears_message(floor: Floor, leg: Leg) -> bool:
    """Whether the campaign's message was played to the leg."""
    return any(each.leg == leg.id and each.key for each in floor.commands(Play))


def today(floor: Floor) -> int:
    """The day of the counts."""
    return day_of(floor.campaign, floor.utc)


def counted(floor: Floor) -> tuple[int, int]:
    """Live answers of today, and those that were abandoned."""
    count = floor.campaign.abandonment.within(1, today(floor))
    return count.answers, count.abandoned
