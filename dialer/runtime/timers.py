"""Timers by key: starting one again replaces it, so that each key fires at most once per start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """Calls `fire(key)` on the loop when a timer is due."""

    def __init__(self, fire: Callable[[str], None]) -> None:
        self._fire = fire
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def start(self, key: str, after_s: float) -> None:
        self.cancel(key)
        self._handles[key] = asyncio.get_running_loop().call_later(after_s, self._run, key)

    def cancel(self, key: str) -> None:
        handle = self._handles.pop(key, None)
        if handle is not None:
            handle.cancel()

    def _run(self, key: str) -> None:
        self._handles.pop(key, None)
        self._fire(key)

    def close(self) -> None:
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()

    def __len__(self) -> int:
        return len(self._handles)
