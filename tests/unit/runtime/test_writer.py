"""The writer on a store that fails: attempts that wait too long are not dialed, rejected steps do not stop others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from dialer.runtime.executor import answer
from dialer.runtime.turn import Acknowledge, Answer, Effect, Pending, Post
from dialer.runtime.writer import PING_EVERY_S, SILENCE_S, Writer
from dialer.vocabulary import events, telephony
from dialer.vocabulary.errors import StoreRejected, StoreUnavailable
from dialer.vocabulary.ids import AccountId, AttemptId, CampaignName, EngineId, InteractionId, LegId
from dialer.vocabulary.outputs import Output, StartTimer, Tell
from dialer.vocabulary.writes import AddHistory, BeginAttempt, CommitReport, Write
from tests.unit.runtime.desk import RunningClock

ENGINE = EngineId("engine-1")
ATTEMPT = AttemptId("A1")
DIAL = telephony.Dial(LegId("L1"), AccountId("trunk/main"), "sip:+442079460123@192.0.2.1", "A1.0", 30.0)
BEGIN = BeginAttempt(ATTEMPT, InteractionId("I1"), CampaignName("spring"), None, 0, "+442079460123", None, 0.0)
POISON = AddHistory("poison", 0.0, None, None, None, None, None, None)


class Ledger:
    """Fails a given number of times, and rejects poisoned writes."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        #: Answers while it is set.
        self.answers = asyncio.Event()
        self.answers.set()
        self.committed: list[Write] = []

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        await self.ping()
        if POISON in writes:
            raise StoreRejected("The database refused what we wrote.")
        self.committed.extend(writes)
        return CommitReport()

    async def ping(self) -> None:
        await self.answers.wait()
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("The disk is full.")


class Bench:
    """A writer and all its effects."""

    def __init__(self, ledger: Ledger, patience_s: float) -> None:
        self.run: list[Effect] = []
        self.posted: list[events.Event] = []
        self.acknowledged: list[int] = []
        self.writer = Writer(
            ledger,  # type: ignore[arg-type]  # of the port only what a writer uses
            RunningClock(),
            self._run,
            self.posted.append,
            patience_s,
        )

    def _run(self, effect: Effect) -> None:
        match effect:
            case Post():
                self.posted.append(effect.event)
            case Acknowledge():
                self.acknowledged.append(effect.sequence)
            case Answer():
                answer(effect)
            case _:
                self.run.append(effect)


@asynccontextmanager
async def bench(ledger: Ledger, patience_s: float = 5.0) -> AsyncIterator[Bench]:
    made = Bench(ledger, patience_s)
    made.writer.start()
    yield made
    assert await made.writer.stop(10.0)


def dialing() -> Pending:
    outputs: list[Output] = [
        Tell(ENGINE, DIAL, ATTEMPT),
        StartTimer("nothing_heard/L1", 4.0, ATTEMPT),
        StartTimer("pace", 0.0),
    ]
    return Pending([BEGIN], outputs, RunningClock().now().monotonic)


def cleared(made: Bench) -> list[telephony.LegCleared]:
    said = [event.event for event in made.posted if isinstance(event, events.EngineSaid)]
    return [event for event in said if isinstance(event, telephony.LegCleared)]


async def test_an_attempt_that_was_committed_in_time_is_dialed() -> None:
    async with bench(Ledger(failures=1)) as made:
        made.writer.add(dialing())
    assert made.run == dialing().outputs
    assert [type(event) for event in made.posted] == [events.StoreFailing, events.StoreRecovered]


async def test_an_attempt_whose_commit_took_too_long_is_not_dialed_any_more() -> None:
    """By then the calling window may be over and the agent gone."""
    async with bench(Ledger(failures=1), patience_s=0.1) as made:
        made.writer.add(dialing())
    assert made.run == [StartTimer("pace", 0.0)]
    (lost,) = cleared(made)
    assert (lost.leg, lost.by, lost.heard) == (DIAL.leg, telephony.ClearedBy.REFUSED, False)
    assert isinstance(made.posted[-2], events.StoreRecovered), "the core may dial again when it hears of it"


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10.0):
        while not condition():  # noqa: ASYNC110  # a list has no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("writes", [True, False], ids=["with something to write", "idle"])
async def test_a_store_that_is_silent_is_told_and_waited_for(writes: bool) -> None:
    ledger = Ledger()
    ledger.answers.clear()
    async with bench(ledger) as made:
        if writes:
            made.writer.add(Pending([BEGIN], [StartTimer("after", 1.0)], 0.0))
        await until(lambda: made.posted)
        assert made.posted == [events.StoreFailing("The database has not answered for 2 s.")]
        assert (made.writer.failing, made.run) == (True, [])
        ledger.answers.set()
        await until(lambda: len(made.posted) > 1)
        assert made.posted[1:] == [events.StoreRecovered()]
    assert ledger.committed == [BEGIN] * writes
    assert SILENCE_S + PING_EVERY_S < 3.0


async def test_a_store_that_is_away_is_told_while_nothing_is_written() -> None:
    async with bench(Ledger(failures=2)) as made:
        await until(lambda: len(made.posted) == 2)
    assert made.posted == [events.StoreFailing("The disk is full."), events.StoreRecovered()]


async def test_a_step_that_the_database_rejects_takes_no_other_with_it() -> None:
    ledger = Ledger()
    reply: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    async with bench(ledger) as made:
        made.writer.add(Pending([BEGIN], [StartTimer("before", 1.0)], 0.0, acknowledge=(ENGINE, 7)))
        made.writer.add(Pending([POISON], [Tell(ENGINE, DIAL, ATTEMPT)], 0.0, reply, acknowledge=(ENGINE, 8)))
        made.writer.add(Pending([BEGIN], [StartTimer("after", 1.0)], 0.0, acknowledge=(ENGINE, 9)))
    assert made.run == [StartTimer("before", 1.0), StartTimer("after", 1.0)]
    assert ledger.committed == [BEGIN, BEGIN]
    assert made.acknowledged == [7, 8, 9]
    assert isinstance(reply.exception(), StoreRejected)
    assert [each.leg for each in cleared(made)] == [DIAL.leg]
