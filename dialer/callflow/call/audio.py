"""Who hears what. `plan` says it for a whole interaction, from its parties, their roles, holds and mutes; after each
message `tell` says the difference to what the engine was told last. Nobody else joins or plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import config
from config.model import CampaignSettings
from dialer.callflow.agent.legs import hang_up
from dialer.core.step import Step
from dialer.core.timers import message_timer
from dialer.interactions.hearing import Hearing
from dialer.interactions.interaction import HoldBy, Interaction, InteractionState
from dialer.interactions.leg import Leg, LegState
from dialer.interactions.party import Party, PartyRole, PartyState
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import File, Join, Leave, Play, Source, StopPlay, Tone
from dialer.world.lookups import agent_leg, contact_leg, party_legs
from dialer.world.world import World

SOUNDS = Path(config.__file__).parent / "sounds"

RINGBACK = Tone(425, level=0.1, on_ms=1000, off_ms=4000)
"""Ringback of the agent while the contact's phone rings (ITU-T E.180: 425 Hz, 1 s on, 4 s off)."""

BEEP = File(str(SOUNDS / "agent_beep.wav"))
"""Played to the agent when a contact is joined."""

COMFORT_NOISE = File(str(SOUNDS / "comfort_noise.wav"))

_TALK = frozenset({PartyRole.OWNER, PartyRole.CONFERENCED, PartyRole.BARGED})

HEARD_BY_CONTACT = _TALK
"""Roles whose voice the contact hears."""

HEARS_CONTACT = frozenset({*_TALK, PartyRole.LISTENING, PartyRole.WHISPERING})
"""Roles that hear the contact."""

HEARS: Mapping[PartyRole, frozenset[PartyRole]] = {
    PartyRole.OWNER: frozenset({*_TALK, PartyRole.WHISPERING, PartyRole.CONSULTED}),
    PartyRole.CONSULTED: frozenset({PartyRole.OWNER}),
    PartyRole.CONFERENCED: _TALK,
    PartyRole.LISTENING: _TALK,
    PartyRole.WHISPERING: _TALK,
    PartyRole.BARGED: _TALK,
}
"""Which parties a party hears, by their roles."""


def plan(world: World, interaction: Interaction) -> dict[LegId, Hearing]:
    """What each leg of the interaction is to hear, the contact's first. Only legs that have audio are in it."""
    match interaction.state:
        case InteractionState.DIALING:
            return dict(_while_dialing(world, interaction))
        case InteractionState.QUEUED:
            return dict(_while_queued(world, interaction))
        case InteractionState.CONNECTED:
            return dict(_in_conversation(world, interaction))
    return {}


def _while_dialing(world: World, interaction: Interaction) -> Iterator[tuple[LegId, Hearing]]:
    """The agent stands by in the bridge where the engine joins the contact's leg at its answer. Before that, an agent
    whose phone was rung for this call hears ringback or the early media of the trunk."""
    contact, phone = contact_leg(world, interaction), agent_leg(world, interaction)
    if phone is None or not phone.is_connected:
        return
    rings = contact is not None and contact.state is LegState.ALERTING and not interaction.asm
    early = contact is not None and contact.early_media and not interaction.asm
    source = RINGBACK if rings and not early else None
    yield phone.id, Hearing(interaction.bridge, source=source, loops=source is not None)
    if early and contact is not None and not contact.is_connected:
        yield contact.id, Hearing(interaction.bridge, hears=())


def _while_queued(world: World, interaction: Interaction) -> Iterator[tuple[LegId, Hearing]]:
    """A contact who waits hears comfort noise, then the campaign's message if no agent came in time."""
    contact = contact_leg(world, interaction)
    if contact is None or not contact.is_connected:
        return
    message = waiting_message(world.campaigns[interaction.campaign].settings)
    if interaction.message_begun and message is not None:
        yield contact.id, Hearing(interaction.bridge, source=message, key=message_timer(interaction.id))
    else:
        yield contact.id, Hearing(interaction.bridge, source=COMFORT_NOISE, loops=True)


def _in_conversation(world: World, interaction: Interaction) -> Iterator[tuple[LegId, Hearing]]:
    contact = contact_leg(world, interaction)
    up = [(party, leg) for party, leg in party_legs(world, interaction) if leg.is_connected]
    owner = interaction.owner
    apart = bool(interaction.holds) or owner is None or owner.state is PartyState.RECONNECTING or not up
    if contact is not None and contact.is_connected:
        source = _source(world, interaction, owner)
        heard = tuple(leg.id for party, leg in up if party.role in HEARD_BY_CONTACT)
        hears = () if apart else _all_or(heard, len(up))
        yield contact.id, Hearing(interaction.bridge, hears, () if apart else None, source, source is not None)
    for party, leg in up:
        others = tuple(other.id for each, other in up if each is not party and each.role in HEARS[party.role])
        hears_contact = contact is not None and party.role in HEARS_CONTACT and not apart
        if hears_contact and contact is not None:
            others = (contact.id, *others)
        heard_by = () if party.muted or (apart and len(up) == 1) else None
        yield leg.id, Hearing(interaction.bridge, _all_or(others, len(up)), heard_by)


def _all_or(legs: tuple[LegId, ...], others: int) -> tuple[LegId, ...] | None:
    """None where a leg hears all the `others` of its bridge."""
    return None if len(legs) == others else legs


def _source(world: World, interaction: Interaction, owner: Party | None) -> Source | None:
    """What is played to a contact who hears nobody: comfort noise while the agent's phone is rung again, music while
    we hold. A contact who holds plays their own."""
    if owner is None or owner.state is PartyState.RECONNECTING or owner.leg is None:
        return COMFORT_NOISE
    if interaction.holds - {HoldBy.CONTACT}:
        return hold_music(world.campaigns[interaction.campaign].settings)
    return None


def tell(step: Step) -> None:
    """Say to the engines what has changed for the interactions that this step has touched."""
    for interaction in step.touched:
        there = plan(step.world, interaction)
        legs = [(leg, hearing) for id_, hearing in there.items() if (leg := step.world.legs.get(id_)) is not None]
        for leg, hearing in legs:
            if leg.told is not None and leg.told.source is not None and hearing.source is None:
                step.tell(leg.engine, StopPlay(leg.id))
                leg.told = Hearing(*leg.told.mix)
        for leg, hearing in legs:
            _tell_mix(step, leg, hearing)
        for leg, hearing in legs:
            if hearing.source is not None and hearing.source != (leg.told.source if leg.told else None):
                step.tell(leg.engine, Play(leg.id, hearing.source, hearing.loops, hearing.key))
            leg.told = hearing
    for leg, source in step.cues:
        step.tell(leg.engine, Play(leg.id, source))


def _tell_mix(step: Step, leg: Leg, hearing: Hearing) -> None:
    """A leg whose place in the bridge alone has changed hears on what is played to it."""
    told = leg.told
    if told is not None and told.mix == hearing.mix:
        return
    plays_on = told is not None and told.source == hearing.source
    step.tell(leg.engine, Join(leg.id, *hearing.mix, stops_play=not plays_on))
    leg.told = hearing if plays_on else Hearing(*hearing.mix)


def forget(*legs: Leg) -> None:
    """What the legs were told is not known any more, or the engine has joined them by itself: it is said again."""
    for leg in legs:
        leg.told = None


def release_legs(step: Step, interaction: Interaction) -> None:
    """Nobody is in the interaction any more: a party's leg goes back to silence if it is the engaged one, and is ended
    if it was rung for this call. The contact's leg has ended, or was never there."""
    for party, leg in party_legs(step.world, interaction):
        if step.world.agents[party.agent].engaged == leg.id:
            step.tell(leg.engine, Leave(leg.id))
            step.tell(leg.engine, StopPlay(leg.id))
            leg.interaction = leg.told = None
        else:
            hang_up(step, leg.id)
        party.leg = None
        party.muted = False


def hold_music(campaign: CampaignSettings) -> Source:
    return File(campaign.hold_music) if campaign.hold_music else COMFORT_NOISE


def waiting_message(campaign: CampaignSettings) -> Source | None:
    return File(campaign.waiting_message) if campaign.waiting_message else None
