"""Limits on failed log-ins: for an account, for an address, and for both together.

No account is locked. Log-ins beyond a limit are in the slow lane, where passwords are checked at intervals that grow
with each wrong one: the right password logs in; all others are told to wait, whether theirs was checked or not. A
device that has proven an earlier log-in of the account has limits of its own.

Memory is bounded, and no account under attack is forgotten: existing accounts are kept by name, each with a bounded
number of addresses; addresses as such and unknown names are kept by a part of their hash, so that some share a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent_api.frame.meter import Meter

WINDOW_S = 60.0
#: Wrong passwords for one account from one address within `WINDOW_S`; also for one account from its own devices.
PER_ACCOUNT = 5
#: Wrong passwords from one address, for any accounts, within `WINDOW_S`.
PER_ADDRESS = 6
#: Wrong passwords for one account from all addresses together, within `LONG_WINDOW_S`.
PER_ACCOUNT_OF_ALL = 30
LONG_WINDOW_S = 600.0
#: Passwords checked in the slow lane, of all accounts together: at a time, and for each second.
SLOW_BURST = 10
SLOW_PER_S = 5.0
#: Pause of an account in the slow lane after a wrong password: the first one, doubled by each further, and the last.
FIRST_PAUSE_S = 2.0
LAST_PAUSE_S = 60.0

#: The same for one account, also for an attacker with many addresses.
SLOW_BURST_OF_ACCOUNT = 16
SLOW_PER_S_OF_ACCOUNT = 0.2

_ADDRESSES = 16_384
_ADDRESSES_OF_ACCOUNT = 64
_STRANGERS = 256
#: The key for tries from devices of the account, in place of an address.
_DEVICES = "devices"


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt to log in. `known`: the account exists; `device`: it comes from a device of the account."""

    account: str
    address: str
    known: bool
    device: bool = False


@dataclass(slots=True)
class _Pair:
    """An account and an address from which log-ins failed."""

    meter: Meter
    slow_until: float = 0.0
    pause_s: float = 0.0


class _Account:
    """The failures of one account, by address and in all."""

    def __init__(self, now: float) -> None:
        self.of_all = Meter(PER_ACCOUNT_OF_ALL, PER_ACCOUNT_OF_ALL / LONG_WINDOW_S, now)
        self.slow = Meter(SLOW_BURST_OF_ACCOUNT, SLOW_PER_S_OF_ACCOUNT, now)
        self.pairs: dict[str, _Pair] = {}

    def pair(self, address: str, now: float) -> _Pair:
        """The failures of an address. Of too many addresses the one with the fewest or oldest failures is forgotten."""
        found = self.pairs.get(address)
        if found is None:
            if len(self.pairs) >= _ADDRESSES_OF_ACCOUNT:
                del self.pairs[min(self.pairs, key=lambda each: self.pairs[each].meter.used(now))]
            found = self.pairs[address] = _Pair(Meter(PER_ACCOUNT, PER_ACCOUNT / WINDOW_S, now))
        return found


class LogInLimit:
    """Times are monotonic seconds. Hashes are Python's own, with a key for each process."""

    def __init__(self) -> None:
        self._accounts: dict[object, _Account] = {}
        self._addresses: dict[int, Meter] = {}
        self._slow = Meter(SLOW_BURST, SLOW_PER_S, 0.0)

    def wait_s(self, tried: Try, now: float) -> float:
        """How long the slow lane goes on without further failures; 0 outside of it."""
        return max(meter.wait_s(now) for meter in self._limits(tried, now))

    def begin(self, tried: Try, now: float) -> bool:
        """Whether the password is checked outside the slow lane. The try counts as a failure until it succeeds, so that
        simultaneous tries cannot pass the limits."""
        limits = self._limits(tried, now)
        if any(meter.wait_s(now) > 0 for meter in limits):
            return False
        for meter in limits:
            meter.take(now)
        return True

    def is_crowded(self, tried: Try, now: float) -> bool:
        """Whether the address alone is at its limit: earlier tries from there may still succeed and make room."""
        *own, address = self._limits(tried, now)
        return not tried.device and address.wait_s(now) > 0 and all(meter.wait_s(now) <= 0 for meter in own)

    def take_back(self, tried: Try, now: float) -> None:
        """The try was given up before the password was checked."""
        for meter in self._limits(tried, now):
            meter.give_back(now, 1.0)

    def failed_slowly(self, tried: Try, now: float) -> None:
        """A password in the slow lane was wrong."""
        for meter in self._limits(tried, now):
            meter.take(now)

    def succeeded(self, tried: Try, now: float) -> None:
        """Former failures with this account from there count no more, for account or address. Failures of the address
        with other accounts still count, as a user may guess the passwords of others."""
        pair = self._pair(tried, now)
        mistyped = pair.meter.used(now)
        for meter in self._limits(tried, now):
            meter.give_back(now, mistyped)
        pair.slow_until = pair.pause_s = 0.0

    def may_check(self, tried: Try, now: float) -> bool:
        """Whether a password in the slow lane is checked now; counts it."""
        if not tried.known:
            return False
        pair = self._pair(tried, now)
        if now < pair.slow_until or not self._account(tried, now).slow.take(now) or not self._slow.take(now):
            return False
        calm = now - pair.slow_until > LONG_WINDOW_S
        pair.pause_s = FIRST_PAUSE_S if calm else min(LAST_PAUSE_S, max(FIRST_PAUSE_S, 2 * pair.pause_s))
        pair.slow_until = now + pair.pause_s
        return True

    def __len__(self) -> int:
        """The number of entries."""
        return len(self._addresses) + sum(1 + len(account.pairs) for account in self._accounts.values())

    def _limits(self, tried: Try, now: float) -> list[Meter]:
        pair = self._pair(tried, now)
        if tried.device:
            return [pair.meter]
        number = hash(tried.address) % _ADDRESSES
        address = self._addresses.get(number)
        if address is None:
            address = self._addresses[number] = Meter(PER_ADDRESS, PER_ADDRESS / WINDOW_S, now)
        return [pair.meter, self._account(tried, now).of_all, address]

    def _pair(self, tried: Try, now: float) -> _Pair:
        return self._account(tried, now).pair(_DEVICES if tried.device else tried.address, now)

    def _account(self, tried: Try, now: float) -> _Account:
        name: object = tried.account if tried.known else hash(tried.account) % _STRANGERS
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = _Account(now)
        return account
