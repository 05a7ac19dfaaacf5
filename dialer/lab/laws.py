"""Laws of a lab run by name: how contacts behave, and how agents work."""

from __future__ import annotations

from dialer.lab.autopilot import Habits
from sip.lab.profile import LogNormal, Profile, profile_named

PACE_8H = "pace-8h"
#: Longer than any conversation.
NEVER_S = 86_400.0

#: Laws for runs on a screen.
DEMO_HABITS = Habits(wrap_s=(3.0, 12.0), read_s=(1.0, 4.0), talk_s=(20.0, 60.0))
#: After-call work of the benchmark PACE-8h; the contacts end their conversations.
PACE_HABITS = Habits(wrap_law=LogNormal.by_variation(20.0, 1.0, 3600.0), read_s=(1.0, 4.0), talk_s=(NEVER_S, NEVER_S))


def laws_named(name: str, *, headless: bool) -> tuple[Profile, Habits]:
    """Contacts and agents by the name of a profile; raises NotFound. Agents of a headless run are quick."""
    profile = profile_named(name)
    if name == PACE_8H:
        return profile, PACE_HABITS
    return profile, Habits() if headless else DEMO_HABITS
