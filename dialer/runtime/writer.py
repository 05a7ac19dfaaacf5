"""The writer: group commit. All steps that queued up while the last transaction ran share the next one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from dialer.ports import Ledger
from dialer.vocabulary import events
from dialer.vocabulary.errors import StoreUnavailable
from dialer.vocabulary.ids import AttemptId, EngineId
from dialer.vocabulary.outputs import Output, StartTimer, Tell
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Write

log = structlog.get_logger(__name__)

#: A failed commit is tried again after this time, until it succeeds.
RETRY_S = 0.5


@dataclass(slots=True)
class Batch:
    """What one step leaves to the writer."""

    writes: Sequence[Write]
    outputs: Sequence[Output]
    reply: asyncio.Future[object] | None
    answer: object
    acknowledge: tuple[EngineId, int] | None

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
    ) -> None:
        self._ledger = ledger
        self._run = run
        self._post = post
        self._acknowledge = acknowledge
        self._waiting: list[Batch] = []
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self.commits = 0
        self.failing = False

    def add(self, batch: Batch) -> None:
        if batch.is_empty:
            return
        self._waiting.append(batch)
        self._idle.clear()
        self._arrived.set()

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
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                batches, self._waiting = self._waiting, []
                report = await self._commit([write for batch in batches for write in batch.writes])
                self._release(batches, report)
            self._idle.set()

    async def _commit(self, writes: Sequence[Write]) -> CommitReport:
        if not writes:
            return CommitReport()
        while True:
            try:
                report = await self._ledger.commit(writes)
            except StoreUnavailable as error:
                if not self.failing:
                    log.error("store_unavailable", problem=str(error))
                    self._post(events.StoreFailing(str(error)))
                self.failing = True
                await asyncio.sleep(RETRY_S)
                continue
            self.commits += 1
            if self.failing:
                self.failing = False
                self._post(events.StoreRecovered())
            return report

    def _release(self, batches: Sequence[Batch], report: CommitReport) -> None:
        """Everything is durable: now tell, dial, answer and acknowledge, in the order of the steps."""
        refused: dict[AttemptId, str] = {}
        for refusal in report.refusals:
            if isinstance(refusal.write, BeginAttempt):
                refused[refusal.write.attempt] = refusal.rule
            else:
                log.warning("write_refused", write=type(refusal.write).__name__, rule=refusal.rule)
        for attempt, rule in refused.items():
            self._post(events.AttemptRefused(attempt, rule))
        for batch in batches:
            for output in batch.outputs:
                guarded = isinstance(output, Tell | StartTimer) and output.guard in refused
                if not guarded:
                    self._run(output)
            if batch.reply is not None and not batch.reply.done():
                batch.reply.set_result(batch.answer)
            if batch.acknowledge is not None:
                self._acknowledge(*batch.acknowledge)
