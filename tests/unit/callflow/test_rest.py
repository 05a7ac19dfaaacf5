"""A contact who was abandoned rests: no campaign dials the number without an agent at hand."""

from __future__ import annotations

import pytest

from config.model import Mode, Retry
from dialer.agents.agent import AgentState
from dialer.callflow.dial.again import CallAgain
from dialer.pacing import Observed, Outcome
from dialer.vocabulary import events
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import AddHistory, BeginAttempt, UpdateRecord
from tests.unit.callflow.ahead import Script, dial, of, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA
from tests.unit.callflow.scenes import dialing

REST_S = 72 * 3600.0


def begun(floor: Floor, script: Script) -> BeginAttempt:
    """The rule decides on one call."""
    script.dial = 1
    floor.tick()
    return floor.writes(BeginAttempt)[-1]


def test_a_call_ahead_of_agents_asks_whether_somebody_was_abandoned_there() -> None:
    floor, script = predictive()
    assert begun(floor, script).abandoned_since == floor.utc - REST_S


def test_the_campaign_says_for_how_long() -> None:
    for delay_s, since in ((3600.0, 3600.0), (0.0, None)):
        floor, script = predictive(retries={CallResult.ABANDONED: Retry(delay_s=delay_s)})
        assert begun(floor, script).abandoned_since == (None if since is None else floor.utc - since)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM, Mode.PUSH_PREVIEW])
def test_a_call_that_has_its_agent_does_not_ask(mode: Mode) -> None:
    floor = dialing(mode)
    assert [each.abandoned_since for each in floor.writes(BeginAttempt)] == [None]


def test_a_record_that_is_refused_comes_back_when_the_rest_is_over() -> None:
    floor, script = predictive()
    (leg,) = dial(floor, script, 1)
    refused, until = of(floor, leg), floor.utc + 500
    floor.say(events.AttemptRefused(refused.attempt.id, "abandoned", until))
    assert refused.record is not None
    (update,) = [each for each in floor.writes(UpdateRecord) if each.record == refused.record.record]
    assert (update.status, update.due_at, update.result, update.tried) == (RecordStatus.READY, until, None, ())
    assert refused.id not in floor.world.interactions
    assert not floor.trunk().legs
    assert not [each for each in floor.world.legs.values() if each.interaction == refused.id]
    assert floor.agent().state is AgentState.READY
    told = [each for each in floor.writes(AddHistory) if each.kind == "not_dialed"][-1]
    assert told.facts is not None
    assert (told.facts["rule"], told.facts["until"]) == ("abandoned", until)
    assert [each.outcome for each in script.kinds(Observed.ENDED)] == [Outcome.FAILED]
    assert begun(floor, script).record != refused.record.record


def test_an_agent_who_calls_again_is_at_hand() -> None:
    floor, script = predictive(permissions={"call_again": True})
    (leg,) = dial(floor, script, 1)
    floor.answer(leg)
    floor.clear(leg)
    floor.ask(CallAgain(ADA, of(floor, leg).id))
    again = floor.writes(BeginAttempt)[-1]
    assert (again.agent, again.abandoned_since) == (ADA, None)
