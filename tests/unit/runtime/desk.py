"""A runtime on fakes of the ports: a ledger that can hold back, fail and refuse; an engine and a feed that keep what
they get."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from dialer.ports import ClaimLease, Moment
from dialer.runtime.turn import Validate
from dialer.runtime.wiring import Runtime
from dialer.vocabulary import events, telephony
from dialer.vocabulary.errors import NotFound, StoreRejected, StoreUnavailable
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import EngineId, Mint, RecordId
from dialer.vocabulary.outputs import ClaimRecords, Publish, RecallHabits
from dialer.vocabulary.topics import Audience, Topic
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Refusal, Write
from dialer.world.world import World
from tests.unit.callflow.house import LONDON, NOON, record, settings

PATIENCE_S = 10.0


class FakeLedger:
    """Commits when `open`; `refuse` is the rule for attempts, `reject` says whether a list of writes is rejected."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.problem = ""
        self.refuse = ""
        self.reject: Callable[[Sequence[Write]], bool] = lambda _: False
        self.commits: list[Sequence[Write]] = []
        self.tried = 0
        self.pings = 0
        self.claims: list[ClaimRecords] = []
        self.known: tuple[DayHabit, ...] = ()

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        self.tried += 1
        await self.open.wait()
        if self.problem:
            raise StoreUnavailable(self.problem)
        if self.reject(writes):
            raise StoreRejected("no such column")
        self.commits.append(writes)
        refused = [each for each in writes if isinstance(each, BeginAttempt) and self.refuse]
        return CommitReport(tuple(Refusal(each, self.refuse) for each in refused))

    async def ping(self) -> None:
        self.pings += 1
        await self.open.wait()
        if self.problem:
            raise StoreUnavailable(self.problem)

    async def claim(self, request: ClaimRecords) -> events.RecordsClaimed:
        if self.problem:
            raise StoreUnavailable(self.problem)
        if self.reject([]):
            raise StoreRejected("no such column")
        self.claims.append(request)
        rows = (record(1),) if LONDON in request.zones and len(self.claims) < 3 else ()
        return events.RecordsClaimed(request.campaign, rows, events.Waiting(total=1), (LONDON,))

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        if self.problem:
            raise StoreUnavailable(self.problem)
        return self.known

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        return ()

    async def remembered(self) -> Sequence[events.Event]:
        return (events.Restored(),)


class FakeTelephony:
    """Keeps the commands; engines in `gone` are unknown to it."""

    def __init__(self) -> None:
        self.gone: set[EngineId] = set()
        self.sent: list[telephony.Command] = []
        self.acknowledged: list[int] = []

    def send(self, engine: EngineId, command: telephony.Command) -> None:
        if engine in self.gone:
            raise NotFound("engine", engine)
        self.sent.append(command)

    def acknowledge(self, engine: EngineId, sequence: int) -> None:
        self.acknowledged.append(sequence)


class FakeFeed:
    def __init__(self) -> None:
        self.topics: list[tuple[Audience, Topic]] = []

    def publish(self, event: Publish) -> None:
        self.topics.append((event.audience, event.topic))


class RunningClock:
    """Monotonic time of the loop; the calendar stands at noon."""

    def now(self) -> Moment:
        return Moment(asyncio.get_running_loop().time(), NOON)


class Desk:
    """All parts of the runtime, wired as in a node."""

    def __init__(self, validate: Validate | None = None) -> None:
        self.ledger = FakeLedger()
        self.telephony = FakeTelephony()
        self.feed = FakeFeed()
        self.world = World(Mint("t"), settings())
        runtime = self._runtime = Runtime(self.world, RunningClock(), self.telephony, self.ledger, self.feed, validate)
        self.timers, self.executor = runtime.timers, runtime.executor
        self.writer, self.inbox = runtime.writer, runtime.inbox

    async def __aenter__(self) -> Desk:
        self._runtime.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.ledger.problem = ""
        self.ledger.open.set()
        await self._runtime.stop(PATIENCE_S)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, turn by turn of the loop."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110  # conditions of the world have no event
                await asyncio.sleep(0.001)
