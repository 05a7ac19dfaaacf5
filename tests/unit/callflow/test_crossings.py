"""Predictive modes: calls under way during other decisions, and events that cross on the wire."""

from __future__ import annotations

import pytest

from config.model import Mode, OnStop
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.agent.desk import DESKTOP_GRACE_S
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import Leg
from dialer.vocabulary import commands
from dialer.vocabulary.events import DesktopDisconnected
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import (
    FIRST,
    Ability,
    ClearedBy,
    CommandRefused,
    Dial,
    EngineFault,
    EngineReady,
    HangUp,
    Join,
    LateAnswer,
    Leave,
    LegAnswered,
    LegCleared,
    LegRole,
    Play,
    PlayFinished,
    RefusedBecause,
)
from dialer.vocabulary.writes import BeginAttempt, SettleAttempt
from tests.unit.callflow.ahead import counted, dial, hears_message, of, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE, SPARE, SPRING, trunk

BOTH = pytest.mark.parametrize("mode", [Mode.PREDICTIVE, Mode.PREDICTIVE_ASM])


def ended(floor: Floor, leg: Leg, at: float, by: ClearedBy = ClearedBy.PEER) -> None:
    """The leg ended at monotonic `at`, and the event comes now."""
    floor.engine_says(LegCleared(leg.id, 0, "", None, by, at, answered=True, heard=True, alerted=True))


def joined(mode: Mode, waited_s: float = 1.0) -> tuple[Floor, Leg, Leg, float]:
    """A contact has waited for this long when an agent comes: floor, contact, the agent's leg, and a moment just before
    the two were joined."""
    floor, script = predictive(mode, agents=(ADA, BOB))
    (contact,) = dial(floor, script, 1)
    floor.ask(commands.GoNotReady(BOB, "break"))
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.answer(contact)
    floor.pass_time(waited_s)
    before = floor.now - 0.001
    floor.ask(commands.GoReady(ADA))
    if mode is Mode.PREDICTIVE:
        floor.answer(floor.phone)
        return floor, contact, floor.phone, before
    return floor, contact, floor.world.legs[floor.agent().engaged or contact.id], before


def test_an_answer_that_crosses_our_giving_up_is_abandoned_once() -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.pass_time(16)
    attempt = of(floor, contact).attempt.id
    script.shed = (attempt,)
    floor.tick()
    floor.answer(contact)
    assert floor.agent().state is AgentState.READY
    assert not floor.commands(Join)
    floor.clear(contact, by=ClearedBy.US)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ABANDONED, True)
    floor.engine_says(LateAnswer(contact.id, floor.now, f"{attempt}.0"))
    assert counted(floor) == (1, 1)


def test_an_answer_as_the_window_closes_is_abandoned_where_what_rings_is_cancelled() -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.utc += 8 * 3600
    floor.tick()
    assert [each.leg for each in floor.commands(HangUp)] == [contact.id]
    floor.answer(contact)
    floor.clear(contact, by=ClearedBy.US)
    assert counted(floor) == (1, 1)
    assert floor.agent().state is AgentState.READY


def test_an_answer_after_the_stop_has_an_agent_where_what_rings_is_left() -> None:
    floor, script = predictive(agents=(ADA,), on_stop_ringing=OnStop.LEAVE)
    (contact,) = dial(floor, script, 1)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.answer(contact)
    assert floor.agent().interaction == contact.interaction
    assert counted(floor) == (1, 0)


def test_nothing_goes_over_another_trunk_after_the_stop() -> None:
    trunks = (trunk(), trunk(SPARE, priority=2))
    floor, script = predictive(agents=(ADA,), trunks=trunks, on_stop_ringing=OnStop.LEAVE)
    script.dial = 1
    floor.tick()
    contact = floor.contact
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.forget_outputs()
    floor.clear(contact, 503)
    assert not floor.commands(Dial)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.CONGESTION]


def test_a_trunk_that_fails_in_mid_burst_hands_each_contact_to_the_next_one_once() -> None:
    floor, script = predictive(agents=(ADA,), trunks=(trunk(), trunk(SPARE, priority=2)))
    script.dial = 4
    floor.tick()
    burst = [leg for leg in floor.world.legs.values() if leg.interaction is not None]
    floor.forget_outputs()
    for leg in burst:
        floor.clear(leg, 503)
    dials = floor.commands(Dial)
    assert len(dials) == 4
    assert len({each.call_id.rpartition(".")[0] for each in dials}) == 4
    assert not floor.writes(BeginAttempt)
    for each in dials:
        floor.clear(floor.world.legs[each.leg], 503)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.CONGESTION] * 4
    assert not [each for each in floor.commands(Dial) if each not in dials]


@BOTH
def test_a_contact_who_hung_up_as_we_joined_left_the_queue_and_the_agent_goes_on(mode: Mode) -> None:
    floor, contact, phone, before = joined(mode)
    assert floor.agent().state is AgentState.BUSY
    floor.forget_outputs()
    ended(floor, contact, before)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned, settled.connected_at) == (CallResult.DROPPED, False, None)
    assert floor.agent().state is AgentState.READY
    assert not floor.world.interactions
    assert counted(floor) == (1, 0)
    taken_out = floor.commands(Leave) if mode.asm else floor.commands(HangUp)
    assert phone.id in {each.leg for each in taken_out}


@BOTH
def test_an_agent_who_hung_up_as_we_joined_leaves_the_contact_to_the_next_one(mode: Mode) -> None:
    floor, contact, phone, before = joined(mode)
    floor.forget_outputs()
    ended(floor, phone, before)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.PHONE_HUNG_UP)
    assert of(floor, contact).state is InteractionState.QUEUED
    assert not [each for each in floor.commands(HangUp) if each.leg == contact.id]
    floor.ask(commands.GoReady(BOB))
    if mode is Mode.PREDICTIVE:
        floor.answer(floor.phone)
    assert of(floor, contact).agent == BOB
    assert of(floor, contact).state is InteractionState.CONNECTED
    floor.clear(contact)
    assert counted(floor) == (1, 0)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]


@BOTH
def test_the_laws_clock_goes_on_for_a_contact_whose_agent_was_gone(mode: Mode) -> None:
    floor, contact, phone, before = joined(mode, waited_s=1.5)
    floor.forget_outputs()
    ended(floor, phone, before, ClearedBy.MEDIA)
    floor.pass_time(0.6)
    assert hears_message(floor, contact)
    assert counted(floor) == (1, 1)


@BOTH
@pytest.mark.parametrize("who", ["contact", "agent"])
def test_a_conversation_of_a_moment_is_one(mode: Mode, who: str) -> None:
    floor, contact, phone, _ = joined(mode)
    floor.pass_time(0.01)
    ended(floor, contact if who == "contact" else phone, floor.now)
    if who == "agent":
        floor.clear(contact, by=ClearedBy.US)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK


def test_an_answer_that_is_told_too_late_is_abandoned_though_an_agent_is_there() -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.engine_says(LegAnswered(contact.id, floor.now - 2.5))
    assert floor.agent().state is AgentState.BUSY
    floor.clear(contact)
    assert counted(floor) == (1, 1)
    assert [each.abandoned for each in floor.writes(SettleAttempt)] == [True]


def test_who_answered_first_waits_longest_whatever_was_told_first() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.engine_says(LegAnswered(second.id, floor.now - 0.1))
    floor.pass_time(0.1)
    floor.engine_says(LegAnswered(first.id, floor.now - 0.8))
    floor.ask(commands.GoReady(ADA))
    assert floor.agent().interaction == first.interaction


def test_an_agent_who_becomes_free_while_the_message_plays_gets_another_contact() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second, third = dial(floor, script, 3)
    floor.answer(first)
    floor.answer(second)
    floor.pass_time(2.1)
    floor.answer(third)
    floor.clear(first)
    floor.ask(Done(ADA, floor.agent().interaction or of(floor, first).id))
    assert floor.agent().interaction == third.interaction
    assert of(floor, second).owner is None
    floor.engine_says(PlayFinished(second.id, f"queue_message/{second.interaction}", floor.now))
    floor.clear(second, by=ClearedBy.US)
    assert counted(floor) == (3, 1)


# ------------------------------------------------------------------ a phone that rings too long


def ringing_too_long() -> tuple[Floor, Leg]:
    """The agent's phone still rings for a contact when the law's time is over."""
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    floor.ring(floor.phone)
    floor.forget_outputs()
    floor.pass_time(2.1)
    return floor, contact


def test_the_message_is_played_while_a_phone_rings_and_who_picks_up_still_gets_the_contact() -> None:
    floor, contact = ringing_too_long()
    assert hears_message(floor, contact)
    floor.answer(floor.phone)
    assert floor.agent().state is AgentState.BUSY
    assert contact.id in {each.leg for each in floor.commands(Join)}
    floor.pass_time(60)
    assert of(floor, contact).state is InteractionState.CONNECTED
    assert counted(floor) == (1, 1)


def test_after_the_message_the_call_ends_and_the_phone_that_rang_in_vain_is_left_alone() -> None:
    floor, contact = ringing_too_long()
    phone = floor.phone
    floor.engine_says(PlayFinished(contact.id, f"queue_message/{contact.interaction}", floor.now))
    floor.clear(contact, by=ClearedBy.US)
    assert phone.id in {each.leg for each in floor.commands(HangUp)}
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.PHONE_NO_ANSWER)
    assert (floor.agent().pending, floor.agent().interaction) == (None, None)
    assert counted(floor) == (1, 1)


def test_a_phone_that_fails_while_the_message_plays_does_not_begin_it_anew() -> None:
    floor, contact = ringing_too_long()
    assert len([each for each in floor.commands(Play) if each.key]) == 1
    floor.clear(floor.phone, 486)
    floor.tick()
    assert len([each for each in floor.commands(Play) if each.key]) == 1
    assert of(floor, contact).owner is None
    floor.pass_time(31)
    assert [each.leg for each in floor.commands(HangUp)] == [contact.id]


def test_without_a_message_the_phone_rings_on() -> None:
    floor, script = predictive(Mode.PREDICTIVE, agents=(ADA,), waiting_message="")
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    floor.pass_time(2.5)
    assert not floor.commands(HangUp)
    floor.clear(floor.phone, 486)
    assert [each.leg for each in floor.commands(HangUp)] == [contact.id]
    assert counted(floor) == (1, 1)


def test_an_agent_who_logs_out_while_the_phone_rings_is_out_when_it_failed() -> None:
    floor, contact = ringing_too_long()
    floor.ask(commands.LogOut(ADA))
    floor.engine_says(PlayFinished(contact.id, f"queue_message/{contact.interaction}", floor.now))
    floor.clear(contact, by=ClearedBy.US)
    assert floor.agent().state is AgentState.LOGGED_OUT
    assert LegRole.AGENT not in {each.role for each in floor.commands(Dial)}


def test_a_contact_who_waits_as_the_campaign_stops_still_gets_the_next_agent() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.answer(second)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.clear(first)
    floor.ask(Done(ADA, of(floor, first).id))
    assert floor.agent().interaction == second.interaction
    floor.clear(second)
    floor.ask(Done(ADA, of(floor, second).id))
    assert counted(floor) == (2, 0)
    assert floor.campaign.state == "loaded"
    assert len(floor.commands(HangUp)) == 1, "the standing leg goes with the last call"


@pytest.mark.parametrize("how", ["desktop", "phone"])
def test_who_asked_to_log_out_is_logged_out_whatever_else_goes_wrong(how: str) -> None:
    floor, script = predictive(agents=(ADA,))
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    floor.ask(commands.LogOut(ADA))
    if how == "desktop":
        floor.say(DesktopDisconnected(ADA))
        floor.pass_time(DESKTOP_GRACE_S + 1)
    else:
        floor.clear(floor.engaged, by=ClearedBy.MEDIA)
        floor.clear(floor.phone, 486)
    floor.clear(contact)
    floor.ask(Done(ADA, of(floor, contact).id))
    assert floor.agent().state is AgentState.LOGGED_OUT


def test_a_message_that_cannot_be_played_leaves_nobody_in_silence() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.answer(second)
    fault = EngineFault("play", "no such file", floor.now, second.id)
    floor.engine_says(fault)
    assert not floor.commands(HangUp), "it was the comfort noise"
    floor.pass_time(2.1)
    floor.engine_says(fault)
    assert [each.leg for each in floor.commands(HangUp)] == [second.id]
    floor.engine_says(EngineFault("play", "no such file", floor.now, first.id))
    assert of(floor, first).state is InteractionState.CONNECTED


def test_an_older_engine_that_does_not_know_a_command_is_named_with_the_remedy() -> None:
    floor, script = predictive(agents=(ADA,))
    first, second = dial(floor, script, 2)
    floor.answer(first)
    floor.answer(second)
    floor.pass_time(2.1)
    problem = "Engine e1 does not know the command 'play': it is older than the node. Upgrade the engine."
    floor.engine_says(CommandRefused("play", RefusedBecause.UNKNOWN, problem, floor.now, second.id))
    assert [each.leg for each in floor.commands(HangUp)] == [second.id], "nobody is left in silence"
    assert floor.world.engines[ENGINE].last_fault == f"play: {problem}"


def test_the_abilities_of_an_engine_are_those_that_it_names() -> None:
    floor, _ = predictive(agents=(ADA,))
    assert floor.world.engines[ENGINE].abilities == FIRST
    floor.engine_says(EngineReady(ENGINE, "boot-1", 1000, "1", floor.now, ("calls", "translation")))
    assert floor.world.engines[ENGINE].abilities == {Ability.CALLS}
