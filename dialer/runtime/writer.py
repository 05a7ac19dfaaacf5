"""The writer: group commit. All steps that queued up while the last transaction ran share the next one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import structlog

from dialer.ports import Clock, Ledger
from dialer.runtime.turn import DIAL_PATIENCE_S, Effect, Pending, rejected, released
from dialer.vocabulary import events
from dialer.vocabulary.errors import StoreRejected, StoreUnavailable
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Write

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: A failed commit is tried again after this time, until it succeeds.
RETRY_S = 0.5
#: A store that has not answered for this long is reported as failing, long before it is given up; the writer goes on
#: waiting for it. While nothing is to be written the writer pings it at this interval.
SILENCE_S = 2.0
PING_EVERY_S = 0.8


class Writer:
    """Commits in order. No later output leaves until a failed commit has succeeded."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        run: Callable[[Effect], None],
        post: Callable[[events.Event], None],
        dial_patience_s: float = DIAL_PATIENCE_S,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._run = run
        self._post = post
        self._dial_patience_s = dial_patience_s
        self._waiting: list[Pending] = []
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self.commits = 0
        self.rejected = 0
        self.failing = False

    def add(self, step: Pending) -> None:
        if step.is_empty:
            return
        self._waiting.append(step)
        self._idle.clear()
        self._arrived.set()

    @property
    def depth(self) -> int:
        """Steps that wait for their commit, without those that are being committed."""
        return len(self._waiting)

    def start(self) -> None:
        self._task = asyncio.create_task(self._write(), name="writer")

    async def stop(self, patience_s: float) -> bool:
        """Write the queued steps, for at most `patience_s`; False if they could not be written."""
        written = True
        try:
            async with asyncio.timeout(patience_s):
                await self._idle.wait()
        except TimeoutError:
            written = False
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        return written

    async def _write(self) -> None:
        while True:
            await self._until_something_waits()
            self._arrived.clear()
            while self._waiting:
                steps, self._waiting = self._waiting, []
                await self._finish(steps)
            self._idle.set()

    async def _until_something_waits(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PING_EVERY_S):
                    await self._arrived.wait()
                    return
            except TimeoutError:
                await self._ping()

    async def _ping(self) -> None:
        try:
            await self._watched(self._ledger.ping())
        except StoreUnavailable as error:
            self._fail(str(error))
        else:
            self._recover()

    async def _watched(self, answer: Coroutine[Any, Any, T]) -> T:
        """The answer of the store, however long it takes; its silence is reported meanwhile."""
        task = asyncio.ensure_future(answer)
        try:
            done, _ = await asyncio.wait({task}, timeout=SILENCE_S)
            if not done:
                self._fail(f"The database has not answered for {SILENCE_S:g} s.")
            return await task
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise

    def _fail(self, problem: str) -> None:
        if self.failing:
            return
        self.failing = True
        log.error("store_unavailable", problem=problem)
        self._post(events.StoreFailing(problem))

    def _recover(self) -> None:
        if self.failing:
            self.failing = False
            self._post(events.StoreRecovered())

    async def _finish(self, steps: Sequence[Pending]) -> None:
        """Commit and release. A rejection by the database is a defect of one step, which must not stop the others: the
        steps are then committed one by one, and the rejected one is logged and lost."""
        try:
            report = await self._commit([write for step in steps for write in step.writes])
        except StoreRejected as error:
            if len(steps) == 1:
                self._reject(steps[0], error)
                return
            for step in steps:
                await self._finish([step])
            return
        self._release(steps, report)

    def _reject(self, step: Pending, error: StoreRejected) -> None:
        self.rejected += 1
        log.error("writes_rejected", writes=[type(each).__name__ for each in step.writes], problem=str(error))
        for effect in rejected(step, error, self._clock.now().monotonic):
            self._run(effect)

    async def _commit(self, writes: Sequence[Write]) -> CommitReport:
        if not writes:
            return CommitReport()
        while True:
            try:
                report = await self._watched(self._ledger.commit(writes))
            except StoreUnavailable as error:
                self._fail(str(error))
                await asyncio.sleep(RETRY_S)
                continue
            self.commits += 1
            self._recover()
            return report

    def _release(self, steps: Sequence[Pending], report: CommitReport) -> None:
        """All steps are durable: now publish, dial, answer and acknowledge, in their order."""
        for refusal in report.refusals:
            if not isinstance(refusal.write, BeginAttempt):
                log.warning("write_refused", write=type(refusal.write).__name__, rule=refusal.rule)
        for effect in released(steps, report, self._clock.now().monotonic, self._dial_patience_s):
            self._run(effect)
