"""An engine that died: each of its calls is settled once, by the known facts, and no contact is dialed again for it."""

from __future__ import annotations

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands, events
from dialer.vocabulary.reasons.reason import sentence_of
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp, LegRole, LegSnapshot, LegStanding
from dialer.vocabulary.writes import SettleAttempt
from dialer.words import spoken
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, ENGINE, MAIN, SPARE, trunk
from tests.unit.callflow.scenes import after_call, dialing, offered, ringing_phone, talking

ASM = Mode.PROGRESSIVE_ASM


def lose_engine(floor: Floor) -> None:
    """It dies and comes back without a leg."""
    floor.say(events.EngineDisconnected(ENGINE))
    floor.connect_engine("boot-2")


def test_a_dial_of_which_nothing_was_heard_is_lost_and_goes_over_no_other_trunk() -> None:
    floor = dialing(ASM, trunks=(trunk(MAIN), trunk(SPARE)))
    floor.forget_outputs()
    lose_engine(floor)
    (settled,) = floor.writes(SettleAttempt)
    assert settled.result is CallResult.SYSTEM_LOST
    assert not [dial for dial in floor.commands(Dial) if dial.role is LegRole.CONTACT]


def test_a_dial_that_was_being_cancelled_is_lost_not_cancelled() -> None:
    floor = dialing(ASM)
    assert floor.interaction.attempt is not None
    floor.interaction.attempt.cancel("by_agent", floor.now)
    floor.forget_outputs()
    floor.clear(floor.contact, by=ClearedBy.ENGINE, heard=True)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.SYSTEM_LOST]


def test_an_asm_conversation_ends_in_after_call_work_and_no_phone_is_rung_for_it() -> None:
    floor = talking(ASM)
    floor.forget_outputs()
    lose_engine(floor)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    assert floor.interaction.state is InteractionState.CLEARED
    assert spoken(sentence_of(floor.interaction.cause)) == "a fault of the telephone system"
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert floor.agent().pending is None
    assert not floor.commands(Dial)
    assert not floor.world.legs


def test_an_idle_agent_stays_ready_and_is_engaged_again_by_itself() -> None:
    floor = after_call(ASM)
    floor.ask(Done(ADA, floor.interaction.id, "not_ready"))
    floor.campaign.claim_after = floor.now + 100
    floor.campaign.pool.drain()
    floor.ready()
    floor.forget_outputs()
    lose_engine(floor)
    assert floor.agent().state is AgentState.READY
    assert [dial.role for dial in floor.commands(Dial)] == [LegRole.AGENT]


def test_agents_are_told_at_once_and_when_it_is_back() -> None:
    floor = offered()
    floor.forget_outputs()
    floor.say(events.EngineDisconnected(ENGINE))
    assert [each["up"] for each in floor.facts("telephony")] == [False]
    floor.connect_engine("boot-2")
    assert [each["up"] for each in floor.facts("telephony")] == [False, True]


def test_a_hang_up_that_was_lost_with_the_connection_is_said_again() -> None:
    floor = ringing_phone()
    phone = floor.phone
    floor.say(events.EngineDisconnected(ENGINE))
    floor.ask(commands.LogOut(ADA))
    floor.forget_outputs()
    there = LegSnapshot(
        leg=phone.id,
        account=phone.account,
        call_id=phone.id,
        role=LegRole.AGENT,
        standing=LegStanding.ALERTING,
        context="",
        bridge=None,
        hears=None,
        heard_by=None,
        held_by_us=False,
        held_by_peer=False,
        answered_at=None,
        begun_at=floor.now,
    )
    floor.connect_engine("boot-1", (there,))
    assert [each.leg for each in floor.commands(HangUp)] == [phone.id]
