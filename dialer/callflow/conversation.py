"""A conversation: hold, mute, digits, the end, and an agent's leg that is lost in the middle of it."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentTrigger, SystemReason
from dialer.callflow.desk import give_free, make_not_ready
from dialer.callflow.ending import reconnect_timer, withdraw
from dialer.callflow.legs import (
    agent_leg,
    contact_leg,
    hang_up,
    join_all,
    mute,
    play,
    ring_agent,
    set_apart,
    stand_by,
    stop_play,
)
from dialer.callflow.sounds import COMFORT_NOISE, hold_music
from dialer.callflow.step import Step
from dialer.interactions.interaction import EndedBy, HoldBy, Interaction, InteractionState
from dialer.interactions.leg import Leg, LegPurpose, LegState
from dialer.interactions.party import Party, PartyState, PartyTrigger
from dialer.vocabulary import commands, telephony
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AgentName, InteractionId
from dialer.vocabulary.telephony import ClearedBy, LegCleared, LegMedia

#: A phone that was lost is rung anew this long after it failed or gave no sign.
RING_AGAIN_S = 3.0
#: Busy everywhere or here, declined: answers of a person.
REFUSED_BY_PERSON = frozenset({486, 600, 603})


def ring_again_timer(interaction: InteractionId) -> str:
    return f"ring_again/{interaction}"


def own(step: Step, agent: AgentName, id_: InteractionId) -> tuple[Interaction, Party]:
    """The interaction and the agent's party in it. Raises NotFound, or Refused if it is somebody else's."""
    interaction = step.world.interaction(id_)
    party = interaction.party
    if party is None or party.agent != agent:
        raise Refused("not_your_interaction", "This interaction is not on your desk.", interaction=id_)
    return interaction, party


def talking(step: Step, agent: AgentName, id_: InteractionId) -> tuple[Interaction, Party, Leg, Leg]:
    """The same, with both legs; raises Refused when nobody is connected."""
    interaction, party = own(step, agent, id_)
    contact, phone = contact_leg(step, interaction), agent_leg(step, interaction)
    connected = interaction.state is InteractionState.CONNECTED
    if not connected or contact is None or phone is None or interaction.reconnecting:
        raise Refused("not_connected", "There is no conversation with the contact now.", state=interaction.state)
    return interaction, party, contact, phone


def on_hold(step: Step, command: commands.Hold) -> None:
    interaction, _, contact, phone = talking(step, command.agent, command.interaction)
    if HoldBy.AGENT in interaction.holds:
        raise Refused("already_on_hold", "The contact is on hold already.")
    put_on_hold(step, interaction, HoldBy.AGENT, contact, phone)


def on_resume(step: Step, command: commands.Resume) -> None:
    interaction, _, contact, phone = talking(step, command.agent, command.interaction)
    if HoldBy.AGENT not in interaction.holds:
        raise Refused("not_on_hold", "The contact is not on hold by you.", holds=sorted(interaction.holds))
    take_off_hold(step, interaction, HoldBy.AGENT, contact, phone)


def put_on_hold(step: Step, interaction: Interaction, by: HoldBy, contact: Leg, phone: Leg) -> None:
    """Neither hears the other; the contact hears music or comfort noise, unless it was the contact who held."""
    first = not interaction.holds
    interaction.holds.add(by)
    if first:
        set_apart(step, interaction, contact)
        set_apart(step, interaction, phone)
    if by is not HoldBy.CONTACT:
        play(step, contact, hold_music(step.world.campaigns[interaction.campaign].settings), loop=True)
    party = interaction.party
    if party is not None and party.state is PartyState.TALKING:
        party.machine.advance(PartyTrigger.HOLD, step.now)
        step.save_party(interaction, party)
    step.history("held", interaction=interaction, by=by)
    step.interaction_changed(interaction)


def take_off_hold(step: Step, interaction: Interaction, by: HoldBy, contact: Leg, phone: Leg) -> None:
    interaction.holds.discard(by)
    party = interaction.party
    if interaction.reconnecting:
        play(step, contact, COMFORT_NOISE, loop=True)
    elif interaction.holds == {HoldBy.CONTACT}:
        stop_play(step, contact)
    elif not interaction.holds and party is not None:
        stop_play(step, contact)
        restore_audio(step, interaction, party, contact, phone)
    _resume_party(step, interaction)
    step.history("resumed", interaction=interaction, by=by)
    step.interaction_changed(interaction)


def _resume_party(step: Step, interaction: Interaction) -> None:
    party = interaction.party
    if not interaction.holds and party is not None and party.state is PartyState.HOLDING:
        party.machine.advance(PartyTrigger.RESUME, step.now)
        step.save_party(interaction, party)


def restate_audio(step: Step, interaction: Interaction) -> None:
    """Say once more who hears whom: what was said while an engine's socket was down is lost."""
    if interaction.asm and interaction.state is InteractionState.DIALING:
        stand_by(step, interaction)
        return
    party, contact, phone = interaction.party, contact_leg(step, interaction), agent_leg(step, interaction)
    if interaction.state is not InteractionState.CONNECTED or party is None or contact is None:
        return
    if interaction.reconnecting or phone is None:
        set_apart(step, interaction, contact)
        play(step, contact, COMFORT_NOISE, loop=True)
    elif not interaction.holds:
        restore_audio(step, interaction, party, contact, phone)
    else:
        set_apart(step, interaction, contact)
        set_apart(step, interaction, phone)
        if interaction.holds != {HoldBy.CONTACT}:
            play(step, contact, hold_music(step.world.campaigns[interaction.campaign].settings), loop=True)


def restore_audio(step: Step, interaction: Interaction, party: Party, contact: Leg, phone: Leg) -> None:
    join_all(step, interaction, contact, phone)
    if party.muted:
        mute(step, interaction, phone)


def on_mute(step: Step, command: commands.Mute) -> None:
    interaction, party, contact, phone = talking(step, command.agent, command.interaction)
    party.muted = command.on
    if not interaction.holds:
        restore_audio(step, interaction, party, contact, phone)
    step.interaction_changed(interaction)


def on_digits(step: Step, command: commands.SendDigits) -> None:
    _, _, contact, _ = talking(step, command.agent, command.interaction)
    if not command.digits or len(command.digits) > 32 or set(command.digits) - set("0123456789*#ABCD"):
        raise Refused("bad_digits", "Digits are 1 to 32 of 0-9 * # A-D.", digits=command.digits)
    step.tell(contact.engine, telephony.SendDigits(contact.id, command.digits))


def on_end_call(step: Step, command: commands.EndCall) -> None:
    """End call, in whatever state the call is; while the agent's own phone still rings, the record goes back."""
    interaction, party = own(step, command.agent, command.interaction)
    if interaction.state is InteractionState.PREVIEW and party.state is PartyState.ALERTING:
        step.history("given_up", interaction=interaction)
        withdraw(step, interaction)
        give_free(step, step.world.agent(command.agent), AgentTrigger.RELEASE)
        return
    if interaction.contact_leg is None or interaction.state is InteractionState.CLEARED:
        raise Refused("no_call", "There is no call to end.", state=interaction.state)
    end_by_agent(step, interaction)


def end_by_agent(step: Step, interaction: Interaction) -> None:
    interaction.ended_by = EndedBy.AGENT
    interaction.cause = "ended by you"
    if interaction.attempt is not None and interaction.state is InteractionState.DIALING:
        interaction.attempt.cancelled = "ended by the agent"
    hang_up(step, interaction.contact_leg)
    step.interaction_changed(interaction)


def on_media(step: Step, leg: Leg, event: LegMedia) -> None:
    """A phone's own hold and a contact's hold, told by SIP (RFC 3264 8.4)."""
    leg.held_by_us, leg.held_by_peer = event.held_by_us, event.held_by_peer
    _note_silence(step, leg, event)
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    if interaction is None or interaction.state is not InteractionState.CONNECTED:
        return
    by = HoldBy.CONTACT if leg.purpose is LegPurpose.CONTACT else HoldBy.AGENT_PHONE
    contact, phone = contact_leg(step, interaction), agent_leg(step, interaction)
    if contact is None or phone is None:
        return
    if event.held_by_peer and by not in interaction.holds:
        put_on_hold(step, interaction, by, contact, phone)
    elif not event.held_by_peer and by in interaction.holds:
        take_off_hold(step, interaction, by, contact, phone)


def _note_silence(step: Step, leg: Leg, event: LegMedia) -> None:
    if leg.silent is event.silent:
        return
    leg.silent = event.silent
    step.history("phone_silent" if leg.silent else "phone_heard", agent=leg.agent, leg=leg.id)
    step.start_timer("pace", 0.0)


def on_keyed(step: Step, leg: Leg, event: telephony.Digits) -> None:
    """Digits keyed at one end go to the other, as on a plain line (the bridge of the engine carries audio alone);
    nobody hears them on hold."""
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    if interaction is None or interaction.state is not InteractionState.CONNECTED or interaction.holds:
        return
    contact, phone = contact_leg(step, interaction), agent_leg(step, interaction)
    if contact is not None and phone is not None and phone.is_connected:
        other = phone if leg.id == contact.id else contact
        step.tell(other.engine, telephony.SendDigits(other.id, event.digits))


def on_agent_leg_lost(step: Step, agent: Agent, interaction: Interaction, by: ClearedBy) -> None:
    """The agent's leg ended while the contact's is up. A BYE is End call; anything else is a fault, and the agent
    is rung again while the contact hears comfort audio."""
    party = interaction.party
    if party is None:
        return
    party.leg = None
    if by is ClearedBy.PEER:
        end_by_agent(step, interaction)
        return
    contact = contact_leg(step, interaction)
    if contact is None:
        return
    rules = step.world.campaigns[interaction.campaign].settings.engaged
    # A hold by a phone that is gone is over; the phone that comes back holds nothing.
    interaction.holds.discard(HoldBy.AGENT_PHONE)
    _resume_party(step, interaction)
    set_apart(step, interaction, contact)
    play(step, contact, COMFORT_NOISE, loop=True)
    interaction.reconnecting = True
    step.history("agent_leg_lost", interaction=interaction, by=by)
    step.start_timer(reconnect_timer(interaction.id), rules.reconnect_s)
    _ring_again(step, agent, interaction, party)
    step.interaction_changed(interaction)


def _ring_again(step: Step, agent: Agent, interaction: Interaction, party: Party) -> None:
    rules = step.world.campaigns[interaction.campaign].settings.engaged
    try:
        leg = ring_agent(step, agent, LegPurpose.AGENT, rules.reconnect_s, interaction, stays=interaction.asm)
    except Refused:
        give_up(step, agent, interaction)
        return
    party.leg = leg.id
    step.start_timer(ring_again_timer(interaction.id), RING_AGAIN_S)


def on_ring_failed(step: Step, agent: Agent, interaction: Interaction, event: LegCleared) -> None:
    """The phone that was lost could not be rung. One that restarts is away for a while and is tried again until the
    time for it is over; an agent who refuses, or lets it ring out, is taken at the word."""
    refused = event.by is ClearedBy.PEER and event.code in REFUSED_BY_PERSON
    if refused or event.by is ClearedBy.TIMEOUT:
        give_up(step, agent, interaction)
    else:
        step.start_timer(ring_again_timer(interaction.id), RING_AGAIN_S)


def on_ring_again(step: Step, interaction: Interaction) -> None:
    """A phone that gives no sign is given up and rung anew: what was rung may be an address that it has left."""
    party, contact = interaction.party, contact_leg(step, interaction)
    if not interaction.reconnecting or party is None or contact is None or not contact.is_connected:
        return
    leg = agent_leg(step, interaction)
    if leg is None:
        _ring_again(step, step.world.agents[party.agent], interaction, party)
    elif leg.state in (LegState.INITIATED, LegState.PROGRESS):
        hang_up(step, leg.id)


def on_agent_back(step: Step, interaction: Interaction, phone: Leg) -> None:
    """The agent's phone answered again: the conversation goes on."""
    contact, party = contact_leg(step, interaction), interaction.party
    if contact is None or party is None:
        return
    interaction.reconnecting = False
    step.cancel_timer(reconnect_timer(interaction.id))
    step.cancel_timer(ring_again_timer(interaction.id))
    if interaction.holds:
        set_apart(step, interaction, phone)
    else:
        stop_play(step, contact)
        restore_audio(step, interaction, party, contact, phone)
    step.history("agent_leg_back", interaction=interaction)
    step.interaction_changed(interaction)


def give_up(step: Step, agent: Agent, interaction: Interaction) -> None:
    """The agent's phone did not come back: the conversation ends and the agent is not ready afterwards."""
    interaction.ended_by = EndedBy.SYSTEM
    interaction.cause = "your phone was lost"
    step.history("phone_lost", interaction=interaction, reason=SystemReason.PHONE_LOST, said=agent.phone_error)
    make_not_ready(step, agent, SystemReason.PHONE_LOST)
    if interaction.party is not None:
        hang_up(step, interaction.party.leg)
    hang_up(step, interaction.contact_leg)
    step.interaction_changed(interaction)


def on_reconnect_over(step: Step, interaction: Interaction) -> None:
    party = interaction.party
    if interaction.reconnecting and party is not None:
        give_up(step, step.world.agents[party.agent], interaction)
