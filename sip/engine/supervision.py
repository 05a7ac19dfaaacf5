"""RTP time-out: a leg is cleared when its peer sends no audio for the account's time (pjsua has no such timer).

RTCP alone is no sign of life: a switch goes on with its reports when the phone behind it is lost. A peer that
suppresses silence, by its SDP or by comfort noise (RFC 3389), is given ten times as long without RTP and RTCP.

The time does not run while the peer is sendonly or inactive to us, or we hold: then silence is agreed. A silent agent's
phone is reported long before the leg is cleared, so that no contact is connected to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pjsua2 as pj

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy, LegRole, LegStanding

from .accounts import Accounts
from .leg import Leg, Life
from .loop import Loop
from .registry import Registry

LEAST_INTERVAL_S = 0.5
LONGEST_INTERVAL_S = 5.0
SUPPRESSED_TIMES = 10
"""How many times as long a peer that suppresses silence may be silent."""
SILENT_SHARE = 5
"""A phone counts as silent after this part of the time-out: 6 of 30 s."""


@dataclass(slots=True)
class _Pulse:
    life: Life
    heard_at: float
    sign_at: float
    looked_at: float


class Supervision:
    """Looks at the counters of every connected leg, each about ten times per time-out. Owner thread only.

    `tell` is called when a leg becomes silent, or is heard again."""

    def __init__(
        self,
        loop: Loop,
        registry: Registry,
        accounts: Accounts,
        hang_up: Callable[[Leg, ClearedBy], None],
        tell: Callable[[Leg], None],
    ) -> None:
        self._loop = loop
        self._registry = registry
        self._accounts = accounts
        self._hang_up = hang_up
        self._tell = tell
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
                self._mark(leg, silent=False)
                continue
            pulse = self._pulses.get(leg.id)
            if pulse is None or now - pulse.looked_at >= min(timeout_s / 10, LONGEST_INTERVAL_S):
                self._check(leg, pulse, now, timeout_s)

    def _timeout_s(self, leg: Leg) -> float:
        """The time-out of a leg; 0 where silence is no fault."""
        if leg.standing is not LegStanding.CONNECTED or leg.held_by_us or leg.held_by_peer or not leg.receives:
            return 0.0
        account = self._accounts.get(leg.account)
        return account.settings.rtp_timeout_s if account is not None and account.settings is not None else 0.0

    def _check(self, leg: Leg, pulse: _Pulse | None, now: float, timeout_s: float) -> None:
        if leg.call is None:
            return
        try:
            life = leg.call.life()
        except pj.Error:
            # Offer and answer left no stream, so no audio will ever come.
            life = pulse.life if pulse is not None else Life()
        if pulse is None:
            self._pulses[leg.id] = _Pulse(life, now, now, now)
            return
        if life.rtp != pulse.life.rtp:
            pulse.heard_at = pulse.sign_at = now
        elif life.rtcp != pulse.life.rtcp:
            pulse.sign_at = now
        pulse.life, pulse.looked_at = life, now
        if leg.suppresses_silence or life.comfort_noise:
            self._mark(leg, silent=False)
            if now - pulse.sign_at >= SUPPRESSED_TIMES * timeout_s:
                self._hang_up(leg, ClearedBy.MEDIA)
        elif now - pulse.heard_at >= timeout_s:
            self._hang_up(leg, ClearedBy.MEDIA)
        else:
            self._mark(leg, silent=now - pulse.heard_at >= timeout_s / SILENT_SHARE)

    def _mark(self, leg: Leg, *, silent: bool) -> None:
        if leg.silent is not silent and leg.role is LegRole.AGENT:
            leg.silent = silent
            self._tell(leg)
