"""The writer: group commit. All steps that queued up while the last transaction ran share the next one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from dialer.ports import Ledger
from dialer.vocabulary import events, telephony
from dialer.vocabulary.errors import StoreRejected, StoreUnavailable
from dialer.vocabulary.ids import AttemptId, EngineId
from dialer.vocabulary.outputs import Output, StartTimer, Tell
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Write

log = structlog.get_logger(__name__)

T = TypeVar("T")

#: A failed commit is tried again after this time, until it succeeds.
RETRY_S = 0.5
#: A store that has not answered for this long is told as failing, long before it is given up; what was sent is waited
#: for. While nothing is to be written it is asked so often whether it answers.
SILENCE_S = 2.0
PING_EVERY_S = 0.8
#: An attempt that was decided longer ago is not dialled when its commit succeeds at last: the calling window may be
#: over by then and its agent gone.
DIAL_PATIENCE_S = 5.0


@dataclass(slots=True)
class Batch:
    """What one step leaves to the writer."""

    writes: Sequence[Write]
    outputs: Sequence[Output]
    reply: asyncio.Future[object] | None
    answer: object
    acknowledge: tuple[EngineId, int] | None
    #: Loop time, in seconds.
    decided_at: float = 0.0

    @property
    def is_empty(self) -> bool:
        return not self.writes and not self.outputs and self.reply is None and self.acknowledge is None


class Writer:
    """Commits in order. Until a failed commit has succeeded nothing after it leaves."""

    def __init__(
        self,
        ledger: Ledger,
        run: Callable[[Output], None],
        post: Callable[[events.Event], None],
        acknowledge: Callable[[EngineId, int], None],
        dial_patience_s: float = DIAL_PATIENCE_S,
    ) -> None:
        self._ledger = ledger
        self._run = run
        self._post = post
        self._acknowledge = acknowledge
        self._dial_patience_s = dial_patience_s
        self._waiting: list[Batch] = []
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self.commits = 0
        self.rejected = 0
        self.failing = False

    def add(self, batch: Batch) -> None:
        if batch.is_empty:
            return
        batch.decided_at = asyncio.get_running_loop().time()
        self._waiting.append(batch)
        self._idle.clear()
        self._arrived.set()

    @property
    def depth(self) -> int:
        """Steps that wait for their commit, without those that are being committed."""
        return len(self._waiting)

    def start(self) -> None:
        self._task = asyncio.create_task(self._write(), name="writer")

    async def stop(self, patience_s: float) -> bool:
        """Wait for what is queued, at most `patience_s`; False if it could not be written."""
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
                batches, self._waiting = self._waiting, []
                await self._bring_home(batches)
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
        """The answer of the store, however long it takes; its silence is told meanwhile."""
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

    async def _bring_home(self, batches: Sequence[Batch]) -> None:
        """Commit and release. What the database rejects is a defect of one step, which must not stop all others: they
        are committed one by one then, and the step that is rejected is lost and told."""
        try:
            report = await self._commit([write for batch in batches for write in batch.writes])
        except StoreRejected as error:
            if len(batches) == 1:
                self._reject(batches[0], error)
                return
            for batch in batches:
                await self._bring_home([batch])
            return
        self._release(batches, report)

    def _reject(self, batch: Batch, error: StoreRejected) -> None:
        self.rejected += 1
        log.error("writes_rejected", writes=[type(each).__name__ for each in batch.writes], problem=str(error))
        now = asyncio.get_running_loop().time()
        for output in batch.outputs:
            if isinstance(output, Tell | StartTimer) and output.guard is not None:
                self._give_up(output, now)
            else:
                self._run(output)
        if batch.reply is not None and not batch.reply.done():
            batch.reply.set_exception(error)
        if batch.acknowledge is not None:
            self._acknowledge(*batch.acknowledge)

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

    def _release(self, batches: Sequence[Batch], report: CommitReport) -> None:
        """Everything is durable: now tell, dial, answer and acknowledge, in the order of the steps."""
        refused: dict[AttemptId, events.AttemptRefused] = {}
        for refusal in report.refusals:
            if isinstance(refusal.write, BeginAttempt):
                attempt = refusal.write.attempt
                refused[attempt] = events.AttemptRefused(attempt, refusal.rule, refusal.until)
            else:
                log.warning("write_refused", write=type(refusal.write).__name__, rule=refusal.rule)
        for said in refused.values():
            self._post(said)
        now = asyncio.get_running_loop().time()
        for batch in batches:
            too_late = now - batch.decided_at > self._dial_patience_s
            for output in batch.outputs:
                guard = output.guard if isinstance(output, Tell | StartTimer) else None
                if guard is None or not (too_late or guard in refused):
                    self._run(output)
                elif guard not in refused:
                    self._give_up(output, now)
            if batch.reply is not None and not batch.reply.done():
                batch.reply.set_result(batch.answer)
            if batch.acknowledge is not None:
                self._acknowledge(*batch.acknowledge)

    def _give_up(self, output: Output, now: float) -> None:
        """A Dial that came too late is not sent: its leg ends as one that could not be placed."""
        if isinstance(output, Tell) and isinstance(output.command, telephony.Dial):
            cleared = telephony.LegCleared(
                leg=output.command.leg,
                code=0,
                reason="the database took the attempt too late",
                q850=None,
                by=telephony.ClearedBy.REFUSED,
                at=now,
            )
            self._post(events.EngineSaid(output.engine, cleared))
