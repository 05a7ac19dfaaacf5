"""The executor: carries out the effects of a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, assert_never

import structlog

from dialer.ports import Feed, Ledger, Telephony
from dialer.runtime.timers import Timers
from dialer.runtime.turn import Acknowledge, Answer, Effect, Post
from dialer.vocabulary import events
from dialer.vocabulary.errors import EngineUnavailable, NotFound, StoreRejected, StoreUnavailable
from dialer.vocabulary.outputs import (
    CancelTimer,
    ClaimRecords,
    Publish,
    RecallHabits,
    StartTimer,
    Tell,
)

log = structlog.get_logger(__name__)


#: A question to the store, made when it is asked.
Question = Callable[[], Coroutine[Any, Any, None]]


class Questions:
    """Questions to the store that run as tasks of the loop, beside the inbox."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, name: str, question: Question) -> None:
        task = asyncio.create_task(question(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Executor:
    """Carries out effects. A read model is published without a body: the feed renders it when it leaves. `feed` is None
    where nobody watches; `ask` lets a question to the store run."""

    def __init__(
        self,
        telephony: Telephony,
        ledger: Ledger,
        feed: Feed | None,
        timers: Timers,
        post: Callable[[events.Event], None],
        ask: Callable[[str, Question], None],
    ) -> None:
        self._telephony = telephony
        self._ledger = ledger
        self._feed = feed
        self._timers = timers
        self._post = post
        self._ask = ask

    def run(self, effect: Effect) -> None:
        match effect:
            case Tell():
                self._tell(effect)
            case StartTimer():
                self._timers.start(effect.key, effect.after_s)
            case CancelTimer():
                self._timers.cancel(effect.key)
            case Publish():
                if self._feed is not None:
                    self._feed.publish(effect)
            case Acknowledge():
                self._telephony.acknowledge(effect.engine, effect.sequence)
            case Answer():
                answer(effect)
            case Post():
                self._post(effect.event)
            case ClaimRecords() | RecallHabits():
                self._ask_store(effect)
            case _:
                assert_never(effect)

    def _tell(self, output: Tell) -> None:
        try:
            self._telephony.send(output.engine, output.command)
        except (EngineUnavailable, NotFound) as error:
            # The leg is settled when the engine is back and its snapshot lacks it, or at the node's start where the
            # engine is no longer configured.
            log.warning("command_lost", engine=output.engine, command=type(output.command).__name__, error=str(error))

    def _ask_store(self, request: ClaimRecords | RecallHabits) -> None:
        if isinstance(request, ClaimRecords):
            self._ask(f"claim {request.campaign}", partial(self._claim, request))
        else:
            self._ask(f"habits {request.campaign}", partial(self._recall, request))

    async def _claim(self, request: ClaimRecords) -> None:
        try:
            self._post(await self._ledger.claim(request))
        except (StoreUnavailable, StoreRejected) as error:
            self._post(events.ClaimFailed(request.campaign, str(error)))

    async def _recall(self, request: RecallHabits) -> None:
        try:
            known = await self._ledger.habits(request)
        except (StoreUnavailable, StoreRejected) as error:
            self._post(events.RecallFailed(request.campaign, str(error)))
            return
        if known:
            self._post(events.HabitsRecalled(request.campaign, tuple(known)))


def answer(effect: Answer) -> None:
    """Tell the asker, if it still waits."""
    if effect.asker.done():
        return
    if effect.error is not None:
        effect.asker.set_exception(effect.error)
    else:
        effect.asker.set_result(effect.reply)
