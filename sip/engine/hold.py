"""Hold and resume by re-INVITE, one at a time per dialog, glare retried (RFC 3261 14.1)."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import LegStanding

from .leg import Leg, audio_only
from .loop import Loop, Timer

TRIES = 3
BUSY_RETRY_S = 0.5
"""How long to wait when the dialog has another offer under way."""
_GLARE = 491
_REFUSED_LOCALLY = 500


@dataclass(slots=True, eq=False)
class _Wish:
    held: bool
    sent: bool | None = None
    tries: int = 0
    timer: Timer | None = None


class Holds:
    """Standing wishes: hold this peer, or do not. Owner thread only."""

    def __init__(self, loop: Loop, chance: random.Random | None = None) -> None:
        self._loop = loop
        self._chance = chance or random.Random()
        self._wishes: dict[LegId, _Wish] = {}

    def want(self, leg: Leg, held: bool) -> None:
        """Hold or resume. Nothing is sent while an earlier re-INVITE runs; the last wish wins."""
        wish = self._wishes.get(leg.id)
        if wish is None:
            if leg.held_by_us == held:
                return
            self._wishes[leg.id] = wish = _Wish(held)
        wish.held = held
        if wish.sent is None and wish.timer is None:
            self._send(leg, wish)

    def media_changed(self, leg: Leg) -> None:
        """Our offer was answered if the leg is now as we asked."""
        wish = self._wishes.get(leg.id)
        if wish is None or wish.sent is None or leg.held_by_us != wish.sent:
            return
        self._loop.soon(lambda: self._settled(leg, wish))

    def answered(self, leg: Leg, code: int) -> None:
        """A re-INVITE of ours got its final answer; only failures matter here, 2xx shows in the media."""
        wish = self._wishes.get(leg.id)
        if wish is None or wish.sent is None or code < 300 or code in (401, 407, 422):
            return
        wish.sent = None
        if code == _GLARE and wish.tries < TRIES:
            self._again(leg, wish, self._glare_wait_s(leg))
        else:
            self._failed(leg, code)

    def clear(self, leg: Leg) -> None:
        wish = self._wishes.pop(leg.id, None)
        if wish is not None and wish.timer is not None:
            wish.timer.cancel()

    def _settled(self, leg: Leg, wish: _Wish) -> None:
        if self._wishes.get(leg.id) is not wish or leg.cleared:
            return
        wish.sent = None
        if leg.held_by_us == wish.held:
            del self._wishes[leg.id]
        else:
            wish.tries = 0
            self._send(leg, wish)

    def _send(self, leg: Leg, wish: _Wish) -> None:
        if leg.call is None or leg.standing is not LegStanding.CONNECTED:
            self._failed(leg, _REFUSED_LOCALLY)
            return
        wish.tries += 1
        prm = audio_only()
        try:
            if wish.held:
                leg.call.setHold(prm)
            else:
                prm.opt.flag = pj.PJSUA_CALL_UNHOLD
                leg.call.reinvite(prm)
        except pj.Error as problem:
            if wish.tries < TRIES:
                self._again(leg, wish, BUSY_RETRY_S)
            else:
                self._loop.fault("hold", problem, leg.id)
                self._failed(leg, _REFUSED_LOCALLY)
            return
        wish.sent = wish.held

    def _again(self, leg: Leg, wish: _Wish, delay_s: float) -> None:
        def send() -> None:
            wish.timer = None
            if self._wishes.get(leg.id) is wish and not leg.cleared:
                self._send(leg, wish)

        wish.timer = self._loop.after(delay_s, send)

    def _failed(self, leg: Leg, code: int) -> None:
        self._wishes.pop(leg.id, None)
        self._loop.emit(telephony.HoldFailed(leg=leg.id, code=code, at=self._loop.now()))

    def _glare_wait_s(self, leg: Leg) -> float:
        """The wait after a glare, in units of 10 ms: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other
        side."""
        if leg.incoming:
            return self._chance.randrange(0, 201) / 100
        return self._chance.randrange(210, 401) / 100
