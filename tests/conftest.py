"""Every test leaves descriptors, threads, child processes and tasks as it found them."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio

#: The longest time for closing: a thread waits for a child, a process ends its calls.
CLEAR_S = 5.0
_LOOK_S = 0.02


# The time of an example does not count: it depends on other work of the machine.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@dataclass(frozen=True)
class Census:
    """The open resources, by names for a message; the names may change, their number may not grow."""

    descriptors: tuple[str, ...]
    threads: tuple[str, ...]
    children: tuple[str, ...]
    tasks: tuple[str, ...]

    def left(self, before: Census) -> str:
        """The resources that have grown in number, in words; empty if none."""
        pairs = ((name, getattr(self, name), getattr(before, name)) for name in self.__dataclass_fields__)
        return "; ".join(f"{name}: {now}, before {then}" for name, now, then in pairs if len(now) > len(then))


def _census(*, tasks: bool) -> Census:
    """The loop's own pool of threads belongs to the loop, which may outlive a test."""
    threads = tuple(each.name for each in threading.enumerate() if not each.name.startswith("asyncio_"))
    children = tuple(pid for path in Path("/proc/self/task").glob("*/children") for pid in _text(path).split())
    running = tuple(each.get_name() for each in asyncio.all_tasks() if not each.done()) if tasks else ()
    return Census(tuple(_descriptors()), threads, children, running)


def _descriptors() -> Iterator[str]:
    for name in os.listdir("/proc/self/fd"):
        try:
            yield f"{name} {os.readlink(f'/proc/self/fd/{name}')}"
        except OSError:
            continue  # that of listdir itself


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # a thread that has just ended


@pytest.fixture(autouse=True)
def leaves_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    """The check for all tests; coroutines are checked from within their loop."""
    if inspect.iscoroutinefunction(request.function):
        mark = request.node.get_closest_marker("asyncio")
        scope = mark.kwargs.get("loop_scope", "function") if mark is not None else "function"
        request.getfixturevalue(f"leaves_nothing_on_a_{scope}_loop")
        yield
        return
    before = _census(tasks=False)
    yield
    until = time.monotonic() + CLEAR_S
    while left := _census(tasks=False).left(before):
        assert time.monotonic() < until, left
        # There is no event for a closed descriptor or a reaped child: they are counted again and again.
        threading.Event().wait(_LOOK_S)


async def _until_nothing_is_left(before: Census) -> None:
    until = time.monotonic() + CLEAR_S
    while left := _census(tasks=True).left(before):
        assert time.monotonic() < until, left
        await asyncio.sleep(_LOOK_S)


@pytest_asyncio.fixture(loop_scope="function")
async def leaves_nothing_on_a_function_loop() -> AsyncIterator[None]:
    before = _census(tasks=True)
    yield
    await _until_nothing_is_left(before)


@pytest_asyncio.fixture(loop_scope="session")
async def leaves_nothing_on_a_session_loop() -> AsyncIterator[None]:
    before = _census(tasks=True)
    yield
    await _until_nothing_is_left(before)
