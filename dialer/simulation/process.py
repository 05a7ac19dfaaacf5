"""Simulations for the API: in a process of their own, one at a time, bounded in time."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from dialer.vocabulary.errors import Refused
from dialer.vocabulary.shifts import ShiftOutlook, ShiftQuestion

#: A simulation that takes longer is ended.
LIMIT_S = 60.0


class SimulationProcess:
    """Implements `ports.Simulator`."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._busy = False

    async def outlook(self, question: ShiftQuestion) -> tuple[ShiftOutlook, ...]:
        if self._busy:
            raise Refused("simulation_running", "A simulation is at work; try again when it has ended.")
        self._busy = True
        try:
            return await self._run(msgspec.json.encode(question))
        finally:
            self._busy = False

    async def _run(self, question: bytes) -> tuple[ShiftOutlook, ...]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dialer.simulation.outlook"), stdin=pipe, stdout=pipe
        )
        try:
            async with asyncio.timeout(self._limit_s):
                told, _ = await process.communicate(question)
        except TimeoutError:
            raise Refused(
                "simulation_too_long",
                f"The simulation took longer than {self._limit_s:g} s; ask for fewer hours.",
                limit_s=self._limit_s,
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise Refused("simulation_failed", told.decode(errors="replace") or "The simulation ended without a word.")
        return msgspec.json.decode(told, type=tuple[ShiftOutlook, ...])
