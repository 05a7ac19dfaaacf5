"""Addresses of hosts: those of accounts, those that are dialed, and those in messages of peers.

pjsip gets the addresses from here and never asks DNS itself (sip/pjsua2/cornetta_names.hpp). Names stay in the
messages; only the destination of a message is an address. The hosts of accounts are looked up before the accounts are
made and again as their answers run out; the last answer stands while DNS is silent.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from .locating import Answer, Query, Target, itself, parsed, targets_of
from .loop import Loop, Timer
from .resolver import Resolver

FIRST_ANSWER_S = 5.0
"""How long a configuration waits for names; names unknown by then are looked up again later."""
AGAIN_S = 30.0
"""The time until the next look-up of an account's host that DNS did not answer."""
UNKNOWN_S = 10.0
"""How long pjsip keeps the answer that a name has no addresses."""
PINNED_S = 3600.0
FAILED_S = 60.0
"""How long an address that did not answer is tried last (RFC 3263 4.3)."""
KNOWN_BOUND = 2048
FAILED_BOUND = 1024

Tell = Callable[[str, tuple[str, ...], float], None]
Done = Callable[[tuple[Target, ...]], None]


@dataclass(slots=True)
class _Entry:
    answer: Answer | None = None
    until: float = 0.0
    asking: bool = False
    waiting: list[Callable[[], None]] = field(default_factory=list)


class Names:
    """Owner thread only. `tell` gives pjsip the addresses of a query, valid for a number of seconds."""

    def __init__(self, loop: Loop, resolver: Resolver, tell: Tell, draw: Callable[[], float] = random.random) -> None:
        self._loop = loop
        self._resolver = resolver
        self._tell = tell
        self._draw = draw
        self._entries: OrderedDict[Query, _Entry] = OrderedDict()
        self._kept: frozenset[Query] = frozenset()
        self._failed: OrderedDict[Target, float] = OrderedDict()
        self._ready: Callable[[], None] | None = None
        self._again: Timer | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called when a host of an account has other addresses, or has them at last."""

    # -- hosts of accounts

    def want(self, queries: Iterable[Query], ready: Callable[[], None]) -> None:
        """Look up these hosts from now on. `ready` is called once: when all are known, or after 5 s."""
        self._kept = frozenset(query for query in queries if query.host and not query.is_literal)
        self._ready = ready
        for query in self._kept:
            if not self._fresh(query):
                self._ask(query)
        self._check()
        if self._ready is not None:
            self._loop.after(FIRST_ANSWER_S, lambda: self._go(ready))
        self._look_again()

    def addresses(self, query: Query) -> frozenset[str]:
        """All addresses of a host in no order; empty where none is known."""
        if query.is_literal:
            return frozenset({query.host})
        entry = self._entries.get(query)
        return frozenset(target.address for target in entry.answer.targets) if entry and entry.answer else frozenset()

    def first(self, query: Query) -> Target | None:
        """The address for a message to this host without an order of its own, such as REGISTER."""
        return next(iter(self._steady(query)), None)

    # -- one message

    def locate(self, query: Query, done: Done) -> None:
        """Call `done` with the addresses in the order of this one message: at once where they are known."""
        if query.is_literal:
            done(itself(query).targets)
            return
        if self._usable(query):
            done(self._drawn(query))
            return
        self._entry(query).waiting.append(lambda: done(self._drawn(query)))
        self._ask(query)

    def pin(self, query: Query, target: Target) -> None:
        """The next message to this host goes to this address; until `settle`."""
        if not query.is_literal:
            self._tell(query.text, (target.text,), PINNED_S)

    def settle(self, query: Query) -> None:
        """Undo `pin`: messages to this host go to its usual address."""
        if not query.is_literal:
            self._say(query)

    def failed(self, target: Target) -> None:
        """An address did not answer: for a while it is tried after all others."""
        self._failed.pop(target, None)
        self._failed[target] = self._loop.now() + FAILED_S
        if len(self._failed) > FAILED_BOUND:
            self._failed.popitem(last=False)
        self._say_kept(target)

    def answered(self, target: Target) -> None:
        if self._failed.pop(target, None) is not None:
            self._say_kept(target)

    def wanted(self, texts: Iterable[str]) -> None:
        """pjsip needs these names for messages that wait."""
        for text in texts:
            query = parsed(text)
            if self._usable(query):
                self._say(query)
            else:
                self._entry(query).waiting.append(partial(self._say, query))
                self._ask(query)

    # -- known addresses

    def _entry(self, query: Query) -> _Entry:
        entry = self._entries.get(query)
        if entry is None:
            entry = self._entries[query] = _Entry()
            self._forget_some()
        self._entries.move_to_end(query)
        return entry

    def _forget_some(self) -> None:
        if len(self._entries) <= KNOWN_BOUND:
            return
        idle = (query for query, entry in self._entries.items() if query not in self._kept and not entry.asking)
        oldest = next(idle, None)
        if oldest is not None:
            del self._entries[oldest]

    def _fresh(self, query: Query) -> bool:
        entry = self._entries.get(query)
        return entry is not None and entry.answer is not None and self._loop.now() < entry.until

    def _usable(self, query: Query) -> bool:
        """Whether an answer may be used. A host of an account is looked up again beside its calls, which are not
        delayed while DNS is silent."""
        return self._fresh(query) or (query in self._kept and bool(self.addresses(query)))

    def _ask(self, query: Query) -> None:
        entry = self._entry(query)
        if not entry.asking:
            entry.asking = True
            self._resolver.find(query, partial(self._told, query))

    def _told(self, query: Query, answer: Answer | None) -> None:
        """From the resolver's thread."""
        self._loop.post(lambda: self._came(query, answer))

    def _came(self, query: Query, answer: Answer | None) -> None:
        entry = self._entry(query)
        entry.asking = False
        before = self.addresses(query)
        kept = query in self._kept
        silent = answer is None or (kept and not answer.servers and bool(before))
        if silent:
            # For hosts of accounts the last answer stands: an outage of DNS is no outage of a trunk.
            entry.answer = entry.answer if kept and entry.answer is not None else Answer((), UNKNOWN_S)
        else:
            entry.answer = answer
        seconds = UNKNOWN_S if silent or entry.answer is None else entry.answer.seconds
        entry.until = self._loop.now() + seconds
        waiting, entry.waiting = entry.waiting, []
        for each in waiting:
            each()
        if kept:
            self._say(query)
            self._look_again()
            if self._ready is None and self.addresses(query) != before:
                self.changed()
        self._check()

    def _check(self) -> None:
        if self._ready is not None and all(self._settled(query) for query in self._kept):
            self._go(self._ready)

    def _settled(self, query: Query) -> bool:
        entry = self._entries.get(query)
        return entry is not None and entry.answer is not None

    def _go(self, ready: Callable[[], None]) -> None:
        if self._ready is ready:
            self._ready = None
            ready()

    def _look_again(self) -> None:
        """Look up the hosts of accounts again as their answers run out."""
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if not self._kept:
            return
        due = min(self._entries[query].until if query in self._entries else 0.0 for query in self._kept)
        wait_s = max(1.0, min(AGAIN_S, due - self._loop.now()))
        self._again = self._loop.after(wait_s, self._repeat)

    def _repeat(self) -> None:
        self._again = None
        for query in self._kept:
            if not self._fresh(query):
                self._ask(query)
        self._look_again()

    # -- orders

    def _recently_failed(self) -> frozenset[Target]:
        now = self._loop.now()
        while self._failed and next(iter(self._failed.values())) <= now:
            self._failed.popitem(last=False)
        return frozenset(self._failed)

    def _drawn(self, query: Query) -> tuple[Target, ...]:
        entry = self._entries.get(query)
        return targets_of(entry.answer, self._recently_failed(), self._draw) if entry and entry.answer else ()

    def _steady(self, query: Query) -> tuple[Target, ...]:
        """Without chance, so that a registration stays where it is: the heaviest of the first priority."""
        if query.is_literal:
            return itself(query).targets
        entry = self._entries.get(query)
        return targets_of(entry.answer, self._recently_failed(), lambda: 0.999) if entry and entry.answer else ()

    def _say(self, query: Query) -> None:
        entry = self._entries.get(query)
        left_s = max(UNKNOWN_S, entry.until - self._loop.now()) if entry is not None else UNKNOWN_S
        seconds = PINNED_S if query in self._kept and self._steady(query) else left_s
        self._tell(query.text, tuple(target.text for target in self._steady(query)), seconds)

    def _say_kept(self, target: Target) -> None:
        for query in self._kept:
            entry = self._entries.get(query)
            if entry is not None and entry.answer is not None and target in entry.answer.targets:
                self._say(query)
