"""RTP death: a leg whose peer sends neither RTP nor RTCP for the account's time is cleared (pjsua has no such timer).

Not while the peer is sendonly or inactive to us, or we hold: then silence is what was agreed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pjsua2 as pj

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy, LegStanding

from .accounts import Accounts
from .leg import Leg
from .loop import Loop
from .registry import Registry

LEAST_INTERVAL_S = 0.5


@dataclass(slots=True)
class _Pulse:
    counters: tuple[int, int]
    since: float
    looked_at: float


class Supervision:
    """Looks at the counters of every connected leg, each about ten times per time-out. Owner thread only."""

    def __init__(
        self, loop: Loop, registry: Registry, accounts: Accounts, hang_up: Callable[[Leg, ClearedBy], None]
    ) -> None:
        self._loop = loop
        self._registry = registry
        self._accounts = accounts
        self._hang_up = hang_up
        self._pulses: dict[LegId, _Pulse] = {}

    def start(self) -> None:
        self._loop.every(LEAST_INTERVAL_S, self._look)

    def clear(self, leg: Leg) -> None:
        self._pulses.pop(leg.id, None)

    def _look(self) -> None:
        now = self._loop.now()
        for leg in self._registry:
            timeout_s = self._timeout_s(leg)
            if timeout_s <= 0:
                self._pulses.pop(leg.id, None)
                continue
            pulse = self._pulses.get(leg.id)
            if pulse is None or now - pulse.looked_at >= min(timeout_s / 10, 5.0):
                self._check(leg, pulse, now, timeout_s)

    def _timeout_s(self, leg: Leg) -> float:
        """0 where silence is no fault."""
        if leg.standing is not LegStanding.CONNECTED or leg.held_by_us or leg.held_by_peer or not leg.receives:
            return 0.0
        account = self._accounts.get(leg.account)
        return account.settings.rtp_timeout_s if account is not None and account.settings is not None else 0.0

    def _check(self, leg: Leg, pulse: _Pulse | None, now: float, timeout_s: float) -> None:
        if leg.call is None:
            return
        try:
            counters = leg.call.signs_of_life()
        except pj.Error:
            # No stream: offer and answer left none, so nothing will ever be heard.
            counters = pulse.counters if pulse is not None else (0, 0)
        if pulse is None or counters != pulse.counters:
            self._pulses[leg.id] = _Pulse(counters, now, now)
            return
        pulse.looked_at = now
        if now - pulse.since >= timeout_s:
            self._hang_up(leg, ClearedBy.MEDIA)
