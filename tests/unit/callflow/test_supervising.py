"""Interactions that supervisors close or reassign, and work whose agent has gone."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Mode
from dialer.agents.agent import AgentState, SystemReason
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.campaigns.campaign import CampaignState
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands, events
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import HangUp
from dialer.vocabulary.writes import AddHistory, ReleaseRecord, SaveInteraction, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE, SPRING
from tests.unit.callflow.scenes import after_call, dialing, offered, opened, previewing, ringing_phone, talking


def close(floor: Floor, disposition: str | None = None) -> None:
    floor.ask(commands.CloseInteraction(floor.interaction.id, "sue", "nobody there", disposition))


def state(floor: Floor) -> CampaignState:
    return floor.campaign.state


def last(floor: Floor) -> SaveInteraction:
    return [each for each in floor.writes(SaveInteraction) if each.state == "finalized"][-1]


def overrun(*, desktop: bool = False, **more: Any) -> Floor:
    """After-call work is over its limit; the agent has gone, or sits before a desktop."""
    floor = after_call(Mode.PROGRESSIVE, **more)
    floor.say(events.DesktopConnected(ADA))
    if not desktop:
        floor.say(events.DesktopDisconnected(ADA))
    floor.pass_time(61)
    assert floor.interaction.after_call is not None
    assert floor.interaction.after_call.ends_at is None
    assert floor.agent().state is AgentState.NOT_READY
    return floor


def test_work_that_was_left_open_is_closed_with_the_result_that_was_found() -> None:
    floor = overrun()
    close(floor)
    assert not floor.world.interactions
    assert (last(floor).found_result, last(floor).agent_result, last(floor).disposition) == (
        CallResult.ANSWER,
        None,
        "",
    )
    assert [each.result for each in floor.writes(UpdateRecord)] == [CallResult.ANSWER]
    told = next(each for each in floor.writes(AddHistory) if each.kind == "interaction_closed")
    assert told.facts is not None
    assert (told.facts["by"], told.facts["reason"], told.facts["state"]) == ("sue", "nobody there", "cleared")
    assert floor.agent().state is AgentState.NOT_READY


def test_the_disposition_of_a_forced_close_is_the_supervisors_if_one_is_given() -> None:
    floor = overrun()
    assert (
        floor.refusal(commands.CloseInteraction(floor.interaction.id, "sue", "left", "nothing"))
        == "unknown_disposition"
    )
    close(floor, "sale")
    assert last(floor).disposition == "sale"
    floor = after_call()
    floor.ask(SetOutcome(ADA, floor.interaction.id, disposition="no"))
    close(floor)
    assert last(floor).disposition == "no", "the agent's stays"


def test_a_mandatory_outcome_does_not_bind_a_supervisor() -> None:
    floor = overrun(outcome={"note_mandatory": True})
    close(floor)
    assert not floor.world.interactions


@pytest.mark.parametrize("make", [talking, dialing])
@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM])
def test_a_call_is_ended_and_closed_with_its_end(make: Any, mode: Mode) -> None:
    floor = make(mode)
    contact = floor.contact
    close(floor)
    assert contact.id in [each.leg for each in floor.commands(HangUp)]
    assert floor.world.interactions, "until the leg has ended"
    floor.records = []
    floor.clear(contact, 487)
    assert not [each for each in floor.world.interactions.values() if each.closed_by]
    assert last(floor).found_result in (CallResult.ANSWER, CallResult.CANCELLED)
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)
    assert "interaction_closed" in floor.topics()


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM])
def test_a_call_whose_engine_does_not_come_back_is_closed_when_it_is_asked_again(mode: Mode) -> None:
    floor = talking(mode)
    floor.say(events.EngineDisconnected(ENGINE))
    floor.records = []
    close(floor)
    assert floor.interaction.state is InteractionState.CONNECTED, "the engine may be back in a moment"
    close(floor)
    assert not floor.world.interactions
    assert floor.agent().engaged is None, "the phone may hear the contact yet"


def test_a_second_close_does_not_wait_for_an_end_that_does_not_come() -> None:
    floor = talking()
    close(floor)
    assert floor.interaction.state is InteractionState.CONNECTED
    close(floor)
    assert not [each for each in floor.world.interactions.values() if each.closed_by]


@pytest.mark.parametrize("make", [offered, ringing_phone, previewing])
def test_a_record_that_was_not_dialed_goes_back(make: Any) -> None:
    floor = make()
    floor.records = []
    close(floor)
    assert len(floor.writes(ReleaseRecord)) >= 1
    assert "offer_withdrawn" in floor.topics()
    assert floor.agent().state in (AgentState.READY, AgentState.RESERVED)


@pytest.mark.parametrize("ready", [True, False])
def test_after_call_work_goes_to_another_agent(ready: bool) -> None:
    floor = after_call(agents=(ADA, BOB))
    floor.say(events.DesktopConnected(ADA))
    floor.ask(SetOutcome(ADA, floor.interaction.id, note="half of it"))
    floor.records = []
    if ready:
        floor.campaign.pool.drain()
        floor.ready(BOB)
    floor.pass_time(61)
    floor.ask(commands.ReassignInteraction(floor.interaction.id, BOB, "sue", "gone home"))
    work = floor.interaction
    assert (work.agent, work.note) == (BOB, "half of it")
    assert floor.agent(BOB).state is (AgentState.AFTER_CALL_WORK if ready else AgentState.NOT_READY)
    assert floor.agent().interaction is None
    assert work.after_call is not None
    assert work.after_call.ends_at == floor.utc + 60, "its time begins anew"
    assert floor.refusal(Done(ADA, work.id)) == "not_your_interaction"
    floor.ask(Done(BOB, work.id, "not_ready"))
    assert last(floor).agent == BOB
    assert {"interaction_reassigned", "interaction_assigned"} <= set(floor.topics())


def test_an_offer_goes_to_another_agent_with_what_was_written() -> None:
    floor = previewing(agents=(ADA, BOB))
    floor.ask(SetOutcome(ADA, floor.interaction.id, note="ring twice"))
    record = floor.interaction.record
    floor.ready(BOB)
    floor.ask(commands.ReassignInteraction(floor.interaction.id, BOB, "sue", "speaks French"))
    assert (floor.interaction.agent, floor.interaction.note) == (BOB, "ring twice")
    assert floor.interaction.record == record
    assert not [each for each in floor.writes(ReleaseRecord) if record and each.record == record.record]


def test_who_cannot_take_it_is_refused() -> None:
    floor = talking(agents=(ADA, BOB))
    give = commands.ReassignInteraction(floor.interaction.id, BOB, "sue", "x")
    assert floor.refusal(give) == "call_in_progress"
    floor = after_call(agents=(ADA, BOB))
    floor.ask(commands.LogOut(BOB))
    assert floor.refusal(commands.ReassignInteraction(floor.interaction.id, BOB, "sue", "x")) == "agent_occupied"
    floor.know(BOB, team="service")
    assert floor.refusal(commands.ReassignInteraction(floor.interaction.id, BOB, "sue", "x")) == "not_in_campaign"


def test_unloading_ends_by_itself_where_the_agent_of_the_last_work_is_gone() -> None:
    floor = overrun()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert state(floor) is CampaignState.LOADED
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    assert state(floor) is CampaignState.INACTIVE
    assert not floor.world.interactions
    assert "after_call_deserted" in floor.history()


def test_it_waits_for_an_agent_who_is_there_and_ends_when_the_agent_goes() -> None:
    floor = overrun(desktop=True)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    assert state(floor) is CampaignState.UNLOADING
    floor.say(events.DesktopDisconnected(ADA))
    floor.pass_time(31)
    assert state(floor) is CampaignState.INACTIVE


def test_unloading_ends_when_the_time_of_who_is_gone_is_over() -> None:
    floor = after_call()
    floor.say(events.DesktopConnected(ADA))
    floor.say(events.DesktopDisconnected(ADA))
    floor.pass_time(31)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    assert state(floor) is CampaignState.UNLOADING, "there is time left to come back"
    floor.pass_time(30)
    assert state(floor) is CampaignState.INACTIVE


@pytest.mark.parametrize("before", ["loaded", "running", "stopping", "unloading"])
def test_a_forced_unload_works_in_every_state(before: str) -> None:
    floor = overrun(desktop=True, on_stop_ringing="leave") if before != "stopping" else talking()
    if before != "running":
        floor.ask(commands.StopCampaign(SPRING, "sue"))
    if before == "unloading":
        floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    assert floor.campaign.state == before
    floor.ask(commands.UnloadCampaign(SPRING, "sue", force=True))
    assert state(floor) is CampaignState.INACTIVE
    assert len(floor.campaign.pool) == 0
    assert bool(floor.world.interactions) is (before == "stopping"), "conversations go on"
    floor.ask(commands.LoadCampaign(SPRING, "sue"))


def test_a_forced_unload_of_a_running_campaign_takes_offers_and_gives_up_what_rings() -> None:
    floor = dialing()
    floor.ask(commands.UnloadCampaign(SPRING, "sue", force=True))
    assert floor.contact.id in [each.leg for each in floor.commands(HangUp)]
    floor = offered()
    floor.ask(commands.UnloadCampaign(SPRING, "sue", force=True))
    assert not floor.world.interactions
    assert floor.agent().state is AgentState.READY


def test_who_never_had_a_desktop_is_not_ready_after_the_same_grace() -> None:
    floor = opened()
    floor.records = []
    floor.campaign.pool.drain()
    floor.ready()
    floor.say(events.DesktopAwaited(ADA))
    floor.pass_time(29)
    assert floor.agent().state is AgentState.READY
    floor.pass_time(2)
    assert (floor.agent().state, floor.agent().reason) == (AgentState.NOT_READY, SystemReason.DESKTOP_LOST)
    floor.ready()
    floor.say(events.DesktopAwaited(ADA))
    floor.say(events.DesktopConnected(ADA))
    floor.pass_time(60)
    assert floor.agent().state is AgentState.READY
