"""Servers that answer an INVITE after the call has gone to the next server of the name because of their silence (RFC
3263 4.3).

pjsip acknowledges such an answer and ends it by BYE. A person may have picked up there, which the rules count, and the
administrator has to learn of the slow server.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import pjsua2 as pj
import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId

from .endpoint import LateAnswer
from .leg import Leg
from .loop import Loop
from .registry import LATE_ANSWER_WINDOW_S, Registry

log = structlog.get_logger(__name__)

_BOUND = 10_000


class AnsweredLate(Exception):
    """A server answered an INVITE that meanwhile went to the next one."""


@dataclass(slots=True)
class _Left:
    """An INVITE given up at one server; its leg goes on at another. `told`: its late answer was reported."""

    leg: LegId
    begun_at: float
    at: float
    told: bool = False


class SilentServers:
    """INVITEs that were given up at a silent server, by our tag: their Call-ID is that of the next INVITE, too.

    Owner thread only. A build of pjsua2 without dialogs knows no tag, and then nothing is reported."""

    def __init__(self, loop: Loop, registry: Registry) -> None:
        self._loop = loop
        self._registry = registry
        self._left: OrderedDict[str, _Left] = OrderedDict()

    @property
    def expects_late_answers(self) -> bool:
        return bool(self._left)

    def leave(self, leg: Leg, silent_s: float) -> None:
        """Note that this leg's call, which still runs, is given up after `silent_s`."""
        if leg.call is None or not hasattr(pj, "cornettaDialog"):
            return
        try:
            tag = pj.cornettaDialog(leg.call.getId()).localTag
        except pj.Error:
            return  # no INVITE was sent
        now = self._loop.now()
        self._left[tag] = _Left(leg.id, now - silent_s, now)
        if len(self._left) > _BOUND:
            self._left.popitem(last=False)

    def answered(self, answer: LateAnswer) -> bool:
        """Report an answer to one of them, once; returns whether it was one."""
        left = self._left.get(answer.tag)
        if left is None:
            return False
        if not left.told:
            left.told = True
            self._registry.late(answer.call_id)
            self._tell(left, answer)
        return True

    def _tell(self, left: _Left, answer: LateAnswer) -> None:
        now = self._loop.now()
        self._loop.emit(telephony.LateAnswer(leg=left.leg, at=now, call_id=answer.call_id))
        log.warning("silent_server_answered", leg=left.leg, server=answer.source, after_s=round(now - left.begun_at, 1))
        why = (
            f"{answer.source} answered an INVITE after {now - left.begun_at:.1f} s without a word before, when the "
            "call had gone to the next server of its name; the answer was ended by BYE. Ask the carrier for a 100 "
            f"within {left.at - left.begun_at:.0f} s, or for this server to be taken out of its DNS"
        )
        self._loop.fault("silent_server", AnsweredLate(why), left.leg)

    def forget(self, now: float) -> None:
        """Forget INVITEs that cannot be answered any more."""
        while self._left:
            tag, left = next(iter(self._left.items()))
            if now - left.at < LATE_ANSWER_WINDOW_S:
                return
            del self._left[tag]
