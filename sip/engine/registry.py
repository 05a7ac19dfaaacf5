"""All legs of the engine, and the pj.Call of each for exactly as long as it may live.

Python must hold each Call until pjsip reports DISCONNECTED: a collected Call hangs up silently. And it must release the
Call soon after: one that outlives its slot would take away the callbacks of the slot's next call. So the Call of a
cleared leg is released on the owner's next turn, outside of any callback.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import pjsua2 as pj

from dialer.vocabulary.ids import AccountId, LegId

from .leg import Leg, SipCall

LATE_ANSWER_WINDOW_S = 64.0
"""How long a given-up INVITE may still be answered: 32 s of retransmissions, and as long again."""
_GIVEN_UP_BOUND = 50_000


class Registry:
    """Legs by id. Owner thread only."""

    def __init__(self) -> None:
        self._legs: dict[LegId, Leg] = {}
        self._dead: list[SipCall] = []
        self._given_up: OrderedDict[str, tuple[LegId, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._legs)

    def __iter__(self) -> Iterator[Leg]:
        return iter(tuple(self._legs.values()))

    def __contains__(self, leg: LegId) -> bool:
        return leg in self._legs

    def get(self, leg: LegId) -> Leg | None:
        return self._legs.get(leg)

    def add(self, leg: Leg) -> None:
        self._legs[leg.id] = leg

    def of_account(self, account: AccountId) -> int:
        return sum(1 for leg in self._legs.values() if leg.account == account)

    def forget(self, leg: Leg, now: float) -> None:
        """Forget a cleared leg; its Call is released on the next turn."""
        self._legs.pop(leg.id, None)
        if leg.call is not None:
            self._dead.append(leg.call)
            leg.call = None
        leg.audio = None
        if not leg.incoming and leg.answered_at is None:
            self.expect_late_answer(leg.call_id, leg.id, now)

    def expect_late_answer(self, call_id: str, leg: LegId, now: float) -> None:
        """This INVITE was given up, by us or with the former engine."""
        self._given_up[call_id] = (leg, now)
        if len(self._given_up) > _GIVEN_UP_BOUND:
            self._given_up.popitem(last=False)

    def let_go(self, call: SipCall) -> None:
        """Forget a call whose leg goes on without it; it is released on the next turn."""
        self._dead.append(call)

    def turn(self) -> bool:
        """Release forgotten calls; returns whether there were any."""
        if not self._dead:
            return False
        self._dead.clear()
        return True

    def late(self, call_id: str) -> LegId | None:
        """The leg that had given this INVITE up; returned once."""
        found = self._given_up.pop(call_id, None)
        return found[0] if found is not None else None

    @property
    def expects_late_answers(self) -> bool:
        return bool(self._given_up)

    def forget_given_up(self, now: float) -> None:
        while self._given_up:
            call_id, (_, since) = next(iter(self._given_up.items()))
            if now - since < LATE_ANSWER_WINDOW_S:
                return
            del self._given_up[call_id]

    def lingering(self) -> int:
        """The number of pjsua's call slots that are no legs any more but whose last transactions still run."""
        return max(0, calls_in_use(len(self._legs)) - len(self._legs))

    def slots_in_use(self) -> int:
        """The number of slots by pjsua's own count, which includes lingering calls."""
        return calls_in_use(len(self._legs))


def calls_in_use(otherwise: int) -> int:
    """pjsua's own count of calls; `otherwise` where the build does not report it."""
    ask = getattr(pj, "cornettaCallsInUse", None)
    return int(ask()) if ask is not None else otherwise
