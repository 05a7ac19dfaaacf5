"""Predictive modes: contacts come first, agents when they answer, and the law's clock runs from the 200 OK."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import Leg, LegPurpose
from dialer.pacing import AgentStage, Observed, Outcome
from dialer.pacing.governor import Basis, Governor
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AgentName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.reasons.rule_failures import RuleRaised
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import ClearedBy, Dial, EngineStatistics, HangUp, Join, Play
from dialer.vocabulary.topics import DESK_INTERACTION, OwnDesk
from dialer.vocabulary.writes import ConnectAttempt, SettleAttempt, UpdateRecord
from tests.unit.callflow.ahead import Script, dial, hears_message, of, predictive, today
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, SPRING, campaign, record, settings

CY = AgentName("cy")


def test_contacts_are_dialed_for_nobody_in_particular() -> None:
    floor, script = predictive()
    legs = dial(floor, script, 3)
    assert len(legs) == 3
    assert [of(floor, leg).owner for leg in legs] == [None, None, None]
    assert {agent.state for agent in floor.world.agents.values()} == {AgentState.READY}
    floor.tick()
    assert (script.asked[-1].idle, script.asked[-1].ringing, script.asked[-1].reserved) == (2, 3, 0)


def test_an_answer_gets_the_longest_idle_agent_and_the_record_comes_before_the_sound() -> None:
    floor, script = predictive()
    first, second, third = dial(floor, script, 3)
    floor.answer(second)
    assert (floor.agent(ADA).state, floor.agent(BOB).state) == (AgentState.BUSY, AgentState.READY)
    shown = floor.published.index(Publish(DESK_INTERACTION, OwnDesk(ADA), of(floor, second).id))
    assert shown == 0
    assert floor.sent_before_commit[0] == Join(second.id, of(floor, second).bridge)
    assert not [each for each in floor.commands(Play) if each.leg == second.id]
    floor.answer(first)
    assert floor.agent(BOB).interaction == first.interaction
    assert of(floor, third).state is InteractionState.DIALING


def test_the_attempt_gets_the_agent_who_got_the_contact() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.answer(second)
    attempt = of(floor, first).attempt
    assert attempt is not None
    assert [(each.attempt, each.agent) for each in floor.writes(ConnectAttempt)] == [(attempt.id, ADA)]


def test_who_waits_longest_gets_the_next_agent() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second, third = dial(floor, script, 3)
    floor.answer(first)
    floor.answer(second)
    floor.pass_time(0.5)
    floor.answer(third)
    floor.clear(first)
    floor.ask(Done(ADA, of_agent(floor)))
    assert floor.agent().interaction == second.interaction
    assert of(floor, third).state is InteractionState.QUEUED


def of_agent(floor: Floor, agent: AgentName = ADA) -> Any:
    return floor.agent(agent).interaction


def one_too_many() -> tuple[Floor, Script, Leg, Leg]:
    """Two contacts have answered for one agent: the first has her, the second waits."""
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.answer(second)
    return floor, script, first, second


def test_without_an_agent_in_time_the_contact_hears_the_message_and_was_abandoned() -> None:
    floor, script, first, second = one_too_many()
    floor.pass_time(1.99)
    assert not hears_message(floor, second)
    floor.pass_time(0.02)
    assert hears_message(floor, second)
    (told,) = [each for each in script.kinds(Observed.ENDED) if each.attempt == of(floor, second).attempt.id]
    assert told.outcome is Outcome.ABANDONED
    assert floor.campaign.abandonment.within(1, today(floor)).abandoned == 1
    # An agent who is free now gets the next contact: this one has heard the message.
    floor.clear(first)
    floor.ask(Done(ADA, of_agent(floor)))
    assert floor.agent().state is AgentState.READY
    floor.clear(second)
    settled = {each.attempt: each for each in floor.writes(SettleAttempt)}
    assert [each.abandoned for each in settled.values()] == [False, True]
    assert list(settled.values())[1].result is CallResult.ABANDONED
    assert floor.campaign.abandonment.within(1, today(floor)).answers == 2


def test_who_hangs_up_before_the_limit_left_the_queue() -> None:
    floor, _, _, second = one_too_many()
    floor.pass_time(1.9)
    floor.clear(second)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.DROPPED, False)
    count = floor.campaign.abandonment.within(1, today(floor))
    assert (count.answers, count.abandoned) == (2, 0)


def test_the_clock_runs_from_the_answer_not_from_the_news_of_it() -> None:
    from dialer.vocabulary.telephony import LegAnswered

    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.engine_says(LegAnswered(second.id, floor.now - 0.8))
    floor.pass_time(1.25)
    assert of(floor, second).attempt.abandoned


def test_a_phone_is_rung_with_the_record_on_the_desk() -> None:
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    assert floor.published[0].topic is DESK_INTERACTION
    assert [each.leg for each in floor.commands(Dial)] == [floor.phone.id]
    assert floor.agent().state is AgentState.RESERVED
    floor.answer(floor.phone)
    assert floor.agent().state is AgentState.BUSY
    floor.pass_time(5)
    assert not of(floor, contact).attempt.abandoned


def test_a_phone_that_rings_beyond_the_limit_does_not_hide_the_abandonment() -> None:
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    floor.pass_time(2.5)
    assert of(floor, contact).attempt.abandoned
    floor.answer(floor.phone)
    assert floor.agent().state is AgentState.BUSY
    assert floor.campaign.abandonment.within(1, today(floor)).abandoned == 1


def test_calls_are_shed_only_after_the_least_ring_and_without_a_charge() -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    attempt = of(floor, contact).attempt.id
    floor.pass_time(10)
    script.shed = (attempt,)
    floor.tick()
    assert not floor.commands(HangUp)
    floor.pass_time(6)
    script.shed = (attempt,)
    floor.tick()
    assert [each.leg for each in floor.commands(HangUp)] == [contact.id]
    floor.clear(contact, 487, ClearedBy.US)
    (settled,) = floor.writes(SettleAttempt)
    assert settled.result is CallResult.SHED
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount) == (RecordStatus.READY, 1)
    assert script.kinds(Observed.ENDED)[-1].outcome is Outcome.SHED


def test_a_pacer_that_raises_falls_to_one_call_for_one_agent() -> None:
    floor, script = predictive()

    def fail() -> None:
        raise ZeroDivisionError("no agents")

    script.breaks = fail
    floor.tick()
    assert len([leg for leg in floor.world.legs.values() if leg.purpose is LegPurpose.CONTACT]) == 2
    assert "pacing_failed" in floor.history()
    governor = floor.world.pacers[SPRING]
    assert governor.failure == RuleRaised("ZeroDivisionError", "no agents")
    floor.tick()
    assert governor.last is not None
    assert (governor.last.basis, governor.last.dial) == (Basis.FAILURE, 0)
    assert floor.history().count("pacing_failed") == 1


def test_events_that_come_late_fall_to_one_call_for_one_agent() -> None:
    from dialer.vocabulary.telephony import LegAlerting

    floor, script = predictive(agents=(ADA,))
    floor.engine_says(LegAlerting(floor.engaged.id, early_media=False, at=floor.now - 1.5))
    script.dial = 5
    floor.tick()
    governor = floor.world.pacers[SPRING]
    assert governor.last is not None
    assert (governor.last.basis, governor.last.dial) == (Basis.LAG, 1)
    floor.pass_time(6)
    floor.tick()
    assert governor.last.basis is Basis.FORECAST


@pytest.mark.parametrize(("age_s", "busy_ms"), [(1.5, 5.0), (0.0, 1500.0)])
def test_an_engine_that_hears_late_falls_to_one_call_for_one_agent(age_s: float, busy_ms: float) -> None:
    floor, script = predictive(agents=(ADA,))
    floor.engine_says(EngineStatistics(1, 0, 1000, busy_ms, 50.0, 1.0, 1, 1, floor.now - age_s))
    script.dial = 5
    floor.tick()
    governor = floor.world.pacers[SPRING]
    assert governor.last is not None
    assert (governor.last.basis, governor.last.dial) == (Basis.LAG, 1)


def test_too_few_agents_are_paced_one_to_one() -> None:
    floor, script = predictive(agents=(ADA,), predictive={"min_agents": 2})
    script.dial = 5
    floor.tick()
    assert {each.basis for each in floor.world.pacers[SPRING].decisions} == {Basis.FEW_AGENTS}
    assert len([leg for leg in floor.world.legs.values() if leg.purpose is LegPurpose.CONTACT]) == 1


def test_what_rings_is_given_up_when_nobody_is_at_work_any_more() -> None:
    """An answer would surely be abandoned. Phones still ring for the time of the law."""
    floor, script = predictive(agents=(ADA, BOB))
    legs = dial(floor, script, 2)
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.pass_time(16)
    floor.tick()
    assert not floor.commands(HangUp), "one is still there"
    younger = dial(floor, script, 1)
    floor.ask(commands.GoNotReady(BOB, "break"))
    floor.tick()
    hung_up = {each.leg for each in floor.commands(HangUp)}
    assert hung_up >= {leg.id for leg in legs}
    assert younger[0].id not in hung_up
    floor.forget_outputs()
    floor.pass_time(15)
    floor.tick()
    assert younger[0].id in [each.leg for each in floor.commands(HangUp)]
    for leg in legs:
        floor.clear(leg, 487, ClearedBy.US)
    assert {each.result for each in floor.writes(SettleAttempt)} == {CallResult.SHED}


def test_a_live_switch_leaves_what_rings_and_counts_it() -> None:
    floor, script = predictive()
    legs = dial(floor, script, 3)
    floor.ask(commands.ChangeMode(SPRING, "PROGRESSIVE_ASM", "sue"))
    assert not floor.commands(HangUp)
    floor.tick()
    # Both agents are kept for the three calls that ring.
    assert len([leg for leg in floor.world.legs.values() if leg.purpose is LegPurpose.CONTACT]) == 3
    floor.answer(legs[0])
    assert floor.agent(ADA).state is AgentState.BUSY
    for leg in legs[1:]:
        floor.clear(leg, 486)
    floor.tick()
    assert floor.agent(BOB).state is AgentState.RESERVED
    reserved = [each for each in floor.world.interactions.values() if each.agent == BOB]
    assert [each.ahead for each in reserved] == [False]
    floor.ask(commands.ChangeMode(SPRING, "PREDICTIVE_ASM", "sue"))
    assert not floor.commands(HangUp)


def test_who_asks_for_a_break_is_no_supply_at_once() -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    assert script.told[-1].stage is AgentStage.TALK
    assert script.told[-1].attempt == of(floor, contact).attempt.id
    floor.ask(commands.GoNotReady(ADA, "break"))
    assert (script.told[-1].stage, script.told[-1].leaving) == (AgentStage.TALK, True)
    floor.tick()
    last = floor.world.pacers[SPRING].last
    assert last is not None
    assert last.busy == 0


def test_the_rules_hold_at_the_instant_of_dialing() -> None:
    """The window closes with the pool full: no record is dialed, and ringing calls are given up."""
    floor, script = predictive()
    legs = dial(floor, script, 2)
    floor.utc += 8 * 3600
    script.dial = 3
    floor.tick()
    assert len([leg for leg in floor.world.legs.values() if leg.purpose is LegPurpose.CONTACT]) == 2
    assert {leg.id for leg in legs} <= {each.leg for each in floor.commands(HangUp)}


def test_a_trunk_at_its_limit_ends_the_burst() -> None:
    from tests.unit.callflow.house import trunk

    script = Script()
    floor = Floor(
        settings(campaign(Mode.PREDICTIVE_ASM, predictive={"min_agents": 1}), trunks=(trunk(max_legs=2),)),
        [record(n) for n in range(1, 30)],
    )
    floor.world.make_pacer = lambda each: Governor(script)
    floor.open(ADA)
    floor.start()
    floor.ready(ADA)
    floor.answer(floor.engaged)
    script.dial = 5
    floor.tick()
    assert script.asked[-1].may_dial == 2
    assert len(floor.trunk().legs) == 2
    # The one record that was tried in vain has gone back to the top of its list.
    assert len(floor.campaign.pool) + len(floor.records) == 27


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.PREDICTIVE_ASM])
def test_an_agent_is_not_offered_anything(mode: Mode) -> None:
    floor, script = predictive(mode, agents=(ADA,))
    floor.tick()
    assert floor.agent().interaction is None
    script.dial = 1
    floor.tick()
    assert floor.agent().state is AgentState.READY


def test_what_was_counted_before_a_restart_is_spent() -> None:
    from dialer.vocabulary.events import AnswersRemembered

    floor, script = predictive()
    floor.say(AnswersRemembered(SPRING, floor.utc - 3600, 100, 2))
    floor.say(AnswersRemembered(SPRING, floor.utc - 2 * 86_400, 500, 9))
    floor.pass_time(60)
    floor.tick()
    today, month = script.asked[-1].windows
    assert (today.answers, today.abandoned) == (100, 2)
    assert (month.answers, month.abandoned) == (600, 11)
    assert month.length_s > today.length_s
    assert (today.day, month.day) == (datetime.fromtimestamp(floor.utc, UTC).toordinal(), None)
