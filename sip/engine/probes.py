"""OPTIONS to find out whether a trunk is alive. pjsip waits 32 s for an answer, a probe only for its own deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pjsua2 as pj

from dialer.vocabulary import telephony

from .account import SipAccount, next_hop, with_transport
from .locating import Query, Target
from .loop import Loop, Timer
from .names import Names

_KEPT_S = 40.0
"""After this time pjsip's transaction is over and its token may be freed."""


@dataclass(slots=True, eq=False)
class _Probe:
    command: telephony.Probe
    token: pj.TimeVal
    sent_at: float
    hop: Target
    deadline: Timer | None = None
    done: bool = False


class Probes:
    """Probes under way, by the address of the token that pjsip gives back. Owner thread only."""

    def __init__(self, loop: Loop, names: Names, asked: Callable[[str], None]) -> None:
        """`asked` is called with the address of each probe."""
        self._loop = loop
        self._names = names
        self._asked = asked
        self._probes: dict[int, _Probe] = {}

    def send(self, account: SipAccount | None, command: telephony.Probe) -> None:
        """One OPTIONS, as soon as the address of its host is known; where that is slow, the time counts as well."""
        if account is None or account.settings is None:
            self._tell(command, 0, "no such account", -1.0)
            return
        begun_at = self._loop.now()
        query = next_hop(account.settings, command.uri)
        self._names.locate(query, lambda hops: self._send(account, command, query, hops, begun_at))

    def _send(
        self,
        account: SipAccount,
        command: telephony.Probe,
        query: Query,
        hops: tuple[Target, ...],
        begun_at: float,
    ) -> None:
        if account.settings is None or account.retired or not hops:
            self._tell(command, 0, f"{query.host} has no address" if not hops else "no such account", -1.0)
            return
        probe = _Probe(command, pj.TimeVal(), begun_at, hops[0])
        key = int(probe.token.this)  # type: ignore[attr-defined]  # SWIG gives each object the address it has in C
        prm = pj.SendRequestParam()
        prm.method = "OPTIONS"
        prm.userData = probe.token
        prm.txOption.targetUri = with_transport(command.uri, account.settings.transport)
        self._probes[key] = probe
        left_s = max(0.0, begun_at + command.deadline_s - self._loop.now())
        probe.deadline = self._loop.after(left_s, lambda: self._missed(probe))
        self._loop.after(max(_KEPT_S, command.deadline_s), lambda: self._forget(key))
        self._asked(probe.hop.address)
        self._names.pin(query, probe.hop)
        try:
            account.sendRequest(prm)
        except pj.Error as problem:
            self._end(probe, 0, problem.reason)
        finally:
            self._names.settle(query)

    def answered(self, account: SipAccount, prm: pj.OnSendRequestParam) -> None:
        probe = self._probes.get(int(prm.userData)) if prm.userData is not None else None
        if probe is None:
            return
        change = prm.e.body.tsxState
        if change.type == pj.PJSIP_EVENT_RX_MSG:
            self._end(probe, change.tsx.statusCode, change.tsx.statusText)
        else:
            self._end(probe, 0, change.tsx.statusText)

    def _missed(self, probe: _Probe) -> None:
        self._end(probe, 0, "no answer in time")

    def _end(self, probe: _Probe, code: int, reason: str) -> None:
        if probe.done:
            return
        probe.done = True
        (self._names.answered if code else self._names.failed)(probe.hop)
        if probe.deadline is not None:
            probe.deadline.cancel()
        taken_ms = (self._loop.now() - probe.sent_at) * 1000
        self._tell(probe.command, code, reason, taken_ms if code else -1.0)

    def _tell(self, command: telephony.Probe, code: int, reason: str, taken_ms: float) -> None:
        self._loop.emit(
            telephony.ProbeCompleted(
                account=command.account,
                uri=command.uri,
                code=code,
                reason=reason,
                round_trip_ms=taken_ms,
                at=self._loop.now(),
            )
        )

    def _forget(self, key: int) -> None:
        self._probes.pop(key, None)
