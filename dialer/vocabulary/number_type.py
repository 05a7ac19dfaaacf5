"""Types of telephone numbers that cost the caller more than a call, or belong to no contact."""

from __future__ import annotations

from enum import StrEnum


class NumberType(StrEnum):
    """Words of the configuration. Numbers of these types are not dialed unless a campaign allows the type."""

    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    SATELLITE = "satellite"
    PAGER = "pager"
    VOICEMAIL = "voicemail"
    EMERGENCY = "emergency"
