"""The life of legs: pjsip's callbacks made into events. One LegCleared for each leg, always the last."""

from __future__ import annotations

from collections.abc import Callable

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import ClearedBy, LegStanding, StreamStatistics

from . import reasons, sdp
from .accounts import Accounts
from .allowance import Allowance
from .bridge import Bridges
from .challenges import asked_in_vain
from .hold import Holds
from .leg import Ending, Leg, MediaState
from .loop import Loop
from .media import Players
from .recording import Recorders
from .registry import Registry

SHORTEST_DIGIT_S = 0.060
"""The shortest time between two equal digits of a keypad: 40 ms of tone and a pause (Q.24)."""
_LEGS_MAX = 20_000
_DIGITS = frozenset("0123456789*#ABCDabcd")


class Dialogs:
    """Listener of all SipCalls. Owner thread only."""

    def __init__(
        self,
        loop: Loop,
        registry: Registry,
        accounts: Accounts,
        bridges: Bridges,
        players: Players,
        recorders: Recorders,
        holds: Holds,
    ) -> None:
        self._loop = loop
        self._registry = registry
        self._accounts = accounts
        self._bridges = bridges
        self._players = players
        self._recorders = recorders
        self._holds = holds
        # More than any keypad or network sends; each is an event that the node commits.
        self._digits = Allowance(at_once=40, per_s=20.0, names_max=_LEGS_MAX)
        self._provisionals = Allowance(at_once=20, per_s=1.0, names_max=_LEGS_MAX)
        self.media_listeners: list[Callable[[Leg], None]] = []
        self.mute_listeners: list[Callable[[Leg], None]] = []
        self.changed_listeners: list[Callable[[Leg], None]] = []
        self.cleared_listeners: list[Callable[[Leg], None]] = []
        self.elsewhere: Callable[[Leg, Ending], bool] = lambda leg, ending: False
        """Takes an INVITE that failed without a sign of the contact to another server; whether there is one."""

    def provisional(self, leg: Leg, code: int, sdp: bool) -> None:
        leg.heard = True
        at = self._loop.now()
        if leg.cleared or self._provisionals.take(leg.id, at) is None:
            return
        leg.early_media = leg.early_media or sdp
        self.changed(leg)
        if code == 180:
            leg.standing = LegStanding.ALERTING
            leg.alerted = True
            self._loop.emit(telephony.LegAlerting(leg=leg.id, early_media=sdp, at=at))
            return
        leg.alerted = leg.alerted or code > 180
        self._loop.emit(telephony.LegProgress(leg=leg.id, code=code, early_media=sdp, at=at))

    def changed(self, leg: Leg) -> None:
        """The dialog of a leg began, or has another state, tag, route or target."""
        for listener in self.changed_listeners:
            listener(leg)

    def connecting(self, leg: Leg) -> None:
        """The 200 was received, or ours was sent."""
        leg.heard = True
        if leg.answered_at is not None or leg.incoming:
            return
        leg.answered_at = self._loop.now()
        leg.mute = leg.call.sdp_problem() if leg.call is not None else ""
        if leg.mute:
            leg.clearing_by = leg.clearing_by or ClearedBy.MEDIA
        self._join_awaiting(leg)

    def confirmed(self, leg: Leg) -> None:
        if leg.cleared or leg.standing is LegStanding.CONNECTED:
            return
        leg.standing = LegStanding.CONNECTED
        if leg.ring_timer is not None:
            leg.ring_timer.cancel()
        self.changed(leg)
        if leg.mute:
            # It never becomes a call: the ACK has left, the BYE follows, and only the end is reported.
            for listener in self.mute_listeners:
                listener(leg)
            return
        if leg.answered_at is None:
            leg.answered_at = self._loop.now()
            self._join_awaiting(leg)
        self._loop.emit(telephony.LegAnswered(leg=leg.id, at=leg.answered_at))

    def _join_awaiting(self, leg: Leg) -> None:
        """Join the leg to the bridge of its Dial, which ends the ringback played there. pjsip reports a 200 before it
        starts the media, so that the connections are made as the port comes, for the bridge's next tick. A leg that we
        have given up is ending (RFC 3261 9.1)."""
        if leg.bridge_at_answer is None or leg.clearing_by is not None or leg.cleared:
            return
        self._bridges.join(leg, telephony.Join(leg.id, leg.bridge_at_answer))
        for other in self._bridges.together_with(leg):
            waiting = self._registry.get(other)
            if waiting is not None:
                self._players.stop(waiting)

    def media(self, leg: Leg, state: MediaState) -> None:
        if leg.cleared:
            return
        leg.audio, leg.media_active, leg.receives = state.audio, state.active, state.receives
        leg.held_by_us, leg.held_by_peer = state.held_by_us, state.held_by_peer
        leg.codec = state.codec or leg.codec
        self._bridges.media_changed(leg)
        self._players.media_changed(leg)
        for listener in self.media_listeners:
            listener(leg)
        self.tell_media(leg)
        self._holds.media_changed(leg)
        if leg.standing is LegStanding.CONNECTED:
            self.changed(leg)

    def asserted(self, leg: Leg, message: str) -> None:
        """An answer, re-INVITE or UPDATE of the peer: the party at its end may have changed (RFC 4916, RFC 3325)."""
        identity = reasons.asserted_user(message)
        if identity and identity != leg.identity:
            leg.identity = identity
            if leg.answered_at is not None:
                self.tell_media(leg)

    def tell_media(self, leg: Leg) -> None:
        """Emit the state of a leg's media."""
        self._loop.emit(
            telephony.LegMedia(
                leg=leg.id,
                active=leg.media_active,
                held_by_us=leg.held_by_us,
                held_by_peer=leg.held_by_peer,
                codec=leg.codec,
                at=self._loop.now(),
                identity=leg.identity,
                silent=leg.silent,
            )
        )

    def stream_over(self, leg: Leg, statistics: StreamStatistics) -> None:
        """A stream ends with the leg or with a re-INVITE: its counters are added up."""
        leg.statistics = added(leg.statistics, statistics)

    def reinvite_answered(self, leg: Leg, code: int) -> None:
        self._holds.answered(leg, code)

    def digit(self, leg: Leg, digit: str) -> None:
        """A stream that is remade by a re-INVITE hears the repeated last packet of a digit as a new one."""
        now = self._loop.now()
        last, leg.last_digit = leg.last_digit, (digit, now)
        if last is not None and last[0] == digit and now - last[1] < SHORTEST_DIGIT_S:
            return
        if digit in _DIGITS and self._digits.take(leg.id, now) is not None:
            self._loop.emit(telephony.Digits(leg=leg.id, digits=digit, at=now))

    def sdp(self, leg: Leg, written: str) -> str:
        account = self._accounts.get(leg.account)
        if account is None or account.settings is None:
            return written
        return sdp.only(written, account.settings.codecs)

    def ended(self, leg: Leg, ending: Ending) -> None:
        """pjsip says DISCONNECTED: by the peer, by a timer or transport of its own, or because we hung up."""
        if self.elsewhere(leg, ending):
            return
        if ending.from_peer:
            leg.heard = True
        # A CANCEL of the peer shows as our 487, not as a message of theirs.
        cancelled = leg.incoming and leg.answered_at is None
        by = leg.clearing_by or (ClearedBy.PEER if ending.from_peer or cancelled else ClearedBy.TRANSPORT)
        code = self._final_code(leg, ending)
        reason = ending.reason if by in (ClearedBy.PEER, ClearedBy.TRANSPORT) else ""
        if by is ClearedBy.MEDIA:
            reason = leg.mute
        why = asked_in_vain(code, ending.message) if by is ClearedBy.PEER and leg.answered_at is None else ""
        reason = f"{reason}: {why}" if why else reason
        self.clear(leg, by, code=code, reason=reason, message=ending.message)

    def clear(
        self,
        leg: Leg,
        by: ClearedBy,
        *,
        code: int = 0,
        reason: str = "",
        message: str = "",
        exhausted: bool = False,
    ) -> None:
        """Emit LegCleared and forget the leg. A second call does nothing."""
        if leg.cleared:
            return
        leg.cleared = True
        leg.standing = LegStanding.CLEARING
        if leg.ring_timer is not None:
            leg.ring_timer.cancel()
        self._let_parts_forget(leg)
        at = self._loop.now()
        self._registry.forget(leg, at)
        self._loop.emit(
            telephony.LegCleared(
                leg=leg.id,
                code=code,
                reason=reason,
                q850=reasons.q850(message) if message else None,
                by=by,
                at=at,
                answered=leg.answered_at is not None,
                heard=leg.heard,
                alerted=leg.alerted,
                retry_after_s=reasons.retry_after_s(message) if message else None,
                statistics=leg.statistics,
                exhausted=exhausted,
            )
        )
        # Later, outside of the callback: the account's transport may still have to answer the BYE.
        self._loop.soon(self._accounts.sweep)

    def _let_parts_forget(self, leg: Leg) -> None:
        for listener in self.cleared_listeners:
            listener(leg)
        self._recorders.clear(leg)
        self._players.clear(leg)
        self._holds.clear(leg)
        self._bridges.clear(leg)
        self._digits.forget(leg.id)
        self._provisionals.forget(leg.id)

    def late_answer(self, call_id: str) -> None:
        """A 2xx came to a given-up INVITE; pjsip has sent ACK and BYE."""
        leg = self._registry.late(call_id)
        if leg is not None:
            self._loop.emit(telephony.LateAnswer(leg=leg, at=self._loop.now(), call_id=call_id))

    @staticmethod
    def _final_code(leg: Leg, ending: Ending) -> int:
        """The final answer to the INVITE: 200 for an answered leg, 0 where none came before the end."""
        if leg.answered_at is not None:
            return 200
        if leg.incoming and leg.reject_code:
            return leg.reject_code
        return ending.code if ending.from_peer and leg.clearing_by is None else 0


def added(one: StreamStatistics | None, other: StreamStatistics) -> StreamStatistics:
    """Counters of two streams of one leg; jitter and round trip are those of the later one where it knows them."""
    if one is None:
        return other
    return StreamStatistics(
        received_packets=one.received_packets + other.received_packets,
        received_bytes=one.received_bytes + other.received_bytes,
        lost_packets=one.lost_packets + other.lost_packets,
        sent_packets=one.sent_packets + other.sent_packets,
        sent_bytes=one.sent_bytes + other.sent_bytes,
        jitter_ms=other.jitter_ms if other.jitter_ms >= 0 else one.jitter_ms,
        round_trip_ms=other.round_trip_ms if other.round_trip_ms >= 0 else one.round_trip_ms,
        codec=other.codec or one.codec,
    )
