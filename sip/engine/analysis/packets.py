"""The packets of a tap: audio of one leg, in the byte order of the machine (see sip/pjsua2/cornetta_tap.hpp)."""

from __future__ import annotations

import struct

from msgspec import Struct

HEADER = struct.Struct("=QIII")
LARGEST_PACKET_BYTES = HEADER.size + 2 * 48_000
"""One second at the highest rate that the bridge can have."""


class Header(Struct, frozen=True):
    """`sequence` counts packets, also those that were dropped; `rate_hz` and `samples` describe the PCM behind it."""

    tap: int
    sequence: int
    rate_hz: int
    samples: int


def header_of(packet: memoryview) -> Header | None:
    """The header of a packet, None for a packet that is too short or not as long as its header says."""
    if len(packet) < HEADER.size:
        return None
    header = Header(*HEADER.unpack_from(packet))
    return header if len(packet) == HEADER.size + 2 * header.samples else None
