"""The audio of a leg: its place in a bridge, and the source that is played to it."""

from __future__ import annotations

from typing import NamedTuple

from dialer.vocabulary.ids import BridgeId, LegId
from dialer.vocabulary.telephony import Source

Mix = tuple[BridgeId, tuple[LegId, ...] | None, tuple[LegId, ...] | None]


class Hearing(NamedTuple):
    """`hears` and `heard_by` are those of a Join: None is everybody in the bridge. `key` comes back when `source` has
    ended."""

    bridge: BridgeId
    hears: tuple[LegId, ...] | None = None
    heard_by: tuple[LegId, ...] | None = None
    source: Source | None = None
    loops: bool = False
    key: str = ""

    @property
    def mix(self) -> Mix:
        """The place in the bridge alone."""
        return self[:3]
