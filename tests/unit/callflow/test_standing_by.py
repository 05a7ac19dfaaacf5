"""The agent waits in the bridge for the contact's answer: the engine joins the two by itself."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy, Dial, Join, Joined, Leave, LegAnswered
from dialer.vocabulary.writes import SaveInteraction, SettleAttempt
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA
from tests.unit.callflow.scenes import after_call, dialling

ASM = Mode.PROGRESSIVE_ASM
MODES = pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PUSH_PREVIEW, ASM])


def _join(floor: Floor, *others: LegId) -> None:
    floor.engine_says(Joined(floor.contact.id, floor.interaction.bridge, others, floor.now))


@MODES
def test_the_agent_stands_by_in_the_bridge_that_the_contact_will_join(mode: Mode) -> None:
    floor = dialling(mode)
    dial = floor.commands(Dial)[-1]
    assert dial.leg == floor.contact.id
    assert dial.bridge == floor.interaction.bridge
    (join,) = floor.commands(Join)
    party = floor.interaction.party
    assert party is not None
    assert join == Join(party.leg, dial.bridge)  # type: ignore[arg-type]  # the agent's leg is up


def test_a_contact_who_calls_nobody_to_the_phone_leaves_the_bridge_empty() -> None:
    floor = dialling(ASM)
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
    floor.ask(commands.CallAgain(ADA, floor.interaction.id))
    (dial,), (join,) = floor.commands(Dial), floor.commands(Join)
    assert (join.leg, join.bridge) == (floor.engaged.id, dial.bridge)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, ASM])
def test_the_conversation_began_when_the_engine_joined_the_two_however_late_that_is_told(mode: Mode) -> None:
    floor = dialling(mode)
    party = floor.interaction.party
    assert party is not None
    assert party.leg is not None
    joined_at = floor.utc
    _join(floor, party.leg)
    answered = floor.now
    floor.pass_time(3.0)
    floor.engine_says(LegAnswered(floor.contact.id, answered))
    assert floor.interaction.state is InteractionState.CONNECTED
    assert floor.writes(SaveInteraction)[-1].connected_at == pytest.approx(joined_at)
    floor.clear(floor.contact)
    assert floor.writes(SettleAttempt)[-1].connected_at == pytest.approx(joined_at)


def test_early_media_is_no_conversation() -> None:
    floor = dialling(Mode.PROGRESSIVE)
    party = floor.interaction.party
    assert party is not None
    assert party.leg is not None
    _join(floor, party.leg)
    floor.pass_time(3.0)
    answered_at = floor.utc
    floor.answer(floor.contact)
    floor.clear(floor.contact)
    assert floor.writes(SettleAttempt)[-1].connected_at == pytest.approx(answered_at)


def test_without_the_agent_in_the_bridge_it_begins_when_we_join_them() -> None:
    floor = dialling(ASM)
    answered = floor.now
    floor.pass_time(3.0)
    floor.engine_says(LegAnswered(floor.contact.id, answered))
    connected_at = floor.utc
    floor.clear(floor.contact)
    assert floor.writes(SettleAttempt)[-1].connected_at == pytest.approx(connected_at)


def test_an_agent_who_is_lost_while_standing_by_is_not_taken_for_there() -> None:
    floor = dialling(ASM)
    _join(floor, floor.engaged.id)
    floor.clear(floor.engaged, by=ClearedBy.MEDIA)
    floor.answer(floor.contact)
    assert floor.interaction.state is not InteractionState.CONNECTED
