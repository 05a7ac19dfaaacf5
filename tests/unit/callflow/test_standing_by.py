"""The agent waits in the bridge for the contact's answer: the engine joins the two by itself."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.callflow.dial.again import CallAgain
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import LegPurpose, make_leg
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp, Join, Joined, Leave, LegAnswered, LegCleared
from dialer.vocabulary.writes import AddParty, SaveInteraction, SettleAttempt, SettleDial
from tests.complaints import complaint
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, ENGINE
from tests.unit.callflow.scenes import after_call, dialing, talking

ASM = Mode.PROGRESSIVE_ASM
MODES = pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PUSH_PREVIEW, ASM])


def _join(floor: Floor, *others: LegId) -> None:
    floor.engine_says(Joined(floor.contact.id, floor.interaction.bridge, others, floor.now))


@MODES
def test_the_agent_stands_by_in_the_bridge_that_the_contact_will_join(mode: Mode) -> None:
    floor = dialing(mode)
    dial = floor.commands(Dial)[-1]
    assert dial.leg == floor.contact.id
    assert dial.bridge == floor.interaction.bridge
    (join,) = floor.commands(Join)
    party = floor.interaction.owner
    assert party is not None
    assert join == Join(party.leg, dial.bridge)  # type: ignore[arg-type]  # the agent's leg is up


def test_a_contact_who_calls_nobody_to_the_phone_leaves_the_bridge_empty() -> None:
    floor = dialing(ASM)
    engaged, bridge = floor.engaged.id, floor.interaction.bridge
    floor.forget_outputs()
    floor.clear(floor.contact, 486)
    assert [each.leg for each in floor.commands(Leave)] == [engaged]
    (join,) = floor.commands(Join)
    assert (join.leg, join.bridge) == (engaged, floor.interaction.bridge), "the next contact is awaited"
    assert join.bridge != bridge
    assert floor.told.index(floor.commands(Leave)[0]) < floor.told.index(join)


def test_call_again_stands_by_too() -> None:
    floor = after_call(ASM)
    floor.forget_outputs()
    floor.ask(CallAgain(ADA, floor.interaction.id))
    (dial,), (join,) = floor.commands(Dial), floor.commands(Join)
    assert (join.leg, join.bridge) == (floor.engaged.id, dial.bridge)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, ASM])
def test_the_conversation_began_when_the_engine_joined_the_two_however_late_that_is_told(mode: Mode) -> None:
    floor = dialing(mode)
    party = floor.interaction.owner
    assert party is not None
    assert party.leg is not None
    joined_at = floor.utc
    _join(floor, party.leg)
    answered = floor.now
    floor.pass_time(3.0)
    floor.engine_says(LegAnswered(floor.contact.id, answered))
    assert floor.interaction.state is InteractionState.CONNECTED
    assert floor.writes(SaveInteraction)[-1].connected_at == pytest.approx(joined_at, abs=0.001)
    assert floor.writes(AddParty)[-1].talking_at == pytest.approx(joined_at, abs=0.001)
    assert floor.campaign.today.ring_s == pytest.approx(0.0, abs=0.001)
    floor.clear(floor.contact)
    assert floor.writes(SettleAttempt)[-1].connected_at == pytest.approx(joined_at, abs=0.001)


def test_early_media_is_no_conversation() -> None:
    floor = dialing(Mode.PROGRESSIVE)
    party = floor.interaction.owner
    assert party is not None
    assert party.leg is not None
    _join(floor, party.leg)
    floor.pass_time(3.0)
    answered_at = floor.utc
    floor.answer(floor.contact)
    floor.clear(floor.contact)
    assert floor.writes(SettleAttempt)[-1].connected_at == pytest.approx(answered_at, abs=0.001)


def test_without_the_agent_in_the_bridge_it_begins_when_we_join_them() -> None:
    floor = dialing(ASM)
    answered = floor.now
    floor.pass_time(3.0)
    floor.engine_says(LegAnswered(floor.contact.id, answered))
    connected_at = floor.utc
    floor.clear(floor.contact)
    assert floor.writes(SettleAttempt)[-1].connected_at == pytest.approx(connected_at, abs=0.001)


def test_an_agent_who_is_lost_while_standing_by_is_not_taken_for_there() -> None:
    floor = dialing(ASM)
    _join(floor, floor.engaged.id)
    floor.clear(floor.engaged, by=ClearedBy.MEDIA)
    floor.answer(floor.contact)
    assert floor.interaction.state is not InteractionState.CONNECTED


def test_a_conversation_ended_when_the_leg_did_however_late_that_is_told() -> None:
    floor = talking(ASM)
    ended, ended_at = floor.now + 10, floor.utc + 10
    floor.pass_time(60)
    floor.engine_says(_ended(floor, ended))
    assert floor.writes(SettleAttempt)[-1].ended_at == pytest.approx(ended_at, abs=0.001)
    assert floor.writes(SettleDial)[-1].at == pytest.approx(ended_at, abs=0.001)
    assert floor.interaction.cleared_at == pytest.approx(ended_at, abs=0.001)
    assert floor.campaign.today.talk_s == pytest.approx(10.0, abs=0.001)


@pytest.mark.parametrize("by", list(ClearedBy))
def test_however_the_agents_leg_ends_nobody_is_left_to_answer_for_nobody(by: ClearedBy) -> None:
    floor = dialing(ASM)
    contact = floor.contact
    floor.ring(contact)
    floor.clear(floor.engaged, by=by)
    assert contact.id in {each.leg for each in floor.commands(HangUp)}
    floor.answer(contact)
    floor.clear(contact, by=ClearedBy.US)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ABANDONED, True)


def test_a_standing_leg_that_ends_takes_no_call_with_it_that_another_phone_leg_waits_for() -> None:
    floor = dialing(Mode.PROGRESSIVE)
    standing = make_leg(floor.world.mint.leg(), ENGINE, floor.phone.account, LegPurpose.ENGAGED)
    standing.agent = floor.agent().name
    floor.agent().engaged = standing.id
    floor.world.legs[standing.id] = standing
    floor.clear(standing, by=ClearedBy.US)
    assert not floor.commands(HangUp)


def test_an_answer_that_comes_to_no_call_is_a_live_answer_without_an_agent() -> None:
    """A 200 without a codec of ours: the engine ends it before it is a call, and reports only its end."""
    floor = dialing(ASM)
    floor.engine_says(_ended(floor, floor.now))
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ABANDONED, True)
    assert settled.answered_at == pytest.approx(floor.utc, abs=0.001)
    assert "no audio" in complaint(floor.trunk())


def _ended(floor: Floor, at: float) -> LegCleared:
    return LegCleared(floor.contact.id, 200, "OK", None, ClearedBy.PEER, at, answered=True, heard=True)
