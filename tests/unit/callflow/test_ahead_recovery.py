"""Predictive modes over restarts and lost engines: no contact is forgotten on the line, dialed twice or counted
twice."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import Leg
from dialer.pacing import AgentStage
from dialer.pacing.governor import Governor
from dialer.vocabulary import commands, events
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp, Join, LegCleared, LegRole, LegStanding, Play
from dialer.vocabulary.writes import SettleAttempt, UpdateRecord
from tests.unit.callflow.ahead import Script, counted, dial, hears_message, of, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, ENGINE
from tests.unit.callflow.test_recovery import legs_of, restarted, seen

UP = LegStanding.CONNECTED


def waiting_alone(mode: Mode = Mode.PREDICTIVE_ASM) -> tuple[Floor, Leg]:
    """A contact has answered, and the only agent has gone."""
    floor, script = predictive(mode, agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.answer(contact)
    return floor, contact


def test_calls_that_ring_over_a_restart_ring_on_and_are_answered_once() -> None:
    old, script = predictive(agents=(ADA,))
    dial(old, script, 2)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old, UP, LegStanding.ALERTING, LegStanding.ALERTING))
    assert not [each for each in floor.commands(Dial) if each.role is LegRole.CONTACT]
    first, second = (leg for leg in floor.world.legs.values() if leg.interaction is not None)
    floor.answer(first)
    assert of(floor, first).state is InteractionState.QUEUED, "after a restart nobody is ready"
    floor.ready(ADA)
    floor.answer(floor.engaged)
    assert floor.agent().interaction == first.interaction
    floor.clear(second, 486)
    floor.clear(first)
    assert sorted(each.result for each in floor.writes(SettleAttempt)) == [CallResult.ANSWER, CallResult.BUSY]
    assert counted(floor) == (1, 0)


def test_who_waited_over_a_restart_hears_the_message_once_the_engine_is_there() -> None:
    old, _ = waiting_alone()
    floor = restarted(old)
    floor.settle()
    floor.forget_outputs()
    floor.connect_engine("boot-1", legs_of(old))
    contact = floor.contact
    assert hears_message(floor, contact)
    floor.clear(contact, by=ClearedBy.US)
    assert counted(floor) == (1, 1)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ABANDONED]


def test_nobody_is_joined_by_an_engine_that_does_not_hear_us() -> None:
    floor, contact = waiting_alone()
    legs = tuple(seen(each, UP) for each in floor.world.legs)
    floor.say(events.EngineDisconnected(ENGINE))
    floor.ask(commands.GoReady(ADA))
    assert of(floor, contact).state is InteractionState.QUEUED
    floor.pass_time(1)
    floor.forget_outputs()
    floor.connect_engine("boot-1", legs)
    assert of(floor, contact).state is InteractionState.CONNECTED
    assert contact.id in {each.leg for each in floor.commands(Join)}
    assert counted(floor) == (1, 0)


def test_the_message_that_was_lost_with_the_socket_is_played_when_it_is_back() -> None:
    floor, contact = waiting_alone()
    legs = tuple(seen(each, UP) for each in floor.world.legs)
    floor.say(events.EngineDisconnected(ENGINE))
    floor.pass_time(3)
    assert counted(floor) == (1, 1)
    floor.forget_outputs()
    floor.connect_engine("boot-1", legs)
    assert hears_message(floor, contact)
    floor.pass_time(31)
    assert [each.leg for each in floor.commands(HangUp)] == [contact.id]


def test_who_waits_still_hears_comfort_noise_when_the_socket_is_back() -> None:
    floor, contact = waiting_alone()
    legs = tuple(seen(each, UP) for each in floor.world.legs)
    floor.say(events.EngineDisconnected(ENGINE))
    floor.forget_outputs()
    floor.connect_engine("boot-1", legs)
    assert [(each.leg, each.key) for each in floor.commands(Play)] == [(contact.id, "")]


@pytest.mark.parametrize(("waited_s", "result"), [(1.0, CallResult.SYSTEM_LOST), (2.5, CallResult.ABANDONED)])
def test_an_abandoned_contact_whose_engine_is_lost_is_left_in_peace(waited_s: float, result: CallResult) -> None:
    floor, contact = waiting_alone()
    floor.pass_time(waited_s)
    floor.clear(contact, by=ClearedBy.ENGINE)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (result, result is CallResult.ABANDONED)
    (update,) = floor.writes(UpdateRecord)
    assert update.due_at is not None
    assert (update.due_at >= floor.utc + 72 * 3600) is (result is CallResult.ABANDONED)


def test_a_restart_takes_no_conversation_for_one_that_never_was() -> None:
    """Conversations that ended while the node was away ended before this node began to count."""
    old, script = predictive(agents=(ADA,))
    (contact,) = dial(old, script, 1)
    old.answer(contact)
    old.pass_time(60)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old))
    gone = floor.contact
    cleared = LegCleared(gone.id, 0, "", None, ClearedBy.PEER, floor.now - 4, answered=True, heard=True, alerted=True)
    floor.engine_says(cleared)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK


def test_the_rule_knows_after_a_restart_who_talks_and_since_when() -> None:
    old, script = predictive(agents=(ADA,))
    (contact,) = dial(old, script, 1)
    old.answer(contact)
    old.pass_time(60)
    began_at = old.agent().machine.since
    rule = Script()
    floor = restarted(old, make_pacer=lambda each: Governor(rule))
    told = [each for each in rule.told if each.agent == ADA]
    assert told[-1].stage is AgentStage.TALK
    assert told[-1].at == pytest.approx(began_at)
    assert floor.agent().since_utc == pytest.approx(old.agent().since_utc)
