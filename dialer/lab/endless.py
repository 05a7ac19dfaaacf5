"""A lab run for a set time: a list that outlasts it, and a calling window that tells the pacing when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import ceil

from dialer.lab.contacts import CONTACTS_MOST
from dialer.lab.scenario import Scenario

#: Local hour of the contacts at which a run begins, so that none goes over midnight.
LOCAL_HOUR = 8
#: Zones of fixed offset go up to 14 hours east of Greenwich, of which those from here on are west as well.
DAY_HOURS, FARTHEST_EAST = 24, 12
#: The campaign starts about so long after the scenario was made, seconds. Windows close with the minute, so that the
#: pacing counts on up to a minute more than the run has; in a short run it may abandon a handful of contacts.
LEAD_S = 45.0
#: The shortest handling, whatever the laws say, seconds.
LEAST_HANDLING_S = 5.0
#: Records beyond those that all agents could use up: those in hand, and a reserve.
SPARE_SHARE, SPARE_RECORDS = 0.5, 200


def endless(scenario: Scenario, minutes: float, now_utc: float) -> Scenario:
    """The scenario as a run of `minutes`, to begin now (epoch seconds): records and calling window changed. Raises
    ValueError where the list would be longer than the lab has numbers."""
    records = _records(scenario, minutes)
    if records > CONTACTS_MOST:
        raise ValueError(
            f"{scenario.agents} agents could use up {records} contacts in {minutes:g} minutes, and there are "
            f"{CONTACTS_MOST}: use fewer agents or minutes"
        )
    local, zone = _morning(now_utc)
    closes = local.hour * 60 + local.minute + ceil((local.second + LEAD_S) / 60 + minutes)
    return replace(scenario, minutes=minutes, records=records, zone=zone, closes_minute=closes)


def _morning(now_utc: float) -> tuple[datetime, str]:
    """Now in a zone where it is LOCAL_HOUR, and the zone's IANA name (whose sign is that of POSIX: west is plus)."""
    now = datetime.fromtimestamp(now_utc, UTC)
    east = LOCAL_HOUR - now.hour
    if east < -FARTHEST_EAST:
        east += DAY_HOURS
    return now.replace(hour=LOCAL_HOUR), f"Etc/GMT{-east:+d}" if east else "UTC"


def _records(scenario: Scenario, minutes: float) -> int:
    """More than the agents could use up without a pause."""
    profile = scenario.profile
    handling_s = max(LEAST_HANDLING_S, profile.talk.mean_s)
    conversations = scenario.agents * minutes * 60 / handling_s
    dials = conversations / max(profile.answer_rate, 0.01)
    return ceil(dials * (1 + SPARE_SHARE)) + SPARE_RECORDS
