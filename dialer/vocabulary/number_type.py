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

    @property
    def words(self) -> str:
        """For a sentence: `a premium-rate number`."""
        return _WORDS[self]


_WORDS = {
    NumberType.PREMIUM_RATE: "a premium-rate number",
    NumberType.SHARED_COST: "a shared-cost number",
    NumberType.PERSONAL: "a personal number that is charged above a call",
    NumberType.SATELLITE: "a number of a satellite or international network",
    NumberType.PAGER: "a pager",
    NumberType.VOICEMAIL: "a voice mail service",
    NumberType.EMERGENCY: "an emergency number",
}
