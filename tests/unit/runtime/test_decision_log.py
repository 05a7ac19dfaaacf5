"""Log lines of pacing: every decision at debug level, and at higher levels a campaign's fall to one call for each
agent."""

from __future__ import annotations

from msgspec import structs
from structlog.testing import capture_logs

from config.model import Mode
from dialer.pacing import Decision, Observation, PacingSnapshot
from dialer.pacing.governor import Governor, PastDecision
from dialer.runtime.decision_log import DecisionLog
from dialer.vocabulary import commands
from dialer.vocabulary.reasons.reason import Said
from dialer.words import say, spoken
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, campaign, record, settings


class Rule:
    """Dials nothing, until it breaks."""

    def __init__(self) -> None:
        self.broken = False

    def observe(self, observation: Observation) -> None:
        """Does nothing: its decisions need no observations."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        if self.broken:
            raise ZeroDivisionError("no agents")
        return Decision(0, Said("decision", "the next would risk 4.0%, allowed are 3.0%"), figures={"theta": 0.03})


def opened() -> tuple[Floor, Rule]:
    """A running campaign with two agents who are ready, and its rule."""
    floor = Floor(settings(campaign(Mode.PREDICTIVE, predictive={"min_agents": 2})), [record(n) for n in range(1, 30)])
    rule = Rule()
    floor.world.make_pacer = lambda each: Governor(rule, each.predictive.min_agents)
    floor.open(ADA, BOB)
    floor.start()
    floor.ready(ADA, BOB)
    return floor, rule


def test_each_decision_is_written_once_with_all_that_it_was_made_of() -> None:
    floor, _ = opened()
    log = DecisionLog(lambda: floor.world, say, each=True)
    log.write()
    floor.tick()
    with capture_logs() as lines:
        log.write()
        log.write()
    decisions = [line for line in lines if line["event"] == "pacing_decision"]
    last = floor.world.pacers[SPRING].last
    assert last is not None
    told = {
        **structs.asdict(last),
        "reason": spoken(last.reason),
        "campaign": SPRING,
        "event": "pacing_decision",
        "log_level": "debug",
    }
    assert decisions == [told]
    assert set(PastDecision.__struct_fields__) <= set(told)


def test_a_failure_is_an_error_with_the_remedy_and_a_new_start_is_told_as_well() -> None:
    floor, rule = opened()
    log = DecisionLog(lambda: floor.world, say, each=False)
    floor.tick()
    with capture_logs() as lines:
        log.write()
        rule.broken = True
        floor.tick()
        log.write()
        floor.tick()
        log.write()
    assert [(line["log_level"], line["basis"]) for line in lines] == [("info", "forecast"), ("error", "failure")]
    assert "ZeroDivisionError: no agents); stop and start the campaign" in lines[1]["why"]
    rule.broken = False
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.settle()
    for leg in list(floor.world.legs.values()):
        floor.clear(leg)
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    floor.tick()
    with capture_logs() as lines:
        log.write()
    assert [line["event"] for line in lines] == ["pacing_basis_changed"]
