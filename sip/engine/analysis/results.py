"""The results of the analysis process to the owner: one message for each closed tap."""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.telephony import ToneHeard

LARGEST_RESULT_BYTES = 65_536


class Result(Struct, frozen=True):
    """`seconds` of audio were analysed; `dropped_packets` by gaps in the sequence."""

    tap: int
    seconds: float
    dropped_packets: int
    tones: tuple[ToneHeard, ...]
