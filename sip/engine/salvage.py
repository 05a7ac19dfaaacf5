"""Reads the file of a journal, also a damaged one: whole frames are kept, before and after the damage.

A frame begins with its length, which may itself be damaged. Then the next frame is found by the typical begin of a
frame's body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from sip.wire import LENGTH_BYTES, MAX_FRAME_BYTES, Ack, Said, Unread, unread_frame

_BEGINNINGS = (b"\x93\xa4said", b"\x92\xa3ack")
"""A msgpack array of three and of two with the tag of its frame (see `sip.wire.frames`)."""


@dataclass(slots=True)
class Salvage:
    """`records` with their frames in the order of the file, an Unread for an event of a newer engine. `damaged` are the
    places where no frame followed; `lost` counts skipped bytes. The end of an interrupted write is neither."""

    records: list[tuple[Said | Ack | Unread, bytes]] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    lost: int = 0


def salvage(data: bytes) -> Salvage:
    """The whole frames of the file. Never raises."""
    found = Salvage()
    decoder: msgspec.msgpack.Decoder[Said | Ack] = msgspec.msgpack.Decoder(Said | Ack)
    start = 0
    while start < len(data):
        body = data[start + LENGTH_BYTES : _end(data, start)]
        record = _read(decoder, body)
        if record is not None and _end(data, start) <= len(data):
            found.records.append((record, data[start : start + LENGTH_BYTES + len(body)]))
            start += LENGTH_BYTES + len(body)
            continue
        start = _over_damage(data, start, decoder, found)
    return found


def _over_damage(data: bytes, start: int, decoder: msgspec.msgpack.Decoder[Said | Ack], found: Salvage) -> int:
    """The place to go on after damage. The frame at `start` may be whole except for its length."""
    for following in _frames_after(data, start, decoder):
        record = _read(decoder, data[start + LENGTH_BYTES : following])
        found.damaged.append(start)
        if record is None:
            found.lost += following - start
        else:
            found.records.append((record, _framed(data[start + LENGTH_BYTES : following])))
        return following
    rest = data[start + LENGTH_BYTES :]
    record = _read(decoder, rest)
    if record is not None:
        found.damaged.append(start)
        found.records.append((record, _framed(rest)))
    elif not _is_cut_short(data, start):
        found.damaged.append(start)
        found.lost += len(data) - start
    return len(data)


def _frames_after(data: bytes, start: int, decoder: msgspec.msgpack.Decoder[Said | Ack]) -> Iterator[int]:
    """The places after `start` where whole frames begin."""
    at = start + LENGTH_BYTES
    while True:
        places = [place for place in (data.find(each, at + 1) for each in _BEGINNINGS) if place >= 0]
        if not places:
            return
        at = min(places)
        begin = at - LENGTH_BYTES
        end = _end(data, begin)
        if end <= len(data) and _read(decoder, data[at:end]) is not None:
            yield begin


def _end(data: bytes, start: int) -> int:
    return start + LENGTH_BYTES + int.from_bytes(data[start : start + LENGTH_BYTES], "big")


def _read(decoder: msgspec.msgpack.Decoder[Said | Ack], body: bytes) -> Said | Ack | Unread | None:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError) as error:
        unread = unread_frame(body, error, to_engine=False)
        # A known tag in an unreadable form is damage.
        return unread if unread is not None and not unread.is_known and unread.tag.isidentifier() else None


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def _is_cut_short(data: bytes, start: int) -> bool:
    """Whether this may be the begin of a frame whose end was never written."""
    body = data[start + LENGTH_BYTES :]
    begins = any(body.startswith(each) or each.startswith(body) for each in _BEGINNINGS)
    return begins and len(data) < _end(data, start) <= start + LENGTH_BYTES + MAX_FRAME_BYTES
