"""An engine without ports, descriptors or legs: no trunk or phone is blamed, and no attempt is used up."""

from __future__ import annotations

import pytest

from config.model import Engine, Mode
from dialer.agents.agent import AgentState
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.dial.offers import DialRecord
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import LegPurpose
from dialer.vocabulary import commands
from dialer.vocabulary.events import EngineConnected
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import ClearedBy, Dial, EngineReady, LegCleared, SnapshotTaken
from dialer.vocabulary.writes import AddDial, ReleaseRecord, SettleAttempt, UpdateRecord
from dialer.words import say
from tests.complaints import complaint
from tests.unit.callflow.ahead import dial, predictive
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE, MAIN, SPARE, SPRING, record, settings, trunk
from tests.unit.callflow.scenes import after_call, dialing, opened, previewing, ringing_phone, talking

ASM = Mode.PROGRESSIVE_ASM
SENTENCE = "Engine-1 has no free RTP port from 20000 to 20008; widen rtp_port_low and rtp_port_high of the engine"
WORDS = "engine-1 has no free RTP port from 20000 to 20008; widen rtp_port_low and rtp_port_high of the engine"


def refuse(floor: Floor, leg: str) -> None:
    floor.engine_says(LegCleared(leg, 0, WORDS, None, ClearedBy.REFUSED, floor.now, exhausted=True))  # type: ignore[arg-type]  # an id


def test_no_trunk_is_blamed_and_no_record_is_used_up() -> None:
    floor = dialing(ASM, trunks=(trunk(), trunk(SPARE, priority=2)), records=(record(1),))
    refuse(floor, floor.contact.id)
    assert [each.trunk for each in floor.writes(AddDial)] == [MAIN]
    assert [each.result for each in floor.writes(SettleAttempt)] == [CallResult.SYSTEM_ERROR]
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.uncount, update.tried) == (RecordStatus.READY, 1, ())
    assert update.due_at == floor.utc + 30
    assert {complaint(floor.trunk(name)) for name in (MAIN, SPARE)} == {""}
    assert floor.agent().state is AgentState.READY


def test_dialing_waits_and_says_why() -> None:
    floor = dialing(ASM, records=(record(1), record(2)))
    refuse(floor, floor.contact.id)
    floor.forget_outputs()
    floor.tick(1)
    assert not floor.writes(AddDial)
    reason = floor.campaign.reason
    assert reason is not None
    assert say(reason.reason) == f"{WORDS[0].upper()}{WORDS[1:]}."
    assert floor.world.engines[floor.engaged.engine].shortage == WORDS
    floor.tick(5)
    assert len(floor.writes(AddDial)) == 1


def test_an_agents_phone_that_could_not_be_rung_is_rung_again() -> None:
    floor = opened(ASM, records=())
    floor.ready()
    refuse(floor, floor.engaged.id)
    assert floor.agent().state is AgentState.READY
    floor.forget_outputs()
    floor.tick(1)
    assert not floor.commands(Dial)
    floor.tick(5)
    assert len(floor.commands(Dial)) == 1


def test_it_is_told_once_while_it_lasts() -> None:
    floor = dialing(ASM, records=(record(1), record(2)))
    refuse(floor, floor.contact.id)
    floor.tick(5.5)
    refuse(floor, floor.contact.id)
    assert floor.history().count("engine_short") == 2
    floor.tick(1)
    assert floor.history().count("engine_short") == 2


def reasons(floor: Floor, topic: str) -> list[tuple[str, str]]:
    return [(each["code"], each["reason"]) for each in floor.facts(topic)]


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PUSH_PREVIEW])
def test_a_phone_that_was_not_rung_for_an_offer_leaves_its_agent_ready_and_told_why(mode: Mode) -> None:
    floor = ringing_phone(mode, records=(record(1),))
    refuse(floor, floor.phone.id)
    assert (floor.agent().state, floor.agent().reason, floor.agent().phone_error) == (AgentState.READY, "", "")
    assert reasons(floor, "offer_withdrawn") == [("engine_short", f"{SENTENCE}. It is tried again in a few seconds.")]
    assert not reasons(floor, "phone_failed")
    assert [each.to_top for each in floor.writes(ReleaseRecord)] == [True]
    floor.forget_outputs()
    floor.tick(1)
    assert not floor.world.interactions, "nothing is offered that could not be dialed"
    floor.tick(5)
    floor.pass_time(floor.campaign.settings.offer.look_s)
    assert floor.interaction.state is InteractionState.PREVIEW


def test_a_phone_that_was_not_rung_for_a_preview_leaves_its_agent_ready() -> None:
    floor = previewing()
    floor.ask(DialRecord(ADA, floor.interaction.id))
    refuse(floor, floor.phone.id)
    assert floor.agent().state is AgentState.READY
    assert [code for code, _ in reasons(floor, "offer_withdrawn")] == ["engine_short"]


def test_a_preview_is_kept_where_the_engine_is_known_to_be_short() -> None:
    floor = previewing()
    floor.world.engines[ENGINE].run_short(WORDS, floor.now)
    assert floor.refusal(DialRecord(ADA, floor.interaction.id)) == "engine_short"
    assert floor.interaction.state is InteractionState.PREVIEW
    floor.pass_time(6)
    floor.ask(DialRecord(ADA, floor.interaction.id))


def test_a_phone_that_was_not_rung_to_call_again_leaves_its_agent_in_after_call_work() -> None:
    floor = after_call()
    floor.ask(CallAgain(ADA, floor.interaction.id))
    refuse(floor, floor.phone.id)
    agent = floor.agent()
    assert (agent.state, agent.pending) == (AgentState.AFTER_CALL_WORK, None)
    assert [code for code, _ in reasons(floor, "call_again_failed")] == ["engine_short"]
    assert not reasons(floor, "phone_failed")


def test_a_contact_who_waits_is_kept_until_a_phone_can_be_rung() -> None:
    floor, script = predictive(Mode.PREDICTIVE, predictive={"connect_limit_s": 10})
    (contact,) = dial(floor, script, 1)
    floor.answer(contact)
    (first,) = [agent for agent in (floor.agent(ADA), floor.agent(BOB)) if agent.state is AgentState.RESERVED]
    floor.forget_outputs()
    refuse(floor, floor.phone.id)
    assert {floor.agent(name).state for name in (ADA, BOB)} == {AgentState.READY}
    assert not floor.commands(Dial), "neither of them is rung over an engine that is short"
    assert floor.interaction.state is InteractionState.QUEUED
    floor.tick(1)
    assert not floor.commands(Dial)
    assert "interaction" not in [each.topic.name for each in floor.published if each.key == first.interaction]
    floor.tick(5)
    assert len(floor.commands(Dial)) == 1
    assert {floor.agent(name).state for name in (ADA, BOB)} == {AgentState.READY, AgentState.RESERVED}


def test_a_phone_that_was_lost_is_rung_again_for_the_contact_on_the_line() -> None:
    floor = talking()
    floor.clear(floor.phone, by=ClearedBy.MEDIA)
    floor.forget_outputs()
    refuse(floor, floor.phone.id)
    assert floor.interaction.reconnecting
    floor.pass_time(3.5)
    assert len(floor.commands(Dial)) == 1, "the contact waits for it"
    floor.answer(floor.phone)
    assert not floor.interaction.reconnecting


def test_an_engine_that_is_not_short_rings_the_phone() -> None:
    other = EngineId("engine-2")
    floor = Floor(settings(engines=(Engine(name=ENGINE), Engine(name=other))), (record(1),))
    floor.open(ADA)
    floor.start()
    floor.say(EngineConnected(other, "boot-2"))
    floor.engine_says(EngineReady(other, "boot-2", 1000, "1", floor.now), other)
    floor.engine_says(SnapshotTaken(other, "boot-2", (), (), floor.now), other)
    floor.world.engines[ENGINE].run_short(WORDS, floor.now + 60)
    floor.ready()
    floor.pass_time(floor.campaign.settings.offer.look_s)
    assert floor.phone.engine == other


def test_a_test_call_says_what_its_engine_is_short_of() -> None:
    floor = opened(records=())
    call = str(floor.ask(commands.PlaceTestCall(SPRING, "+442079460001", "100@desk", "sue")))
    refuse(floor, floor.leg(LegPurpose.TEST).id)
    why = floor.world.test_calls[call].why
    assert why is not None
    assert say(why) == f"the phone could not be called: {WORDS}"
    assert floor.world.engines[ENGINE].is_short(floor.now)
