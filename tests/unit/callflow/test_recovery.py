"""A node that starts again: open interactions are adopted or settled, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from config.model import CampaignSettings, Mode
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.agent.legs import LegContext, write_context
from dialer.callflow.call.hold import Hold, Mute, Resume
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import HoldBy, InteractionState
from dialer.interactions.leg import LegPurpose
from dialer.interactions.living import decode, encode
from dialer.pacing.governor import Governor
from dialer.vocabulary import commands, events
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import (
    ClearedBy,
    Dial,
    HangUp,
    Join,
    Leave,
    LegAnswered,
    LegCleared,
    LegMedia,
    LegRole,
    LegSnapshot,
    LegStanding,
    Play,
)
from dialer.vocabulary.writes import BeginAttempt, ReleaseRecord, SaveInteraction, SettleAttempt, UpdateRecord
from dialer.world.world import make_governor
from tests.unit.callflow.ahead import dial, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, ENGINE, SPRING, campaign, record
from tests.unit.callflow.house import settings as house_settings
from tests.unit.callflow.scenes import after_call, dialing, offered, opened, ringing_phone, talking

ASM = Mode.PROGRESSIVE_ASM
UP = LegStanding.CONNECTED


def seen(leg: LegId, standing: LegStanding, context: str = "", *, held: bool = False) -> LegSnapshot:
    return LegSnapshot(leg, "a", leg, LegRole.OTHER, standing, context, None, None, None, False, held, 1.0, 1.0)  # type: ignore[arg-type]  # an id


def restarted(
    old: Floor, *, remember: bool = True, make_pacer: Callable[[CampaignSettings], Governor] = make_governor
) -> Floor:
    """A new node on the writes of the old one; the engine is not connected yet."""
    floor = Floor(old.world.settings, run="u")
    floor.world.make_pacer = make_pacer
    floor.now, floor.utc = old.now + 5, old.utc + 5
    floor.say(events.ConfigurationApplied(1, old.world.settings))
    floor.know(*old.world.agents)
    for each in old.world.campaigns.values():
        floor.say(events.CampaignRemembered(each.name, each.state, each.mode))
    for agent in old.world.agents.values():
        floor.say(events.AgentRemembered(agent.name, agent.state, agent.reason))
    for interaction in old.world.interactions.values() if remember else ():
        floor.say(events.InteractionRemembered(encode(interaction)))
    floor.say(events.Restored())
    return floor


def legs_of(old: Floor, *standings: LegStanding) -> tuple[LegSnapshot, ...]:
    """The old node's legs that the engine still has, with their contexts."""
    dials = {each.leg: each.context for each in old.commands(Dial)}
    known = list(old.world.legs)
    return tuple(
        seen(leg, at, dials.get(leg, "")) for leg, at in zip(known, standings or [UP] * len(known), strict=True)
    )


@pytest.mark.parametrize("scene", [offered, ringing_phone, dialing, talking, after_call])
@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, ASM])
def test_an_interaction_comes_back_from_its_bytes(mode: Mode, scene: object) -> None:
    if mode is ASM and scene in (offered, ringing_phone):
        return
    interaction = scene(mode).interaction  # type: ignore[operator]  # one of the scenes
    interaction.holds = {HoldBy.CONTACT, HoldBy.AGENT}
    again = decode(encode(interaction))
    assert encode(again) == encode(interaction)
    assert (again.state, again.holds, again.owner.state) == (  # type: ignore[union-attr]  # somebody is in it
        interaction.state,
        interaction.holds,
        interaction.owner.state,
    )


@pytest.mark.parametrize("scene", [offered, ringing_phone])
def test_a_record_on_a_desk_goes_back_and_the_agent_is_not_ready(scene: object) -> None:
    old = scene()  # type: ignore[operator]  # one of the scenes
    floor = restarted(old)
    assert [each.to_top for each in floor.writes(ReleaseRecord)] == [True]
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.RESTART)
    floor.connect_engine("boot-1", legs_of(old, *[LegStanding.ALERTING] * len(old.world.legs)))
    assert {each.leg for each in floor.commands(HangUp)} >= set(old.world.legs), "no phone rings for nothing"
    for leg in list(floor.world.legs.values()):
        floor.clear(leg, by=ClearedBy.US)
    assert not floor.world.legs
    assert not floor.world.interactions
    assert not floor.writes(BeginAttempt)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, ASM])
def test_a_conversation_is_adopted_with_its_audio(mode: Mode) -> None:
    old = talking(mode)
    floor = restarted(old)
    assert floor.agent().state is AgentState.BUSY
    floor.connect_engine("boot-1", legs_of(old))
    assert not floor.commands(HangUp)
    assert {each.leg for each in floor.commands(Join)} == set(old.world.legs)
    floor.ask(Hold(ADA, floor.interaction.id))
    floor.ask(Resume(ADA, floor.interaction.id))
    floor.clear(floor.contact)
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK


def test_a_conversation_on_hold_stays_on_hold_and_hears_music() -> None:
    old = talking()
    old.ask(Hold(ADA, old.interaction.id))
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old))
    assert all(each.hears == () for each in floor.commands(Join))
    assert [each.leg for each in floor.commands(Play)] == [floor.contact.id]


def test_a_conversation_whose_engine_is_gone_ends_in_after_call_work() -> None:
    old = talking(ASM)
    floor = restarted(old)
    floor.connect_engine("boot-2")
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.ANSWER]
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    assert not floor.world.legs


def test_a_dial_goes_on_and_is_answered() -> None:
    old = dialing(ASM)
    floor = restarted(old)
    assert floor.agent().state is AgentState.RESERVED
    floor.connect_engine("boot-1", legs_of(old, UP, LegStanding.ALERTING))
    assert floor.contact.state == "alerting"
    floor.answer(floor.contact)
    assert floor.interaction.state is InteractionState.CONNECTED
    assert not floor.commands(Dial), "nobody is dialed twice"


def test_an_answer_that_only_the_snapshot_tells_joins_too() -> None:
    old = dialing(ASM)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old, UP, UP))
    assert floor.interaction.state is InteractionState.CONNECTED
    floor.engine_says(LegAnswered(floor.contact.id, floor.now))
    assert floor.interaction.state is InteractionState.CONNECTED


def test_a_dial_that_the_engine_does_not_know_is_lost_once() -> None:
    old = dialing(ASM)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old)[:1])
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.SYSTEM_LOST]
    assert not floor.world.interactions
    assert not floor.commands(Dial)


def test_after_call_work_keeps_its_clock_and_an_overrun_stays_one() -> None:
    old = after_call()
    old.pass_time(20)
    floor = restarted(old)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.pass_time(30)
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.pass_time(10)
    assert floor.agent().reason == SystemReason.AFTER_CALL_OVERRUN
    again = restarted(floor)
    assert (again.agent().state, again.agent().reason) == (AgentState.NOT_READY, SystemReason.AFTER_CALL_OVERRUN)
    again.ask(Done(ADA, again.interaction.id))
    assert again.agent().interaction is None


def test_an_engaged_leg_is_adopted_and_not_kept_for_ever() -> None:
    old = opened(ASM, records=())
    old.ready()
    old.answer(old.engaged)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old))
    assert (floor.agent().engaged, floor.agent().state) == (old.engaged.id, AgentState.NOT_READY)
    floor.ready()
    assert not floor.commands(Dial)
    floor.ask(commands.GoNotReady(ADA, "break"))
    floor.pass_time(901)
    assert [each.leg for each in floor.commands(HangUp)] == [old.engaged.id]


def test_legs_that_nobody_knows_are_ended() -> None:
    old = talking()
    floor = restarted(old, remember=False)
    floor.connect_engine("boot-1", (*legs_of(old), seen(LegId("stranger"), UP, "not ours")))
    assert {each.leg for each in floor.commands(HangUp)} == {*old.world.legs, "stranger"}
    assert floor.history().count("orphan_leg_ended") == 3


def test_a_lost_agent_is_rung_again_after_the_restart_too() -> None:
    old = talking()
    old.clear(old.phone, by=ClearedBy.MEDIA)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old, UP, LegStanding.ALERTING))
    floor.answer(floor.leg(LegPurpose.AGENT))
    assert not floor.interaction.reconnecting
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old, UP, LegStanding.ALERTING))
    floor.pass_time(31)
    assert floor.contact.id in {each.leg for each in floor.commands(HangUp)}


@pytest.mark.parametrize("scene", [ringing_phone, dialing, talking])
def test_a_replay_and_strangers_change_nothing(scene: object) -> None:
    floor: Floor = scene()  # type: ignore[operator]  # one of the scenes
    gone = LegCleared(floor.phone.id, 200, "", None, ClearedBy.PEER, floor.now, answered=True, heard=True)
    floor.engine_says(gone)
    before = (len(floor.written), [each.state for each in floor.world.interactions.values()])
    floor.engine_says(gone)
    floor.engine_says(structs.replace(gone, leg=LegId("never seen")))
    floor.engine_says(LegAnswered(LegId("never seen"), floor.now))
    floor.engine_says(LegMedia(LegId("never seen"), True, False, True, "PCMA", floor.now))
    assert (len(floor.written), [each.state for each in floor.world.interactions.values()]) == before


def test_bytes_that_cannot_be_read_are_told_and_left() -> None:
    floor = Floor(opened().world.settings)
    floor.say(events.ConfigurationApplied(1, floor.world.settings))
    for live in (b"", b"\xc1", encode(talking().interaction)[:-9], b"\x80"):
        floor.say(events.InteractionRemembered(live))
    assert floor.history().count("interaction_unreadable") == 4
    assert not floor.world.interactions


@pytest.mark.parametrize(
    ("scene", "settled", "status"),
    [
        (offered, [], None),
        (dialing, ["system_lost"], "ready"),
        (talking, ["system_lost"], "updated"),
        (after_call, [], "updated"),
    ],
)
@pytest.mark.parametrize("gone", ["campaign", "agent"])
def test_what_was_open_for_a_campaign_or_an_agent_that_is_gone_is_closed(
    gone: str, scene: object, settled: list[str], status: str | None
) -> None:
    old: Floor = scene()  # type: ignore[operator]  # one of the scenes
    kept = old.world.settings if gone == "agent" else house_settings(campaign(name="autumn"))
    floor = Floor(kept, run="u")
    floor.say(events.ConfigurationApplied(1, kept))
    if gone == "campaign":
        floor.know(ADA)
    floor.say(events.InteractionRemembered(encode(old.interaction)))
    floor.say(events.Restored())
    assert [each.result for each in floor.writes(SettleAttempt)] == settled
    assert [each.status for each in floor.writes(UpdateRecord)] == ([status] if status else [])
    assert len(floor.writes(ReleaseRecord)) == (status is None)
    assert [(each.state, each.live) for each in floor.writes(SaveInteraction)] == [("finalized", None)]
    assert not floor.world.interactions


def test_what_was_lost_while_the_socket_was_down_is_said_again() -> None:
    floor = talking()
    legs = (seen(floor.phone.id, UP), seen(floor.contact.id, UP, held=True))
    floor.say(events.EngineDisconnected(ENGINE))
    floor.ask(Mute(ADA, floor.interaction.id, True))
    floor.forget_outputs()
    floor.connect_engine("boot-1", legs)
    assert floor.interaction.holds == {HoldBy.CONTACT}
    assert all(each.hears == () for each in floor.commands(Join))
    floor.forget_outputs()
    floor.hold(floor.contact, on=False)
    assert floor.commands(Join)[-1].heard_by == ()


def test_running_campaigns_run_on_and_modes_are_kept() -> None:
    old = opened()
    old.ask(commands.ChangeMode(SPRING, "PUSH_PREVIEW", "sue"))
    floor = restarted(old)
    assert (floor.campaign.state, floor.campaign.mode) == ("running", Mode.PUSH_PREVIEW)


def test_a_phone_that_was_rung_for_a_call_again_is_no_engaged_leg_after_the_restart() -> None:
    old = talking(ASM)
    old.clear(old.engaged, by=ClearedBy.PEER)
    old.clear(old.contact, by=ClearedBy.US)
    old.ask(CallAgain(ADA, old.interaction.id))
    floor = restarted(old)
    floor.connect_engine("boot-2")
    assert floor.agent().state is AgentState.AFTER_CALL_WORK
    floor.ask(Done(ADA, floor.interaction.id))
    assert floor.agent().interaction is None


def test_the_laws_clock_runs_on_over_a_restart_while_a_phone_rings() -> None:
    old, script = predictive(Mode.PREDICTIVE, agents=(ADA,))
    (contact,) = dial(old, script, 1)
    old.answer(contact)
    old.ring(old.phone)
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old, UP, LegStanding.ALERTING))
    floor.settle()
    assert floor.interaction.attempt is not None
    assert floor.interaction.attempt.abandoned
    assert floor.interaction.state is InteractionState.QUEUED, "the phone rings on"


def test_a_standing_leg_that_talks_for_a_campaign_that_rings_phones_is_still_standing() -> None:
    old = talking(ASM)
    old.interaction.asm = False
    floor = restarted(old)
    context = write_context(LegContext(LegPurpose.ENGAGED, None, ADA))
    floor.connect_engine("boot-1", tuple(seen(leg, UP, context) for leg in old.world.legs))
    assert floor.agent().engaged == floor.engaged.id
    floor.clear(floor.contact)
    assert not floor.commands(HangUp)
    assert [each.leg for each in floor.commands(Leave)] == [floor.engaged.id]


def test_an_agent_stands_by_again_once_the_engine_is_back() -> None:
    floor = dialing(ASM)
    legs = (seen(floor.engaged.id, LegStanding.CONNECTED), seen(floor.contact.id, LegStanding.ALERTING))
    floor.say(events.EngineDisconnected(ENGINE))
    floor.forget_outputs()
    floor.connect_engine("boot-1", legs)
    assert floor.commands(Join) == [Join(floor.engaged.id, floor.interaction.bridge)]


def test_a_phone_that_was_rung_again_is_known_as_the_engaged_one_after_a_restart() -> None:
    old = talking(ASM, records=(record(1),))
    old.clear(old.engaged, by=ClearedBy.MEDIA)
    old.answer(old.phone)
    old.clear(old.contact)
    old.ask(Done(ADA, old.interaction.id))
    (left,) = old.world.legs
    floor = restarted(old)
    floor.connect_engine("boot-1", legs_of(old))
    assert floor.agent().engaged == left
    assert not floor.commands(HangUp)
