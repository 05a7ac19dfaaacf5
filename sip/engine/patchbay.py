"""Connections of the conference bridge: who hears whom, kept as pjsip wants it.

The bridge of pjsip is asynchronous: a disconnect just before a port is removed may hit the connections of the next port
with the same number (pjproject 4719, 5057). So connections of a removed port are only forgotten here: pjsip removes
them with the port. And a re-INVITE replaces the port of a leg, so all connections of a port that is plugged in again
are made anew; making one twice does nothing.
"""

from __future__ import annotations

from functools import partial

import pjsua2 as pj

from .loop import Loop

PJ_EINVAL = 70004
"""pj/errno.h: an argument, here a port, is not valid."""

Plug = tuple[str, str]
"""Kind and name of a port: ("leg", its id), ("play", its leg's id), ("left", ...), ("right", ...), ("tap", ...)."""


class Patchbay:
    """Ports by plug and the connections between them. Owner thread only."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._ports: dict[Plug, pj.AudioMedia] = {}
        self._numbers: dict[Plug, int] = {}
        self._sources: dict[Plug, set[Plug]] = {}
        self._wanted: dict[Plug, frozenset[Plug]] = {}
        self._listeners: dict[Plug, set[Plug]] = {}
        self._kept: set[Plug] = set()

    def plug(self, plug: Plug, port: pj.AudioMedia) -> None:
        """Put a port in place, or note that its media changed: all its connections are made, again if necessary."""
        number = port.getPortId()
        self._ports[plug] = port
        if self._numbers.get(plug) != number:
            self._forget(plug)
            self._numbers[plug] = number
        for source in self._wanted.get(plug, frozenset()):
            self._connect(source, plug)
        for listener in tuple(self._listeners.get(plug, ())):
            self._connect(plug, listener)
        self._keep_heard(plug)

    def unplug(self, plug: Plug) -> None:
        """A port is gone or about to go: forget its connections. Routes from and to it stay wanted."""
        self._ports.pop(plug, None)
        self._numbers.pop(plug, None)
        self._forget(plug)

    def remove(self, plug: Plug) -> None:
        """Like `unplug`, and forget the routes from and to it, too."""
        self.unplug(plug)
        for source in self._wanted.pop(plug, frozenset()):
            self._listeners.get(source, set()).discard(plug)
        for listener in self._listeners.pop(plug, set()):
            self._wanted[listener] = self._wanted.get(listener, frozenset()) - {plug}

    def route(self, sink: Plug, sources: frozenset[Plug]) -> None:
        """Let `sink` hear exactly `sources`: now where both ports are in place, else as soon as they are."""
        before = self._wanted.get(sink, frozenset())
        self._wanted[sink] = sources
        for gone in before - sources:
            self._listeners.get(gone, set()).discard(sink)
            self._disconnect(gone, sink)
        for new in sources - before:
            self._listeners.setdefault(new, set()).add(sink)
            self._connect(new, sink)

    def connected(self, source: Plug, sink: Plug) -> bool:
        return source in self._sources.get(sink, set())

    def in_place(self, plug: Plug) -> bool:
        return plug in self._ports

    def _keep_heard(self, plug: Plug) -> None:
        """Connect a leg without a listener to the null device. The bridge takes no frames from a port without a
        listener: its jitter buffer fills, and the next listener hears the leg late, and then squeezed until the buffer
        is empty again (5 s). A leg with a listener is not connected, as each connection costs time in the mixer."""
        port = self._ports.get(plug)
        if plug[0] != "leg" or port is None:
            return
        heard = any(plug in sources for sources in self._sources.values())
        if heard is (plug not in self._kept):
            return
        nobody = pj.Endpoint.instance().audDevManager().getPlaybackDevMedia()
        try:
            if heard:
                self._kept.discard(plug)
                port.stopTransmit(nobody)
            else:
                self._kept.add(plug)
                port.startTransmit(nobody)
        except pj.Error as problem:
            # A leg that ends in this turn has no port any more.
            if problem.status != PJ_EINVAL:
                self._loop.fault("connect", problem)

    def _connect(self, source: Plug, sink: Plug) -> None:
        out, into = self._ports.get(source), self._ports.get(sink)
        if out is None or into is None:
            return
        try:
            out.startTransmit(into)
        except pj.Error as problem:
            self._loop.fault("connect", problem)
            return
        self._sources.setdefault(sink, set()).add(source)
        self._keep_heard(source)

    def _disconnect(self, source: Plug, sink: Plug) -> None:
        made = self._sources.get(sink, set())
        out, into = self._ports.get(source), self._ports.get(sink)
        if source not in made or out is None or into is None:
            made.discard(source)
            return
        made.discard(source)
        try:
            out.stopTransmit(into)
        except pj.Error as problem:
            self._loop.fault("disconnect", problem)
        self._keep_heard(source)

    def _forget(self, plug: Plug) -> None:
        self._kept.discard(plug)
        left = self._sources.pop(plug, set())
        for sources in self._sources.values():
            sources.discard(plug)
        for source in left:
            # Later: the source may be about to go as well.
            self._loop.soon(partial(self._keep_heard, source))
