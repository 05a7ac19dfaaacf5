"""What is known of a record before it is dialed, for the forecast of its answer."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from dialer.compliance.wall_clock import local_time
from dialer.pacing import Traits
from dialer.records.answer_score import SCORE_FIELD, answer_score
from dialer.vocabulary.events import ClaimedRecord

#: A quarter of an hour.
QUARTER_S = 900.0


_TYPES = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE: "fixed",
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    phonenumbers.PhoneNumberType.VOIP: "voip",
}


def score_of(record: ClaimedRecord) -> float | None:
    """The score that the list names; None for none, and for text that is no share."""
    try:
        return answer_score(record.data.get(SCORE_FIELD, ""))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _kind(number: str) -> tuple[str, str]:
    """Type and region of an E.164 number."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "", ""
    return _TYPES.get(phonenumbers.number_type(parsed), ""), phonenumbers.region_code_for_number(parsed) or ""


@lru_cache(maxsize=4096)
def _hour(zone: str, quarter: int) -> int:
    """The local hour in a quarter of an hour of UTC, counted from the epoch: clocks of all zones are set by quarters.
    -1 for a zone that nobody knows."""
    local = local_time(zone, quarter * QUARTER_S)
    return -1 if local is None else local.hour


def traits_of(record: ClaimedRecord, utc: float) -> Traits:
    """What is known of a record that is dialed at `utc` (epoch seconds)."""
    kind, region = _kind(record.number)
    return Traits(score_of(record), _hour(record.zone, int(utc // QUARTER_S)), kind, region, record.list)
