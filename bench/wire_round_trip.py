"""The round trip of a command to the engine's owner thread and of its event back: `python -m bench.wire_round_trip`.

One Snapshot after the other through socket, pjsua2's thread and journal, on an idle engine of its own. Progress goes to
stderr; the last line of stdout is one JSON object with times in milliseconds: the median of the runs.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId
from sip.wire import Connection, EngineProcess

_RUN_TIMEOUT_S = 60.0


class RoundTrip(Struct, frozen=True):
    """Milliseconds from `send` to the callback with the answer."""

    rounds: int
    runs: int
    p50_ms: float
    p99_ms: float
    worst_ms: float


class _Pendulum:
    """Sends the next command from within the callback of the last answer."""

    def __init__(self, rounds: int) -> None:
        self.taken_ms: list[float] = []
        self.done = asyncio.Event()
        self._rounds = rounds
        self._connection: Connection | None = None
        self._sent_at_s = 0.0

    def start(self, connection: Connection) -> None:
        self._connection = connection
        self._swing()

    def heard(self, sequence: int, event: telephony.Event) -> None:
        if not isinstance(event, telephony.SnapshotTaken):
            return
        self.taken_ms.append((time.perf_counter() - self._sent_at_s) * 1000)
        if len(self.taken_ms) < self._rounds:
            self._swing()
        else:
            self.done.set()

    def _swing(self) -> None:
        if self._connection is not None:
            self._sent_at_s = time.perf_counter()
            self._connection.send(telephony.Snapshot())


async def measure(rounds: int, runs: int) -> RoundTrip:
    """Start an engine, measure, stop it. Raises EngineUnavailable when it does not start."""
    with tempfile.TemporaryDirectory(prefix="cornetta-") as name:
        directory = Path(name)
        engine = await EngineProcess.spawn(
            directory / "engine.sock",
            EngineId("bench"),
            directory / "engine.log",
            directory,
            arguments=("--no-analysis",),
            ends_with_us=True,
        )
        try:
            taken = [await _run(str(engine.socket), rounds, number) for number in range(runs)]
        finally:
            await engine.stop()
    return RoundTrip(
        rounds=rounds,
        runs=runs,
        p50_ms=_median([run[len(run) // 2] for run in taken]),
        p99_ms=_median([run[len(run) * 99 // 100] for run in taken]),
        worst_ms=round(max(run[-1] for run in taken), 3),
    )


async def _run(socket: str, rounds: int, number: int) -> list[float]:
    pendulum = _Pendulum(rounds)
    connection = await Connection.open(socket, "bench", f"run {number}", pendulum.heard)
    pendulum.start(connection)
    async with asyncio.timeout(_RUN_TIMEOUT_S):
        await pendulum.done.wait()
    await connection.close()
    taken = sorted(pendulum.taken_ms)
    sys.stderr.write(f"run {number + 1}: p50 {taken[len(taken) // 2]:.3f} ms\n")
    return taken


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="cornetta bench wire_round_trip", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="the result is always one JSON object")
    given = parser.parse_args(arguments)
    result = asyncio.run(measure(given.rounds, given.runs))
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
