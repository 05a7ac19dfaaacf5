"""Bridges: the legs in each and who hears whom, as standing wishes that outlive changes of media."""

from __future__ import annotations

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import BridgeId, LegId, RecordingId, TapId

from .leg import Leg
from .loop import Loop
from .patchbay import Patchbay, Plug
from .registry import Registry


def leg_plug(leg: LegId) -> Plug:
    return ("leg", leg)


def play_plug(leg: LegId) -> Plug:
    return ("play", leg)


def left_plug(leg: LegId, recording: RecordingId) -> Plug:
    """The plug of a recorder for the audio from the leg."""
    return ("left", f"{leg} {recording}")


def right_plug(leg: LegId, recording: RecordingId) -> Plug:
    """The plug of a recorder for the audio to the leg."""
    return ("right", f"{leg} {recording}")


def tap_plug(leg: LegId, tap: TapId) -> Plug:
    return ("tap", f"{leg} {tap}")


class Bridges:
    """Membership by Join, and the audio to each leg that follows from it. Owner thread only."""

    def __init__(self, loop: Loop, registry: Registry, patchbay: Patchbay) -> None:
        self._loop = loop
        self._registry = registry
        self._patchbay = patchbay
        self._members: dict[BridgeId, set[LegId]] = {}
        self._told: dict[LegId, tuple[LegId, ...]] = {}
        self._factors: dict[LegId, float] = {}
        self.playing: set[LegId] = set()
        self.recordings: dict[LegId, set[RecordingId]] = {}

    def join(self, leg: Leg, command: telephony.Join) -> None:
        if leg.bridge is not None and leg.bridge != command.bridge:
            self.leave(leg)
        leg.bridge, leg.hears, leg.heard_by = command.bridge, command.hears, command.heard_by
        self._members.setdefault(command.bridge, set()).add(leg.id)
        self._told.pop(leg.id, None)
        self.refresh(leg)
        self._refresh_others(leg)
        self._tell(leg)

    def leave(self, leg: Leg) -> None:
        """Take a leg out of its bridge; its recorders and player stay with it."""
        bridge, leg.bridge = leg.bridge, None
        self._told.pop(leg.id, None)
        if bridge is None:
            return
        members = self._members.get(bridge, set())
        members.discard(leg.id)
        if not leg.cleared:
            self.refresh(leg)
        for other in tuple(members):
            found = self._registry.get(other)
            if found is not None:
                self.refresh(found)
                self._told[other] = tuple(one for one in self._told.get(other, ()) if one != leg.id)
        if not members:
            self._members.pop(bridge, None)

    def media_changed(self, leg: Leg) -> None:
        """The leg's port came, changed or went."""
        if leg.audio is None:
            self._patchbay.unplug(leg_plug(leg.id))
            return
        self._patchbay.plug(leg_plug(leg.id), leg.audio)
        self._set_level(leg)
        self.refresh(leg)
        self._refresh_others(leg)
        self._tell(leg)

    def set_volume(self, leg: Leg, command: telephony.SetVolume) -> None:
        """How loud the others hear the leg, from now on."""
        self._factors[leg.id] = 10 ** (command.db / 20)
        self._set_level(leg)

    def _set_level(self, leg: Leg) -> None:
        """A port that is made anew, by a re-INVITE, has the level at which it came."""
        factor = self._factors.get(leg.id)
        if factor is None or leg.audio is None:
            return
        try:
            leg.audio.adjustTxLevel(factor)
        except pj.Error as problem:
            self._loop.fault("volume", problem, leg.id)

    def clear(self, leg: Leg) -> None:
        """The leg is gone and pjsip has removed its port."""
        self.playing.discard(leg.id)
        self._factors.pop(leg.id, None)
        self.recordings.pop(leg.id, None)
        self._patchbay.unplug(leg_plug(leg.id))
        self.leave(leg)
        self._patchbay.remove(leg_plug(leg.id))

    def refresh(self, leg: Leg) -> None:
        """Compute anew the sources of a leg and its recorders."""
        sources = {leg_plug(other) for other in self.together_with(leg) if self._hears(leg, other)}
        if leg.id in self.playing:
            sources.add(play_plug(leg.id))
        self._patchbay.route(leg_plug(leg.id), frozenset(sources))
        for recording in self.recordings.get(leg.id, ()):
            self._patchbay.route(left_plug(leg.id, recording), frozenset({leg_plug(leg.id)}))
            self._patchbay.route(right_plug(leg.id, recording), frozenset(sources))

    def alone(self, leg: Leg) -> bool:
        """Whether no other leg is in the leg's bridge."""
        return leg.bridge is None or len(self._members.get(leg.bridge, set())) < 2

    def together_with(self, leg: Leg) -> tuple[LegId, ...]:
        if leg.bridge is None:
            return ()
        return tuple(sorted(self._members.get(leg.bridge, set()) - {leg.id}))

    def _refresh_others(self, leg: Leg) -> None:
        for other in self.together_with(leg):
            found = self._registry.get(other)
            if found is not None:
                self.refresh(found)
                self._tell(found)

    def _hears(self, listener: Leg, other: LegId) -> bool:
        """Audio flows from a to b when a is in b's `hears` and b is in a's `heard_by`."""
        speaker = self._registry.get(other)
        if speaker is None or other == listener.id:
            return False
        if listener.hears is not None and other not in listener.hears:
            return False
        return speaker.heard_by is None or listener.id in speaker.heard_by

    def _tell(self, leg: Leg) -> None:
        """Emit Joined when the set of legs connected with a leg has changed since the last one."""
        if leg.bridge is None or not self._patchbay.in_place(leg_plug(leg.id)):
            return
        others = tuple(other for other in self.together_with(leg) if self._linked(leg.id, other))
        if others and self._told.get(leg.id) != others:
            self._told[leg.id] = others
            self._loop.emit(telephony.Joined(leg=leg.id, bridge=leg.bridge, others=others, at=self._loop.now()))

    def _linked(self, one: LegId, other: LegId) -> bool:
        bay = self._patchbay
        return bay.connected(leg_plug(one), leg_plug(other)) or bay.connected(leg_plug(other), leg_plug(one))
