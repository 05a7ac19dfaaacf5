"""An engaged leg that was moved by a transfer at the phone: it is reported, ended, and the agent's phone rung again."""

from __future__ import annotations

from config.model import Mode
from dialer.agents.agent import AgentState
from dialer.callflow.outcome.outcome import Done
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import Leg
from dialer.vocabulary.telephony import ClearedBy, Dial, HangUp, LegMedia
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, record
from tests.unit.callflow.scenes import opened, talking


def named(floor: Floor, leg: Leg, user: str) -> None:
    """The switch asserts the party at the other end."""
    floor.engine_says(LegMedia(leg.id, True, False, False, "PCMA", floor.now, user))


def told(floor: Floor) -> list[str]:
    return [each["code"] for each in floor.facts("phone_failed")]


def test_an_idle_leg_that_was_moved_is_ended_and_the_phone_is_rung_again() -> None:
    floor = opened(Mode.PROGRESSIVE_ASM, records=())
    floor.ready()
    leg = floor.engaged
    floor.answer(leg)
    named(floor, leg, "101")
    assert not floor.commands(HangUp)
    named(floor, leg, "102")
    assert [each.leg for each in floor.commands(HangUp)] == [leg.id]
    assert told(floor) == ["phone_moved"]
    assert "phone_moved" in floor.history()
    floor.forget_outputs()
    floor.clear(leg, by=ClearedBy.US)
    floor.tick()
    assert len(floor.commands(Dial)) == 1
    assert floor.agent().state is AgentState.READY


def test_a_conversation_goes_on_and_the_next_contact_is_not_joined() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    leg = floor.engaged
    named(floor, leg, "101")
    named(floor, leg, "102")
    assert floor.interaction.state is InteractionState.CONNECTED
    assert not [each for each in floor.commands(HangUp) if each.leg == leg.id]
    floor.records = [record(7)]
    floor.clear(floor.contact)
    floor.ask(Done(ADA, floor.interaction.id))
    floor.tick()
    assert leg.id in {each.leg for each in floor.commands(HangUp)}
    assert not floor.world.interactions


def test_a_switch_that_names_nobody_or_the_same_again_moves_nothing() -> None:
    floor = opened(Mode.PROGRESSIVE_ASM, records=())
    floor.ready()
    floor.answer(floor.engaged)
    for user in ("", "101", "", "101"):
        named(floor, floor.engaged, user)
    assert told(floor) == []
