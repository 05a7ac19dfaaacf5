"""The carrier's behaviours with calls, and the numbers that choose them.

Numbers of the block +44 20 7946 0ddd, which Ofcom reserves for drama, choose by the first two digits of `ddd`; the
last digit is free, so that each behaviour has ten numbers. Any spelling of the block is understood (+44, 0044, 020).
Other numbers get a behaviour from the profile's seeded distribution.

| ddd | behaviour | on the wire |
|---|---|---|
| 00x | PATIENT_PERSON | 180, 200, speech, waits for the other side to hang up |
| 01x | PERSON | 180, 200, speech, BYE after the seeded talk time |
| 02x | BUSY | 486, Q.850 17 |
| 03x | RINGS_ON | 180 and nothing more |
| 04x | UNKNOWN_NUMBER | 404, Q.850 1 |
| 05x | INCOMPLETE_NUMBER | 484, Q.850 28 |
| 06x | DECLINED | 180, 603, Q.850 21 |
| 07x | CONGESTED | 503, Q.850 34 |
| 08x | CONGESTED_RETRY | 503, Q.850 42, Retry-After |
| 09x | MACHINE | 180, 200, greeting, beep, records for a while, BYE |
| 10x | FAX | 180, 200, CNG (1100 Hz, 0.5 s on, 3 s off) |
| 11x | SIT_UNKNOWN | 183 with three special information tones, then 404 |
| 12x | SIT_CONGESTED | 183 with three special information tones, then 503 |
| 13x | EARLY_HANG_UP | 180, 200, BYE within a second |
| 14x | SILENT | 180, 200, no audio |
| 15x | LATE | nothing but 100 for x seconds (0 means 10), then as PATIENT_PERSON |
| 16x | MUTE | 100 and nothing more |
| 17x | EARLY_MEDIA_PERSON | 183 with ringback, 200, speech, BYE after the seeded talk time |
| 18x | NO_ANSWER | 180, 480 with Q.850 19 when the carrier gives up |
| 19x | ABSENT | 480, Q.850 20 |
"""

from __future__ import annotations

import enum
import re

from msgspec import Struct

from dialer.vocabulary.telephony import Header


class Behaviour(enum.StrEnum):
    """The carrier's behaviour with one call."""

    PATIENT_PERSON = "patient_person"
    PERSON = "person"
    BUSY = "busy"
    RINGS_ON = "rings_on"
    UNKNOWN_NUMBER = "unknown_number"
    INCOMPLETE_NUMBER = "incomplete_number"
    DECLINED = "declined"
    CONGESTED = "congested"
    CONGESTED_RETRY = "congested_retry"
    MACHINE = "machine"
    FAX = "fax"
    SIT_UNKNOWN = "sit_unknown"
    SIT_CONGESTED = "sit_congested"
    EARLY_HANG_UP = "early_hang_up"
    SILENT = "silent"
    LATE = "late"
    MUTE = "mute"
    EARLY_MEDIA_PERSON = "early_media_person"
    NO_ANSWER = "no_answer"
    ABSENT = "absent"


BY_TENS: tuple[Behaviour, ...] = tuple(Behaviour)
"""Row n of the table above is chosen by the digits n of the block: the order of the enumeration is the table."""

_BLOCK = re.compile(r"(?:\+?44|0044|0)?2079460(\d\d)(\d)")


class Refusal(Struct, frozen=True):
    """A final answer other than 200: SIP code, its phrase and the Q.850 cause that carriers send with it."""

    code: int
    phrase: str
    cause: int
    text: str
    retry_after_s: int = 0

    def headers(self) -> tuple[Header, ...]:
        """Reason (RFC 3326), and Retry-After (RFC 3261 20.33) where there is one."""
        reason = Header("Reason", f'Q.850;cause={self.cause};text="{self.text}"')
        if not self.retry_after_s:
            return (reason,)
        return (reason, Header("Retry-After", str(self.retry_after_s)))


REFUSALS: dict[Behaviour, Refusal] = {
    Behaviour.BUSY: Refusal(486, "Busy Here", 17, "User busy"),
    Behaviour.UNKNOWN_NUMBER: Refusal(404, "Not Found", 1, "Unallocated (unassigned) number"),
    Behaviour.INCOMPLETE_NUMBER: Refusal(484, "Address Incomplete", 28, "Invalid number format"),
    Behaviour.DECLINED: Refusal(603, "Decline", 21, "Call rejected"),
    Behaviour.CONGESTED: Refusal(503, "Service Unavailable", 34, "No circuit/channel available"),
    Behaviour.CONGESTED_RETRY: Refusal(503, "Service Unavailable", 42, "Switching equipment congestion", 5),
    Behaviour.SIT_UNKNOWN: Refusal(404, "Not Found", 1, "Unallocated (unassigned) number"),
    Behaviour.SIT_CONGESTED: Refusal(503, "Service Unavailable", 34, "No circuit/channel available"),
    Behaviour.NO_ANSWER: Refusal(480, "Temporarily Unavailable", 19, "No answer from user"),
    Behaviour.ABSENT: Refusal(480, "Temporarily Unavailable", 20, "Subscriber absent"),
}
"""The final answer of each refusing behaviour."""


class Chosen(Struct, frozen=True):
    """The meaning of a number of the block; `last_digit` is the free one."""

    behaviour: Behaviour
    last_digit: int


def chosen_by(number: str) -> Chosen | None:
    """The behaviour that this number chooses by itself; None leaves it to the profile."""
    found = _BLOCK.fullmatch(re.sub(r"[\s().-]", "", number))
    if found is None or int(found[1]) >= len(BY_TENS):
        return None
    return Chosen(BY_TENS[int(found[1])], int(found[2]))


def number_for(behaviour: Behaviour, last_digit: int = 0) -> str:
    """A number, in E.164, that chooses this behaviour."""
    return f"+442079460{BY_TENS.index(behaviour):02d}{last_digit}"
