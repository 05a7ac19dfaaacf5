"""The known addresses of this engine, and the counts of messages kept out by `sip/pjsua2/cornetta_border.cpp`.

A stranger sends from an address that no account lists, that no host of an account has, and that we have not dialed.
Responses are accepted to requests of ours alone, from where these were sent or from a known address: a carrier may
answer from another of its machines.
"""

from __future__ import annotations

from collections.abc import Iterable

import pjsua2 as pj
import structlog

from .loop import Loop

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 10.0


class Misplaced(Exception):
    """A response came from an address to which the request was not sent."""


class Border:
    """Owner thread only. Without our build of pjsua2 there is no border: pjsip takes all messages."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._let_in: frozenset[str] = frozenset()
        self._guarded = hasattr(pj, "cornettaLetIn")

    def start(self) -> None:
        if self._guarded:
            self._loop.every(LOOK_EVERY_S, self._look)

    def let_in(self, networks: Iterable[str]) -> None:
        """Make these addresses and networks the known ones. Names are left out."""
        wanted = frozenset(networks)
        if self._guarded and wanted != self._let_in:
            self._let_in = wanted
            pj.cornettaLetIn(pj.StringVector(sorted(wanted)))

    def _look(self) -> None:
        """Log one line at most each time, however many messages came."""
        kept_out = pj.cornettaKeptOut()
        counts = {
            "strangers": kept_out.strangers,
            "strays": kept_out.strays,
            "misplaced": kept_out.misplaced,
            "excess": kept_out.excess,
        }
        if any(counts.values()):
            log.warning("kept_out", **counts)
        if kept_out.misplaced:
            why = f"{kept_out.misplaced} answers to requests of ours were ignored, the last from"
            said = f"{why} {kept_out.misplacedFrom}: the request went elsewhere, and no account lists this address"
            self._loop.fault("border", Misplaced(said))
