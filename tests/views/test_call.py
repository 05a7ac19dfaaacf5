"""The status of a call in an agent's words, in every state that an interaction can have."""

from __future__ import annotations

import pytest
from msgspec import structs

from config.model import Mode
from dialer.agents.agent import AgentTrigger, Pending, SystemReason, Wish
from dialer.campaigns.campaign import CampaignTrigger
from dialer.interactions.attempt import make_attempt
from dialer.interactions.interaction import (
    AfterCall,
    EndedBy,
    HoldBy,
    Interaction,
    InteractionState,
)
from dialer.interactions.leg import LegPurpose, LegTrigger, make_leg
from dialer.interactions.party import PARTY_TABLE, PartyState, PartyTrigger
from dialer.machine import Machine
from dialer.views.agent import agent_summary, agent_view, reasons
from dialer.views.call import call_status
from dialer.views.desk import desk_view
from dialer.views.interaction import interaction_summary, interaction_view
from dialer.views.labels import plain, reason_label
from dialer.vocabulary.ids import (
    AttemptId,
    CampaignName,
    LegId,
    OfferId,
)
from dialer.vocabulary.reasons.calls import AgentPhoneLost, Cause, LegEnded, NotReached
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy
from dialer.words import spoken
from dialer.world.world import World

from .floor import ACCOUNT, ENGINE, NOON, anna, make_interaction, make_world


def words(world: World, interaction: Interaction) -> tuple[str, str, float | None]:
    status = call_status(world, interaction, NOON)
    return status.phase.value, spoken(status.words), status.since


def test_before_the_contact_is_dialed() -> None:
    world = make_world()
    interaction = make_interaction(world)
    party = interaction.parties[0]
    assert words(world, interaction) == ("previewing", "Preview", NOON.utc - 50)
    party.offer = OfferId("t-O1")
    assert words(world, interaction) == ("offered", "Offered", NOON.utc - 50)
    party.machine.advance(PartyTrigger.RING, NOON.monotonic - 4)
    assert words(world, interaction) == ("phone_ringing", "Your phone is ringing", NOON.utc - 4)


@pytest.mark.parametrize(
    ("triggers", "phase"),
    [
        ((LegTrigger.DIAL,), "dialing"),
        ((LegTrigger.DIAL, LegTrigger.PROGRESS), "ringing"),
        ((LegTrigger.DIAL, LegTrigger.ALERT), "ringing"),
        ((LegTrigger.DIAL, LegTrigger.ALERT, LegTrigger.HANG_UP), "dialing"),
    ],
)
def test_while_it_is_dialed(triggers: tuple[LegTrigger, ...], phase: str) -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.DIALING)
    interaction.attempt = make_attempt(AttemptId("t-A1"), interaction.number, NOON.utc - 7, NOON.monotonic - 7)
    assert words(world, interaction) == ("dialing", "Dialing", NOON.utc - 7)
    leg = make_leg(LegId("t-L1"), ENGINE, ACCOUNT, LegPurpose.CONTACT)
    for trigger in triggers:
        leg.machine.advance(trigger, NOON.monotonic)
    world.legs[leg.id] = leg
    interaction.contact_leg = leg.id
    assert words(world, interaction)[0] == phase


@pytest.mark.parametrize(
    ("holds", "said", "held_by"),
    [
        ({HoldBy.AGENT}, "On hold by you", ("agent",)),
        ({HoldBy.AGENT_PHONE}, "On hold by your phone", ("agent_phone",)),
        ({HoldBy.CONTACT, HoldBy.AGENT}, "On hold by you and the contact", ("agent", "contact")),
    ],
)
def test_on_hold_says_by_whom(holds: set[HoldBy], said: str, held_by: tuple[str, ...]) -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CONNECTED)
    interaction.connected_at = NOON.utc - 30
    assert words(world, interaction) == ("connected", "Connected", NOON.utc - 30)
    interaction.holds = holds
    status = call_status(world, interaction, NOON)
    assert (status.phase, spoken(status.words), status.held_by) == ("on_hold", said, held_by)


def test_a_lost_phone_and_a_contact_who_waits() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CONNECTED)
    interaction.parties[0].machine = Machine(PARTY_TABLE, "p", PartyState.RECONNECTING)
    assert words(world, interaction)[:2] == ("reconnecting", "Your phone was lost and is rung again")
    waiting = make_interaction(world, InteractionState.QUEUED)
    waiting.queued_at = NOON.utc - 2
    assert words(world, waiting) == ("waiting", "Answered, waiting for an agent", NOON.utc - 2)


@pytest.mark.parametrize(
    ("by", "cause", "said"),
    [
        (EndedBy.AGENT, LegEnded(ClearedBy.US), "Ended by you"),
        (EndedBy.CONTACT, LegEnded(ClearedBy.PEER), "Ended by the contact"),
        (EndedBy.SYSTEM, LegEnded(ClearedBy.MEDIA), "Ended by the system: the line went dead (no audio)"),
        (EndedBy.CONTACT, "", "Ended by the contact"),
        (None, "", "Ended"),
    ],
)
def test_the_end_says_by_whom_and_why(by: EndedBy | None, cause: Cause | str, said: str) -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CLEARED)
    interaction.conversed = True
    interaction.ended_by, interaction.cause, interaction.cleared_at = by, cause, NOON.utc - 1
    assert words(world, interaction) == ("ended", said, NOON.utc - 1)


def test_who_was_not_reached_is_told_with_the_reason() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CLEARED)
    interaction.cause, interaction.cleared_at = NotReached("busy", 486, "486 Busy Here"), NOON.utc - 1
    said = "Not reached: the line is busy (486 Busy Here)"
    assert words(world, interaction) == ("not_reached", said, NOON.utc - 1)


@pytest.mark.parametrize(
    ("state", "cause", "holds", "own", "others"),
    [
        (InteractionState.CLEARED, LegEnded(ClearedBy.US), (), "Ended by you", "Ended by the agent"),
        (
            InteractionState.CLEARED,
            AgentPhoneLost(),
            (),
            "Ended by the system: your phone was lost",
            "Ended by the system: the agent's phone was lost",
        ),
        (InteractionState.CONNECTED, "", (HoldBy.AGENT,), "On hold by you", "On hold by the agent"),
        (
            InteractionState.CONNECTED,
            "",
            (HoldBy.AGENT_PHONE, HoldBy.CONTACT),
            "On hold by your phone and the contact",
            "On hold by the agent's phone and the contact",
        ),
        (
            InteractionState.CONNECTED,
            "",
            (HoldBy.AGENT, HoldBy.AGENT_PHONE),
            "On hold by you and your phone",
            "On hold by the agent and the agent's phone",
        ),
    ],
)
def test_supervisors_read_of_the_agent_and_not_of_themselves(
    state: InteractionState, cause: Cause | str, holds: tuple[HoldBy, ...], own: str, others: str
) -> None:
    world = make_world()
    interaction = make_interaction(world, state)
    interaction.conversed, interaction.cause, interaction.holds = True, cause, set(holds)
    interaction.ended_by = EndedBy.SYSTEM
    assert spoken(interaction_view(world, interaction, NOON).status.words) == own
    assert spoken(interaction_view(world, interaction, NOON, own=False).status.words) == others
    assert spoken(interaction_summary(world, interaction, NOON).words) == others


@pytest.mark.parametrize("state", list(InteractionState))
@pytest.mark.parametrize("party", list(PartyState))
def test_nothing_that_supervisors_read_says_you(state: InteractionState, party: PartyState) -> None:
    world = make_world()
    interaction = make_interaction(world, state)
    interaction.parties[0].machine = Machine(PARTY_TABLE, "p", party)
    said = spoken(interaction_summary(world, interaction, NOON).words).lower().split()
    assert not {"you", "your"} & set(said)


@pytest.mark.parametrize("state", list(InteractionState))
def test_every_state_can_be_shown(state: InteractionState) -> None:
    world = make_world()
    interaction = make_interaction(world, state)
    interaction.after_call = AfterCall(NOON.utc + 60)
    assert spoken(interaction_view(world, interaction, NOON).status.words)
    assert interaction_summary(world, interaction, NOON).contact == "Ann"
    assert desk_view(world, anna(world), NOON).interaction is not None
    interaction.parties.clear()
    assert interaction_view(world, interaction, NOON).actions == ()


def test_after_call_work_tells_its_times() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CLEARED)
    rules = world.campaigns[interaction.campaign].settings.after_call
    interaction.parties[0].ended_at = NOON.utc
    interaction.after_call = AfterCall(NOON.utc + rules.limit_s, extensions=1)
    assert interaction_view(world, interaction, NOON).origin is None
    view = interaction_view(world, interaction, NOON).after_call
    assert view is not None
    assert (view.since, view.ends_at) == (NOON.utc, NOON.utc + rules.limit_s)
    assert view.warns_at == NOON.utc + rules.limit_s - rules.warning_s
    assert view.extensions_left == rules.max_extensions - 1
    interaction.after_call.ends_at = None
    view = interaction_view(world, interaction, NOON).after_call
    assert view is not None
    assert view.warns_at is None


def test_found_and_set_results_are_both_shown() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CLEARED)
    interaction.found_result, interaction.agent_result = CallResult.ANSWER, CallResult.WRONG_PARTY
    outcome = interaction_view(world, interaction, NOON).outcome
    assert outcome.found_result is not None
    assert outcome.agent_result is not None
    assert (spoken(outcome.found_result.label), spoken(outcome.agent_result.label)) == ("Answer", "Wrong party")
    assert interaction_summary(world, interaction, NOON).result == "wrong_party"


def test_an_engaged_agent_has_an_empty_record_until_somebody_is_connected() -> None:
    world = make_world(Mode.PROGRESSIVE_ASM)
    agent = anna(world)
    campaign = world.campaigns[CampaignName("spring")]
    for trigger in (AgentTrigger.LOG_IN, AgentTrigger.READY):
        agent.machine.advance(trigger, NOON.monotonic)
    leg = make_leg(LegId("t-L1"), ENGINE, ACCOUNT, LegPurpose.ENGAGED)
    world.legs[leg.id] = leg
    agent.engaged = leg.id
    leg.machine.advance(LegTrigger.DIAL, NOON.monotonic)
    assert agent_view(world, agent).engaged == "ringing"
    leg.machine.advance(LegTrigger.ANSWER, NOON.monotonic)
    assert (agent_view(world, agent).engaged, agent_view(world, agent).blank) == ("yes", None)
    for step in (CampaignTrigger.LOAD, CampaignTrigger.START):
        campaign.machine.advance(step, NOON.monotonic)
    blank = agent_view(world, agent).blank
    assert blank is not None
    assert spoken(blank.words) == "Waiting for a contact"
    interaction = make_interaction(world, InteractionState.DIALING)
    interaction.asm = True
    view = desk_view(world, agent, NOON)
    assert (view.interaction, view.agent.interaction) == (None, None)
    assert view.agent.blank is not None
    assert spoken(view.agent.blank.words) == "A contact is being dialed"
    interaction.connected_at = NOON.utc
    view = desk_view(world, agent, NOON)
    assert view.agent.blank is None
    assert view.interaction is not None


def test_what_is_pending_is_shown_with_its_reason() -> None:
    world = make_world()
    agent = anna(world)
    agent.pending = Pending(Wish.NOT_READY, "lunch")
    pending = agent_view(world, agent).pending
    assert pending is not None
    assert (pending.wish, spoken(pending.reason_label)) == ("not_ready", "Lunch")
    assert agent_summary(world, agent).pending == "not_ready"


def test_every_reason_of_the_system_has_words() -> None:
    settings = make_world().settings
    for reason in SystemReason:
        assert spoken(reason_label(settings, reason))[0].isupper()
        assert "_" not in spoken(reason_label(settings, reason))
    assert spoken(reason_label(settings, "")) == ""
    assert plain("wrong_party") == "Wrong party"
    assert [each.code for each in reasons(make_world())] == ["break", "lunch", "training"]


def test_no_extension_is_left_where_extend_is_refused() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CLEARED)
    interaction.conversed = True
    interaction.parties[0].machine = Machine(PARTY_TABLE, "p", PartyState.AFTER_CALL)
    for ends_at, left in ((NOON.utc + 5, 2), (None, 0)):
        interaction.after_call = AfterCall(ends_at)
        view = interaction_view(world, interaction, NOON)
        assert view.after_call is not None
        assert view.after_call.extensions_left == left
        extend = next(each for each in view.actions if each.command == "extend")
        assert extend.allowed is (left > 0)


def test_the_desk_shows_what_the_list_says_of_the_contact() -> None:
    world = make_world()
    interaction = make_interaction(world)
    assert interaction.record is not None
    interaction.record = structs.replace(interaction.record, origin="autumn fair", language="it")
    view = interaction_view(world, interaction, NOON)
    assert (view.origin, view.language) == ("autumn fair", "it")
