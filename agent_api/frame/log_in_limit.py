"""Limits on log-ins that fail: for an account, for an address, and for both together.

Nobody is locked out. What is beyond a limit is in the slow lane: there a password is checked now and then, longer apart
with each that is wrong, and whoever has the right one gets in; all others are told to wait, whether theirs was checked
or not. A device that has proven an earlier log-in of the account has a lane of its own.

Memory has a bound and nothing under attack is forgotten: accounts that exist are kept by their names, of which there
are as many as users, each with a number of addresses; addresses as such and names that do not exist are kept by a part
of their hash, so that some share a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent_api.frame.meter import Meter

WINDOW_S = 60.0
#: Wrong passwords for one account from one address within `WINDOW_S`; also for one account from its own devices.
PER_ACCOUNT = 5
#: Wrong passwords from one address, for whatever accounts, within `WINDOW_S`.
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

#: The same of one account: whoever has many addresses gets no further than that.
SLOW_BURST_OF_ACCOUNT = 16
SLOW_PER_S_OF_ACCOUNT = 0.2

_ADDRESSES = 16_384
_ADDRESSES_OF_ACCOUNT = 64
_STRANGERS = 256
#: Instead of an address, for tries from devices of the account.
_DEVICES = "devices"


@dataclass(frozen=True, slots=True)
class Try:
    """A log-in that is tried. `known`: the account exists; `device`: it comes from a device of the account."""

    account: str
    address: str
    known: bool
    device: bool = False


@dataclass(slots=True)
class _Pair:
    """An account and an address from which it failed."""

    meter: Meter
    slow_until: float = 0.0
    pause_s: float = 0.0


class _Account:
    """What one account has failed, by address and in all."""

    def __init__(self, now: float) -> None:
        self.of_all = Meter(PER_ACCOUNT_OF_ALL, PER_ACCOUNT_OF_ALL / LONG_WINDOW_S, now)
        self.slow = Meter(SLOW_BURST_OF_ACCOUNT, SLOW_PER_S_OF_ACCOUNT, now)
        self.pairs: dict[str, _Pair] = {}

    def pair(self, address: str, now: float) -> _Pair:
        """Of many addresses the one that has failed least, or longest ago, is forgotten."""
        found = self.pairs.get(address)
        if found is None:
            if len(self.pairs) >= _ADDRESSES_OF_ACCOUNT:
                del self.pairs[min(self.pairs, key=lambda each: self.pairs[each].meter.used(now))]
            found = self.pairs[address] = _Pair(Meter(PER_ACCOUNT, PER_ACCOUNT / WINDOW_S, now))
        return found


class LogInLimit:
    """Times are monotonic seconds. Hashes are Python's own, whose key is another in each process."""

    def __init__(self) -> None:
        self._accounts: dict[object, _Account] = {}
        self._addresses: dict[int, Meter] = {}
        self._slow = Meter(SLOW_BURST, SLOW_PER_S, 0.0)

    def wait_s(self, tried: Try, now: float) -> float:
        """How long the slow lane goes on without further failures; 0 outside of it."""
        return max(meter.wait_s(now) for meter in self._limits(tried, now))

    def begin(self, tried: Try, now: float) -> bool:
        """Whether the password is checked like any other. It counts as a failure until it has proven to be none: many
        that are tried at the same time are no way around the limits."""
        limits = self._limits(tried, now)
        if any(meter.wait_s(now) > 0 for meter in limits):
            return False
        for meter in limits:
            meter.take(now)
        return True

    def is_crowded(self, tried: Try, now: float) -> bool:
        """Whether it is the address alone that has no room: others from there may prove to be no failures."""
        *own, address = self._limits(tried, now)
        return not tried.device and address.wait_s(now) > 0 and all(meter.wait_s(now) <= 0 for meter in own)

    def take_back(self, tried: Try, now: float) -> None:
        """What had begun was given up before the password was checked."""
        for meter in self._limits(tried, now):
            meter.give_back(now, 1.0)

    def failed_slowly(self, tried: Try, now: float) -> None:
        """A password in the slow lane was wrong."""
        for meter in self._limits(tried, now):
            meter.take(now)

    def succeeded(self, tried: Try, now: float) -> None:
        """Former failures with the account from there do not count any more, for it or the address. Those of the
        address with other accounts do: who has a password of their own may guess others'."""
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
        """Entries that are kept."""
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
