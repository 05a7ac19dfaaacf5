"""`cornetta bench latency`: a contact's 200 OK to the first audio of the agent in RTP at the contact.

The whole product, node and engine in processes of their own, in PROGRESSIVE_ASM: the agent's phone is up and plays a
tone without a pause. The contact is a carrier of our own that notes when its 200 leaves and when the kernel receives
the first RTP packet that holds audio. Beside it, with the same carrier and the same phones, a minimal ARI application
on Asterisk. With `--rate` the campaign makes that many new calls a second; one of five is answered and measured.

`--phone auto-answer` measures PROGRESSIVE, where the phone is rung for each call: from the INVITE at the phone to the
agent's audio at a contact who answers at once. That includes all the time of a phone that is rung after the contact's
answer (ring, answer, join, audio) and in addition the dialing of the contact, so it is an upper bound.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.ari_asterisk import AriAsterisk
from bench.carrier import Carrier, Habits, Seen
from bench.figures import Unmeasurable, median, quantile, tell, whole
from bench.node_process import plan_node
from bench.product import Product, phones
from config.model import Mode
from dialer.lab.ports import free_ports

AUTO_ANSWER = "auto-answer"
ENGAGED = "engaged"
#: With a rate one INVITE of this many is answered; without, each is.
ANSWERS_ONE_IN = 5
#: Agents per call and second: those of the answered fifth talk, wrap up or wait for an answer.
AGENTS_PER_RATE = 0.6
AGENTS_MIN = 4
#: Contacts answer up to this much later by chance, two packets' time: otherwise all would meet the same phase of
#: agents' RTP.
SPREAD_S = 0.04
#: Calls before the measurement, after which all agents are engaged and caches are warm.
WARM_UP_CALLS = 3
CALL_TIMEOUT_S = 15.0
SET_UP_TIMEOUT_S = 60.0
#: A limit of the trunk that is never reached.
UNLIMITED_PER_S = 500.0
SPARE_RECORDS = 2000


class Measured(Struct, frozen=True):
    """One side of one round: milliseconds of each call; `ring_ms` from the INVITE at the phone; `achieved` new calls
    a second; calls without audio."""

    audio_ms: list[float]
    ring_ms: list[float]
    achieved: float
    silent: int


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", type=whole(0, 500), default=0, help="new calls a second meanwhile; 0: one by one")
    parser.add_argument("--calls", type=whole(1, 100_000), default=100, help="answered calls per round and side")
    parser.add_argument("--rounds", type=whole(1, 25), default=3, help="the result is their median")
    parser.add_argument("--phone", choices=(ENGAGED, AUTO_ANSWER), default=ENGAGED, help="a standing leg, or rung")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure; raises Unmeasurable, EngineUnavailable or AsteriskFailed."""
    if options.phone == AUTO_ANSWER and options.rate:
        raise Unmeasurable("--phone auto-answer is measured call by call: leave out --rate")
    ours: list[Measured] = []
    theirs: list[Measured] = []
    for number in range(1, options.rounds + 1):
        tell(f"round {number} of {options.rounds}")
        with tempfile.TemporaryDirectory(prefix="cornetta-latency-") as name:
            ours.append(asyncio.run(_ours(options, Path(name))))
            _say("cornetta", ours[-1])
            if options.phone == ENGAGED:
                theirs.append(asyncio.run(_theirs(options, Path(name))))
                _say("ari", theirs[-1])
    return _summary(options, ours, theirs)


def _say(side: str, measured: Measured) -> None:
    at_phone = f", from the phone's INVITE {_quantiles([measured.ring_ms])}" if measured.ring_ms else ""
    tell(
        f"  {side}: {_quantiles([measured.audio_ms])} ms{at_phone}, {measured.achieved:.1f} new calls/s, "
        f"{measured.silent} without audio"
    )


def _summary(options: argparse.Namespace, ours: list[Measured], theirs: list[Measured]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "bench": "latency",
        "rate": options.rate,
        "calls": options.calls,
        "rounds": options.rounds,
        "phone": options.phone,
        "agents": _agents(options.rate),
        "audio_ms": _quantiles([each.audio_ms for each in ours]),
        "achieved": median([each.achieved for each in ours], 1),
        "silent": sum(each.silent for each in ours),
    }
    if options.phone == AUTO_ANSWER:
        return {**told, "ring_to_audio_ms": _quantiles([each.ring_ms for each in ours])}
    return {
        **told,
        "ari_audio_ms": _quantiles([each.audio_ms for each in theirs]),
        "ari_achieved": median([each.achieved for each in theirs], 1),
        "ari_silent": sum(each.silent for each in theirs),
    }


def _quantiles(rounds: list[list[float]]) -> dict[str, float]:
    """Median over the rounds of each quantile."""
    return {name: median([quantile(each, part) for each in rounds], 2) for name, part in (("p50", 0.5), ("p99", 0.99))}


def _agents(rate: int) -> int:
    return max(AGENTS_MIN, round(rate * AGENTS_PER_RATE)) if rate else 1


def _habits(rate: int) -> Habits:
    return Habits(answers_one_in=ANSWERS_ONE_IN if rate else 1, spread_s=SPREAD_S)


class _Scene:
    """Carrier and phones, the same for both sides."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options = options
        self.changed = asyncio.Event()
        self.ports = free_ports()
        self.phones = phones(folder, self.ports)
        self.carrier: Carrier | None = None

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        stack.callback(self.ports.release)
        self.carrier = await Carrier.open(self.ports.carrier, _habits(self.options.rate), self.changed.set)
        stack.callback(self.carrier.close)
        await stack.enter_async_context(self.phones)

    async def measure(self) -> Measured:
        """Wait for the calls. Raises Unmeasurable where none comes for a while."""
        carrier = self.carrier
        assert carrier is not None
        agents = _agents(self.options.rate)
        if self.options.phone == ENGAGED:
            await self.phones.until(lambda: self.phones.up >= agents, SET_UP_TIMEOUT_S, "agents who are engaged")
        await self._until(WARM_UP_CALLS, SET_UP_TIMEOUT_S)
        carrier.begin_anew()
        begun = asyncio.get_running_loop().time()
        await self._until(self.options.calls, CALL_TIMEOUT_S)
        lasted_s = asyncio.get_running_loop().time() - begun
        seen = carrier.seen
        return Measured(list(seen.audio_ms), self._ring_ms(seen), seen.invites / lasted_s, seen.silent)

    async def _until(self, calls: int, patience_s: float) -> None:
        """Wait for so many calls with or without audio; `patience_s` is for each of them, not for all."""
        assert self.carrier is not None
        over = 0
        while over < calls:
            try:
                async with asyncio.timeout(patience_s):
                    while (now := len(self.carrier.seen.audio_ms) + self.carrier.seen.silent) == over:
                        self.changed.clear()
                        await self.changed.wait()
            except TimeoutError as error:
                raise Unmeasurable(
                    f"nobody was heard in a call for {patience_s:g} s: {self.carrier.seen.invites} were made, "
                    f"{self.carrier.seen.answered} answered"
                ) from error
            over = now

    def _ring_ms(self, seen: Seen) -> list[float]:
        if self.options.phone != AUTO_ANSWER:
            return []
        rung = [each.at for each in self.phones.offered]
        return [(heard - rung[bisect.bisect(rung, heard) - 1]) * 1000 for heard in seen.heard_at_s]


async def _ours(options: argparse.Namespace, folder: Path) -> Measured:
    mode = Mode.PROGRESSIVE if options.phone == AUTO_ANSWER else Mode.PROGRESSIVE_ASM
    records = SPARE_RECORDS + options.calls * 2 * (ANSWERS_ONE_IN if options.rate else 1)
    async with contextlib.AsyncExitStack() as stack:
        scene = _Scene(options, folder / "ours")
        await scene.open(stack)
        plan = plan_node(
            mode, _agents(options.rate), records, options.rate or UNLIMITED_PER_S, scene.ports, folder / "product"
        )
        product = await stack.enter_async_context(Product(plan))
        await product.dial()
        return await scene.measure()


async def _theirs(options: argparse.Namespace, folder: Path) -> Measured:
    async with contextlib.AsyncExitStack() as stack:
        scene = _Scene(options, folder / "theirs")
        await scene.open(stack)
        ari = AriAsterisk(_agents(options.rate), options.rate, scene.ports, folder / "theirs")
        await stack.enter_async_context(ari)
        try:
            return await scene.measure()
        except Unmeasurable as error:
            raise Unmeasurable(f"{error}; the ARI application said: {ari.log() or 'nothing'}") from error
