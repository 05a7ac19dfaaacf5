"""The rules at the instant of dialing. The store looks up the do-not-call list and abandoned calls to the number, in
the transaction that commits the attempt; rules without a look-up are judged here."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from config.model import CallingWindow, CampaignSettings
from dialer.compliance.number_type import refused_type
from dialer.compliance.record_hours import is_within
from dialer.compliance.wall_clock import local_time
from dialer.compliance.window import is_open
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.reasons.dialing import (
    NumberTypeRefused,
    OutsideHours,
    OutsideWindow,
    TooManyAttempts,
    UnknownZone,
)
from dialer.vocabulary.reasons.reason import Reason


class Rule(StrEnum):
    """Stable names of rules, as they appear in history and API."""

    NUMBER_TYPE = "number_type"
    UNKNOWN_ZONE = "unknown_zone"
    CALLING_WINDOW = "calling_window"
    RECORD_HOURS = "record_hours"
    MAX_ATTEMPTS = "max_attempts"
    DO_NOT_CALL = "do_not_call"
    ABANDONED = "abandoned"
    CLAIM_LOST = "claim_lost"


class RuleRefusal(Struct, frozen=True):
    """A rule that forbids a call, with its inputs."""

    rule: Rule
    reason: Reason


def check(window: CallingWindow, record: ClaimedRecord, max_attempts: int, utc: float) -> RuleRefusal | None:
    """The first rule that forbids dialing `record` at `utc` (epoch seconds), or None."""
    local = local_time(record.zone, utc)
    if local is None:
        return RuleRefusal(Rule.UNKNOWN_ZONE, UnknownZone(record.zone))
    clock = local.strftime("%a %H:%M:%S")
    if not is_open(window, record.zone, utc):
        return RuleRefusal(Rule.CALLING_WINDOW, OutsideWindow(record.zone, clock, local.strftime("%a %H:%M")))
    if not is_within(record.daily_from, record.daily_till, record.zone, utc):
        return RuleRefusal(Rule.RECORD_HOURS, OutsideHours(record.zone, clock, local.strftime("%H:%M")))
    if record.attempts >= max_attempts:
        return RuleRefusal(Rule.MAX_ATTEMPTS, TooManyAttempts(record.attempts, max_attempts))
    return None


def check_number(campaign: CampaignSettings, number: str) -> RuleRefusal | None:
    """Whether the type of `number` (E.164) forbids dialing it for the campaign."""
    found = refused_type(number, campaign.allow_number_types)
    return None if found is None else RuleRefusal(Rule.NUMBER_TYPE, NumberTypeRefused(found))
