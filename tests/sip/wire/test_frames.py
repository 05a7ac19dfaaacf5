"""The wire: every command and event survives it, and bytes that are no frame of ours are refused in words."""

from __future__ import annotations

import enum
import types
import typing
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import WireError
from dialer.vocabulary.ids import LegId
from sip.wire import (
    MAX_FRAME_BYTES,
    Ack,
    FrameReader,
    FrameWriter,
    Hello,
    Ping,
    Said,
    ToEngine,
    Told,
    ToNode,
    Unread,
    Welcome,
    agreed_version,
)

COMMANDS = get_args(telephony.Command)
EVENTS = get_args(telephony.Event)


def reader_of_engine() -> FrameReader[ToEngine]:
    return FrameReader(cast("type[ToEngine]", ToEngine))


def reader_of_node() -> FrameReader[ToNode]:
    return FrameReader(cast("type[ToNode]", ToNode))


def example(kind: Any, full: bool) -> Any:
    """A value of a type: with `full` every optional field is there and every tuple holds two elements."""
    kind = getattr(kind, "__supertype__", kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        choices = get_args(kind)
        if type(None) in choices and not full:
            return None
        return example(next(choice for choice in choices if choice is not type(None)), full)
    if origin is tuple:
        return tuple(example(get_args(kind)[0], full) for _ in range(2 if full else 0))
    if issubclass(kind, msgspec.Struct):
        hints = {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__}
        required = {field.name for field in msgspec.structs.fields(kind) if field.required}
        return kind(**{name: example(hint, full) for name, hint in hints.items() if full or name in required})
    if issubclass(kind, enum.Enum):
        return list(kind)[-1]
    return {bool: True, int: 7, float: 2.5, str: "Zoë Muster"}[kind]


@pytest.mark.parametrize("full", [False, True], ids=["least", "full"])
@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_survives_the_wire(kind: type, full: bool) -> None:
    told = Told(3, example(kind, full))
    assert reader_of_engine().feed(FrameWriter().encode(told)) == [told]


@pytest.mark.parametrize("full", [False, True], ids=["least", "full"])
@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_survives_the_wire(kind: type, full: bool) -> None:
    said = Said(1_900_000_000_000_000, example(kind, full))
    assert reader_of_node().feed(FrameWriter().encode(said)) == [said]


@given(st.lists(st.integers(1, 40), max_size=30), st.lists(st.integers(0, 2**53), max_size=8))
def test_frames_come_out_whole_however_they_are_cut(cuts: list[int], sequences: list[int]) -> None:
    frames = [Ack(sequence) for sequence in sequences]
    data = b"".join(FrameWriter().encode(frame) for frame in frames)
    reader = reader_of_engine()
    found: list[ToEngine | Unread] = []
    for cut in cuts:
        found += reader.feed(data[:cut])
        data = data[cut:]
    found += reader.feed(data)
    assert found == frames
    assert reader.unfinished_bytes == 0


def test_a_truncated_frame_waits_for_its_rest() -> None:
    data = FrameWriter().encode(Hello("n1", "r1", 1, 1, 0, ""))
    reader = reader_of_engine()
    assert reader.feed(data[:-1]) == []
    assert reader.unfinished_bytes == len(data) - 1
    assert reader.feed(data[-1:]) == [Hello("n1", "r1", 1, 1, 0, "")]


def test_an_announced_length_beyond_the_bound_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="above"):
        reader_of_engine().feed((MAX_FRAME_BYTES + 1).to_bytes(4, "big"))


def test_a_frame_beyond_the_bound_does_not_leave() -> None:
    with pytest.raises(WireError, match="Told"):
        FrameWriter().encode(Told(1, telephony.SendDigits(leg=LegId("L1"), digits="1" * MAX_FRAME_BYTES)))


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x93\xa4said\x01\x80", b"\x92\xa5nosuch\x01", b"\x91\xa4ping\x00"])
def test_bytes_that_are_no_frame_are_refused(body: bytes) -> None:
    with pytest.raises(WireError, match="cannot be read"):
        reader_of_node().feed(len(body).to_bytes(4, "big") + body)


def test_a_frame_of_the_other_direction_is_refused() -> None:
    with pytest.raises(WireError, match="cannot be read"):
        reader_of_engine().feed(FrameWriter().encode(Said(1, telephony.Drained(at=1.0))))
    assert reader_of_engine().feed(FrameWriter().encode(Ping())) == [Ping()]


def test_a_field_of_a_later_version_is_passed_over() -> None:
    body = msgspec.msgpack.encode(["said", 1, {"type": "drained", "at": 2.0, "later": "unknown"}])
    assert reader_of_node().feed(len(body).to_bytes(4, "big") + body) == [Said(1, telephony.Drained(at=2.0))]


@pytest.mark.parametrize(
    ("theirs", "ours", "agreed"),
    [((1, 1), (1, 1), 1), ((1, 2), (2, 3), 2), ((2, 3), (1, 2), 2), ((1, 1), (2, 3), None), ((4, 5), (2, 3), None)],
)
def test_versions_next_to_each_other_agree(theirs: tuple[int, int], ours: tuple[int, int], agreed: int | None) -> None:
    assert agreed_version(*theirs, *ours) == agreed


def test_no_two_messages_have_the_same_tag() -> None:
    for union in (telephony.Command, telephony.Event, ToNode, ToEngine):
        tags = [kind.__struct_config__.tag for kind in typing.get_args(union)]
        assert len(set(tags)) == len(tags)
    assert Welcome.__struct_config__.array_like
