"""Timers by key: starting one again replaces it, so that each key fires at most once per start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol


class Due(Protocol):
    """A call to come, which may be cancelled."""

    def cancel(self) -> None: ...


#: Schedules a call after a number of seconds.
Later = Callable[[float, Callable[[], None]], Due]


def on_loop(after_s: float, what: Callable[[], None]) -> Due:
    """Later, on the running loop."""
    return asyncio.get_running_loop().call_later(after_s, what)


class Timers:
    """Calls `fire(key)` when a timer is due."""

    def __init__(self, fire: Callable[[str], None], later: Later = on_loop) -> None:
        self._fire = fire
        self._later = later
        self._due: dict[str, Due] = {}

    def start(self, key: str, after_s: float) -> None:
        self.cancel(key)
        self._due[key] = self._later(after_s, partial(self._run, key))

    def cancel(self, key: str) -> None:
        due = self._due.pop(key, None)
        if due is not None:
            due.cancel()

    def _run(self, key: str) -> None:
        self._due.pop(key, None)
        self._fire(key)

    def close(self) -> None:
        for due in self._due.values():
            due.cancel()
        self._due.clear()

    def __len__(self) -> int:
        return len(self._due)
