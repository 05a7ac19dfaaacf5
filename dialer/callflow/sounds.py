"""What people hear from us. Files lie beside the configuration's package and are our own."""

from __future__ import annotations

from pathlib import Path

import config
from config.model import Campaign
from dialer.vocabulary.telephony import File, Source, Tone

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
