"""Mutated SIP and SDP from a trunk's address against an engine of its own: `python -m tests.sip.fuzz.run --messages N`.

Twelve calls run at a time: mutated are answers to the engine's INVITEs, requests in these calls, and requests outside
of any. After each thousand messages a normal call is made. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from sip.wire import Connection, EngineProcess
from tests.sip.engine.rig import free_port

from .carrier import Carrier
from .mutations import Mutations

TRUNK = AccountId("trunk")
CALLS_AT_ONCE = 12
WAIT_S = 30.0
ANSWER_S = 0.5
"""Tries of a normal call: earlier messages may have made an answer useless."""
LAG_MS = 250.0
GROWTH_MB = 5.0
GOOD_CALL_EVERY = 1000
WARM = 25_000
"""Messages before the measurement, in which pjsip and Python make their one-time allocations."""
GIVE_BACK_LOOKS = 7
"""The number of statistics to wait for, one every 2 s: the engine gives memory back every 10 s."""
FORGET_LOOKS = 70
"""The same after a long run: sent requests are remembered for 128 s at most, and their memory is no growth."""
LONG = 10_000
"""Messages of a long run."""
DRAIN_S = 110.0
"""Transactions end after 32 s (RFC 3261 17.1.1.2, 17.2.2): an INVITE without ACK, its BYE, and a second one with
credentials come one after the other."""


@dataclass
class Figures:
    """The figures of a run. `lag_ms` is the longest time between two polls of the owner; memory is that of the engine,
    after the first messages, which do not count, and at the end: resident, and in use of its heap. If only the first
    one grows, it is fragmentation; with a leak both grow."""

    seed: int
    messages: int = 0
    calls: int = 0
    answered: int = 0
    offered: int = 0
    faults: int = 0
    good_calls: int = 0
    bad_good_calls: int = 0
    stuck_legs: int = 0
    lost_slots: int = 0
    deaths: int = 0
    lag_ms: float = 0.0
    warm_mb: float = 0.0
    end_mb: float = 0.0
    peak_mb: float = 0.0
    warm_heap_mb: float = 0.0
    end_heap_mb: float = 0.0
    exit_code: int = -1
    seconds: float = 0.0
    last_faults: list[str] = dataclasses.field(default_factory=list)

    @property
    def growth_mb(self) -> float:
        return round(self.end_mb - self.warm_mb, 1)

    @property
    def heap_growth_mb(self) -> float:
        return round(self.end_heap_mb - self.warm_heap_mb, 1)

    def problems(self, growth_mb: float = GROWTH_MB) -> list[str]:
        """The faults in words; memory may grow by `growth_mb`."""
        wrong = []
        if self.deaths or self.exit_code != 0:
            wrong.append(f"the engine died ({self.deaths}) or ended with {self.exit_code}")
        if self.bad_good_calls:
            wrong.append(f"{self.bad_good_calls} of {self.good_calls} good calls failed")
        if self.stuck_legs:
            wrong.append(f"{self.stuck_legs} legs never ended")
        if self.lost_slots:
            wrong.append(f"{self.lost_slots} call slots never came back")
        if self.lag_ms > LAG_MS:
            wrong.append(f"the owner was stuck for {self.lag_ms} ms")
        if self.growth_mb > growth_mb:
            wrong.append(f"memory grew by {self.growth_mb} MB, of its heap {self.heap_growth_mb} MB more are in use")
        return wrong


class Fuzz:
    """One run. `messages` are sent in all, by chance of the `seed`."""

    def __init__(self, messages: int, seed: int, trace: str = "", warm: int = WARM) -> None:
        """`trace` names a file for pjsip's log; then the engine's statistics are printed on stderr."""
        self._trace = trace
        self._arguments = ("--log-file", trace, "--log-level", "5") if trace and trace != "-" else ()
        self.figures = Figures(seed)
        self._wanted = messages
        self._warm = warm
        self._chance = Random(seed)
        self._mutations = Mutations(self._chance)
        self._changed = asyncio.Event()
        self._cleared: set[LegId] = set()
        self._answered: set[LegId] = set()
        self._statistics: telephony.EngineStatistics | None = None
        self._minted = 0
        self._over = False
        self._connection: Connection
        self._carrier: Carrier

    async def run(self, directory: Path) -> Figures:
        begun = time.monotonic()
        engine = await EngineProcess.spawn(
            directory / "e.sock",
            EngineId("fuzz"),
            directory / "engine.log",
            directory / "state",
            arguments=("--no-analysis", "--drain-timeout-s", "2", *self._arguments),
        )
        self._connection = await Connection.open(str(engine.socket), "fuzz", "r1", self._said, on_lost=self._lost)
        port = free_port()
        self._carrier = await Carrier.open((("127.0.0.1"), port), self._chance)
        account = telephony.Account(
            id=TRUNK,
            identity="sip:us@127.0.0.1",
            bind_port=port,
            offers_incoming=True,
            peers=("127.0.0.1",),
            credentials=telephony.Credentials(user="acme", password="example"),
        )
        media = telephony.Media(rtp_port_low=33000, rtp_port_high=34998)
        self._connection.send(telephony.Configure(revision=1, accounts=(account,), media=media))
        await self._play(engine)
        self._over = True
        self.figures.exit_code = await engine.stop()
        self._carrier.close()
        self.figures.seconds = round(time.monotonic() - begun, 1)
        return self.figures

    async def _play(self, engine: EngineProcess) -> None:
        await self._good_call()
        await self._until_sent(self._warm)
        await self._drain()
        self.figures.warm_mb, self.figures.warm_heap_mb = await self._memory()
        await self._until_sent(self._warm + self._wanted)
        await self._drain()
        self.figures.lost_slots = self._statistics.lingering if self._statistics is not None else 0
        self.figures.end_mb, self.figures.end_heap_mb = await self._memory()
        await self._good_call()
        self.figures.deaths += not engine.is_running

    async def _until_sent(self, messages: int) -> None:
        next_good = self.figures.messages + GOOD_CALL_EVERY
        while self.figures.messages < messages and not self.figures.deaths:
            await asyncio.gather(*(self._call() for _ in range(CALLS_AT_ONCE)))
            if self.figures.messages >= next_good:
                next_good += GOOD_CALL_EVERY
                await self._good_call()

    # -- one call

    async def _call(self) -> None:
        """Answers, requests and an end, in any state that they bring about."""
        chance, carrier = self._chance, self._carrier
        leg = self._dial()
        self.figures.calls += 1
        invite = await carrier.invite_of(leg, WAIT_S)
        if invite is None:
            self.figures.stuck_legs += leg not in self._cleared
            return
        for _ in range(chance.randrange(10)):
            self._send(carrier.some_answer(invite))
        self._send_outside(chance.randrange(4))
        if chance.random() < 0.7 and leg not in self._cleared:
            carrier.accept(invite)
            await self._until(lambda: leg in self._answered or leg in self._cleared, ANSWER_S)
        if leg in self._answered:
            self.figures.answered += 1
            for number in range(chance.randrange(1, 20)):
                self._send(carrier.some_request(invite, number + 1))
                if chance.random() < 0.2:
                    self._send(carrier.some_answer(invite))
        self._send_outside(chance.randrange(4))
        self._connection.send(telephony.HangUp(leg))
        if not await self._until(lambda: leg in self._cleared, WAIT_S):
            self.figures.stuck_legs += 1
        carrier.refuse(invite)
        carrier.forget(leg)
        self._cleared.discard(leg)
        self._answered.discard(leg)

    async def _good_call(self) -> None:
        leg = self._dial()
        self.figures.good_calls += 1
        invite = await self._carrier.invite_of(leg, WAIT_S)
        good = invite is not None
        if invite is not None:
            self._carrier.accept(invite)
            good = await self._until(lambda: leg in self._answered, WAIT_S)
            self._connection.send(telephony.HangUp(leg))
            good = await self._until(lambda: leg in self._cleared, WAIT_S) and good
        self.figures.bad_good_calls += not good
        self._carrier.forget(leg)

    def _dial(self) -> LegId:
        self._minted += 1
        leg = LegId(f"F{self._minted}")
        uri = f"sip:+12025550123@127.0.0.1:{self._carrier.port}"
        self._connection.send(telephony.Dial(leg=leg, account=TRUNK, uri=uri, call_id=leg, timeout_s=20.0))
        return leg

    def _send(self, message: str) -> None:
        self._carrier.send(self._mutations.mutate(message))
        self.figures.messages += 1

    def _send_outside(self, count: int) -> None:
        for _ in range(count):
            self._send(self._carrier.some_request_outside())

    # -- events of the engine

    def _said(self, sequence: int, event: telephony.Event) -> None:
        match event:
            case telephony.LegCleared():
                self._cleared.add(event.leg)
            case telephony.LegAnswered():
                self._answered.add(event.leg)
            case telephony.LegOffered():
                self.figures.offered += 1
                answers = self._chance.random() < 0.3
                command = telephony.Answer(event.leg) if answers else telephony.Reject(event.leg, 480)
                self._connection.send(command)
                if answers:
                    self._connection.send(telephony.HangUp(event.leg))
            case telephony.EngineFault():
                self.figures.faults += 1
                self.figures.last_faults = [*self.figures.last_faults[-9:], f"{event.where}: {event.problem}"[:200]]
            case telephony.EngineStatistics():
                self._statistics = event
                if self._trace:
                    sys.stderr.write(
                        f"{self.figures.messages} messages, {event.legs} legs, {event.lingering}, {event.rss_mb} MB,"
                        f" {event.heap_mb} MB in use\n"
                    )
                self.figures.peak_mb = max(self.figures.peak_mb, event.rss_mb)
                self.figures.lag_ms = max(self.figures.lag_ms, event.lag_ms_max)
        if sequence:
            self._connection.ack(sequence)
        self._changed.set()

    def _lost(self, reason: str) -> None:
        if self._over:
            return
        self.figures.deaths += 1
        self.figures.last_faults.append(f"the connection was lost: {reason}")
        self._changed.set()

    async def _until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while not condition() and not self.figures.deaths:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return condition()

    async def _drain(self) -> None:
        """Wait until no leg and no slot is left, and the engine has given back unused memory."""
        await self._memory()  # the last statistics may be from before
        await self._until(self._is_quiet, DRAIN_S)
        for _ in range(FORGET_LOOKS if self._wanted >= LONG else GIVE_BACK_LOOKS):
            await self._memory()

    def _is_quiet(self) -> bool:
        told = self._statistics
        return told is not None and told.legs == 0 and told.lingering == 0

    async def _memory(self) -> tuple[float, float]:
        """The memory in the engine's next statistics: resident, and in use of its heap."""
        told = self._statistics
        await self._until(lambda: self._statistics is not told, 5.0)
        told = self._statistics
        return (told.rss_mb, told.heap_mb) if told is not None else (0.0, 0.0)


async def _run(given: argparse.Namespace, directory: Path) -> Figures:
    return await Fuzz(given.messages, given.seed, given.trace).run(directory)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trace", default="", help="a file for pjsip's log, - for none; statistics on stderr")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as directory:
        figures = asyncio.run(_run(given, Path(directory)))
    growth = {"growth_mb": figures.growth_mb, "heap_growth_mb": figures.heap_growth_mb}
    told = {**dataclasses.asdict(figures), **growth, "problems": figures.problems()}
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if figures.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
