"""Who hears what: joins, tones and files on the legs of an interaction."""

from __future__ import annotations

from pathlib import Path

import config
from config.model import Campaign
from dialer.callflow.agent.legs import hang_up
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import Leg
from dialer.vocabulary.telephony import File, Join, Leave, Play, Source, StopPlay, Tone
from dialer.world.lookups import agent_leg


def release_leg(step: Step, interaction: Interaction) -> None:
    """The agent's leg goes back to silence if it is the engaged one, and is ended if it was rung for this call."""
    leg = agent_leg(step.world, interaction)
    party = interaction.party
    if leg is None or party is None:
        return
    agent = step.world.agents[party.agent]
    if agent.engaged == leg.id:
        leave(step, leg)
        leg.interaction = None
    else:
        hang_up(step, leg.id)
    party.leg = None
    party.muted = False


def join_all(step: Step, interaction: Interaction, *legs: Leg) -> None:
    """Everybody hears everybody."""
    for leg in legs:
        step.tell(leg.engine, Join(leg.id, interaction.bridge))


def stand_by(step: Step, interaction: Interaction) -> None:
    """Put the agent's leg into the bridge where the contact is awaited: the engine itself joins the contact's leg to
    it with the answer, without the way to us and back. `ending.release_leg` takes it out again."""
    leg = agent_leg(step.world, interaction)
    if leg is not None and leg.is_connected:
        join_all(step, interaction, leg)


def listen_in(step: Step, interaction: Interaction, leg: Leg) -> None:
    """Let a leg of the interaction be heard (early media, ringback) without hearing anything itself."""
    step.tell(leg.engine, Join(leg.id, interaction.bridge, hears=()))


def set_apart(step: Step, interaction: Interaction, leg: Leg) -> None:
    """Keep a leg in its bridge, hearing nobody and heard by nobody."""
    step.tell(leg.engine, Join(leg.id, interaction.bridge, hears=(), heard_by=()))


def mute(step: Step, interaction: Interaction, leg: Leg) -> None:
    """The leg hears the others and is not heard."""
    step.tell(leg.engine, Join(leg.id, interaction.bridge, heard_by=(), stops_play=False))


def leave(step: Step, leg: Leg) -> None:
    step.tell(leg.engine, Leave(leg.id))
    step.tell(leg.engine, StopPlay(leg.id))


def play(step: Step, leg: Leg, source: Source, *, loop: bool = False, key: str = "") -> None:
    step.tell(leg.engine, Play(leg.id, source, loop, key))


def stop_play(step: Step, leg: Leg) -> None:
    step.tell(leg.engine, StopPlay(leg.id))


SOUNDS = Path(config.__file__).parent / "sounds"


#: Ringback of the agent while the contact's phone rings (ITU-T E.180: 425 Hz, 1 s on, 4 s off).
RINGBACK = Tone(425, level=0.1, on_ms=1000, off_ms=4000)


#: Told to the agent when a contact is joined.
BEEP = File(str(SOUNDS / "agent_beep.wav"))


COMFORT_NOISE = File(str(SOUNDS / "comfort_noise.wav"))


def hold_music(campaign: Campaign) -> Source:
    return File(campaign.hold_music) if campaign.hold_music else COMFORT_NOISE


def waiting_message(campaign: Campaign) -> Source | None:
    return File(campaign.waiting_message) if campaign.waiting_message else None
