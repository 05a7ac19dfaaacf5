"""Keep-alive of the connections to peers: a double CRLF, and the end of a connection that does not answer it.

RFC 5626 4.4.1. It is for accounts that are configured so: a peer that never answers would be cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId
from dialer.vocabulary.telephony import Transport

from .accounts import Accounts
from .loop import Loop, Timer

PATIENCE_S = 10.0
"""How long the answer may take (RFC 5626 4.4.1)."""


class KeepAlive:
    """Owner thread only."""

    def __init__(self, loop: Loop, accounts: Accounts) -> None:
        self._loop = loop
        self._accounts = accounts
        self._timers: dict[AccountId, Timer] = {}

    def apply(self, accounts: Iterable[telephony.Account]) -> None:
        """Take the present accounts. For UDP pjsip does it itself, by the account's settings."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for account in accounts:
            if account.keepalive_s and account.transport is not Transport.UDP:
                self._schedule(account.id, float(account.keepalive_s))

    def _schedule(self, account: AccountId, every_s: float) -> None:
        self._timers[account] = self._loop.after(every_s, partial(self._ping, account, every_s))

    def _ping(self, account: AccountId, every_s: float) -> None:
        self._schedule(account, every_s)
        self._accounts.keep_alive(PATIENCE_S, True, account)
        # A moment more, so that the last question has had its full time.
        self._loop.after(PATIENCE_S + 0.1, partial(self._accounts.keep_alive, PATIENCE_S, False, account))
