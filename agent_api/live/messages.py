"""The messages of the WebSocket of desktops, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct, defstruct

from dialer.views.desk import DeskView
from dialer.views.overview import OverviewView
from dialer.views.topics import body_of
from dialer.vocabulary.topics import Fact, Floor, Model, OwnDesk, TeamSupervisors


class Resumed(Struct, frozen=True, tag_field="type", tag="resumed"):
    """The events after `seq` follow."""

    epoch: str
    seq: int


class Heartbeat(Struct, frozen=True, tag_field="type", tag="heartbeat"):
    """Nothing was sent for a while; `seq` is that of the last event."""

    epoch: str
    seq: int
    at: float


class Snapshot(Struct, frozen=True, tag_field="type", tag="snapshot"):
    """Everything: first after connecting, and whenever resuming is not possible. Events after `seq` follow."""

    epoch: str
    seq: int
    at: float
    body: Any


class DeskSnapshot(Snapshot, frozen=True, tag_field="type", tag="snapshot"):
    """What an agent's desktop starts with; null for a user whom the node does not know as an agent yet."""

    body: DeskView | None


class FloorSnapshot(Snapshot, frozen=True, tag_field="type", tag="snapshot"):
    """What the desktop of a supervisor or administrator starts with."""

    body: OverviewView


class Event(Struct, frozen=True, tag_field="type", tag="event"):
    """Something changed or happened; `seq` counts up by one."""

    epoch: str
    seq: int
    at: float
    topic: str
    key: str
    body: Any


class Resume(Struct, frozen=True, forbid_unknown_fields=True):
    """The last event that a desktop has: go on after it."""

    epoch: str
    seq: int


class FromDesktop(Struct, frozen=True, forbid_unknown_fields=True):
    """What a desktop may say."""

    resume: Resume


#: The audience of a topic, as a part of type names.
_PREFIXES: Mapping[object, str] = {OwnDesk: "Desk", TeamSupervisors: "Team", Floor: "Floor"}


def event_type(topic: Model[Any] | Fact[Any, Any]) -> type[Struct]:
    """The type of a topic's events. A model that is gone is sent as null."""
    body: Any = body_of(topic)
    prefix = _PREFIXES[topic.audience]
    return defstruct(
        f"{prefix}{topic.name.title().replace('_', '')}Event",
        [("topic", Literal[topic.name]), ("body", body if isinstance(topic, Fact) else body | None)],
        bases=(Event,),
        frozen=True,
        tag_field="type",
        tag="event",
        kw_only=True,
        namespace={"__doc__": f"{topic.words[0].upper()}{topic.words[1:]}. `key` is {topic.key}."},
    )


def message_types(topics: Iterable[Model[Any] | Fact[Any, Any]]) -> tuple[type[Struct], ...]:
    """All types of messages of the server."""
    return (DeskSnapshot, FloorSnapshot, *(event_type(each) for each in topics), Resumed, Heartbeat)
