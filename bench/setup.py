"""`cornetta bench setup`: new calls per second through node and engine, in two processes as in production.

A progressive ASM campaign on SQLite, whose trunk may take `--rate` calls a second. The carrier is our own: of each
five contacts four are busy and one rings, answers, talks for two seconds with the agent and hangs up; the agent then
sets a disposition and is ready again. Every call is an attempt that was committed before its INVITE.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.carrier import Carrier, Habits
from bench.figures import Unmeasurable, median, quantile, tell, whole
from bench.node_process import plan_node
from bench.processes import Reading, rss_mb
from bench.product import Product, phones
from config.model import Mode
from dialer.lab.ports import free_ports

HABITS = Habits(answers_one_in=5, talk_s=2.0, listens=False, rings=True)
#: The time of the campaign before the measurement.
WARM_UP_S = 5.0
#: Agents per call and second, who talk, wrap up or wait for an answer.
AGENTS_PER_RATE = 1.2
#: Least number of agents, for low rates.
AGENTS_MIN = 4
#: Records beyond those of the measured time: warm-up, and the time until all agents are engaged.
SPARE_S = 45.0


class Measured(Struct, frozen=True):
    """One round."""

    achieved: float
    answered: int
    event_ms_p50: float
    event_ms_p99: float
    event_ms_worst: float
    inbox_ms_p50: float
    inbox_ms_p99: float
    commits_per_s: float
    node_cores: float
    engine_cores: float
    node_cpu_per_call_ms: float
    engine_cpu_per_call_ms: float
    messages_per_call: float
    node_rss_mb: float
    repeated_invites: int
    faults: int


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", type=whole(1, 500), default=50, help="new calls a second that the trunk may take")
    parser.add_argument("--seconds", type=whole(1, 3600), default=60, help="how long each round is measured")
    parser.add_argument("--rounds", type=whole(1, 25), default=3, help="the result is their median")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure; raises Unmeasurable or EngineUnavailable."""
    rounds = []
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory(prefix="cornetta-setup-") as name:
            measured = asyncio.run(_round(options, Path(name)))
        tell(
            f"round {number} of {options.rounds}: {measured.achieved:.1f} calls/s, {measured.answered} answered, "
            f"events handled in {measured.event_ms_p50:.1f} ms (p50), {measured.event_ms_p99:.1f} ms (p99), "
            f"node {measured.node_cores:.2f}, engine {measured.engine_cores:.2f} cores"
        )
        rounds.append(measured)
    fields = {name: median([getattr(each, name) for each in rounds]) for name in Measured.__struct_fields__}
    head = {"bench": "setup", "rate": options.rate, "seconds": options.seconds, "rounds": len(rounds)}
    return {**head, "agents": _agents(options.rate), **fields}


def _agents(rate: int) -> int:
    return max(AGENTS_MIN, round(rate * AGENTS_PER_RATE))


async def _round(options: argparse.Namespace, folder: Path) -> Measured:
    records = round(options.rate * (options.seconds + WARM_UP_S + SPARE_S))
    async with contextlib.AsyncExitStack() as stack:
        ports = free_ports()
        stack.callback(ports.release)
        plan = plan_node(Mode.PROGRESSIVE_ASM, _agents(options.rate), records, options.rate, ports, folder / "product")
        carrier = await Carrier.open(ports.carrier, HABITS)
        stack.callback(carrier.close)
        await stack.enter_async_context(phones(folder, ports))
        product = await stack.enter_async_context(Product(plan))
        await product.dial()
        await product.until_engaged()
        await asyncio.sleep(WARM_UP_S)
        return await _measure(product, carrier, options.seconds)


async def _measure(product: Product, carrier: Carrier, seconds: int) -> Measured:
    await product.ask("begin")
    carrier.begin_anew()
    node, engine = Reading.take(product.node_pid), Reading.take(product.engine_pid)
    await asyncio.sleep(seconds)
    lasted_s = node.age_s()
    seen = carrier.seen
    calls = seen.invites
    node_s, engine_s = node.seconds_since(), engine.seconds_since()
    figures = await product.ask("figures")
    if not calls:
        raise Unmeasurable("nothing was dialed")
    return Measured(
        achieved=calls / lasted_s,
        answered=seen.answered,
        event_ms_p50=quantile(figures["event_ms"], 0.5),
        event_ms_p99=quantile(figures["event_ms"], 0.99),
        event_ms_worst=max(figures["event_ms"]),
        inbox_ms_p50=quantile(figures["waited_ms"], 0.5),
        inbox_ms_p99=quantile(figures["waited_ms"], 0.99),
        commits_per_s=figures["commits"] / lasted_s,
        node_cores=node_s / lasted_s,
        engine_cores=engine_s / lasted_s,
        node_cpu_per_call_ms=node_s / calls * 1000,
        engine_cpu_per_call_ms=engine_s / calls * 1000,
        messages_per_call=figures["handled"] / calls,
        node_rss_mb=rss_mb(product.node_pid),
        repeated_invites=seen.repeated,
        faults=figures["faults"],
    )
