"""`cornetta bench media`: the cost of bridged pairs in one engine, and of the same pairs in Asterisk by Dial and
ConfBridge.

A second engine is at the far end of all legs, in all three cases: it sends a tone of its own on each leg and receives
the other's, so that real RTP runs both ways on every leg. Its processor time is in the result, but not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.asterisk_pairs import AsteriskPairs, Way
from bench.engine_pairs import EnginePairs
from bench.figures import median, tell, whole
from bench.pairs import FAR, Measured, Pairs, far_end
from dialer.lab.ports import LabPorts, free_ports
from sip.driven_engine import DrivenEngine

#: The time of audio before the measurement, in which jitter buffers settle.
SETTLE_S = 3.0


class Round(Struct, frozen=True):
    """One round: the three cases one after the other."""

    engine: Measured
    dial: Measured
    confbridge: Measured


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pairs", type=whole(1, 600), default=200, help="bridged pairs, two legs each")
    parser.add_argument("--seconds", type=whole(1, 600), default=20, help="how long each case is measured")
    parser.add_argument("--rounds", type=whole(1, 25), default=3, help="the result is their median")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure; raises Unmeasurable, EngineUnavailable or AsteriskFailed."""
    with tempfile.TemporaryDirectory(prefix="cornetta-media-") as name:
        rounds = asyncio.run(_rounds(options, Path(name)))
    return _summary(options, rounds)


async def _rounds(options: argparse.Namespace, folder: Path) -> list[Round]:
    measured = []
    for number in range(1, options.rounds + 1):
        tell(f"round {number} of {options.rounds}")
        here = folder / str(number)
        measured.append(
            Round(
                engine=await _case("engine", here, options),
                dial=await _case("dial", here, options),
                confbridge=await _case("confbridge", here, options),
            )
        )
    return measured


async def _case(name: str, folder: Path, options: argparse.Namespace) -> Measured:
    async with contextlib.AsyncExitStack() as stack:
        ports = free_ports()
        stack.callback(ports.release)
        far = await stack.enter_async_context(DrivenEngine(FAR, folder / name, far_end(ports), speaking=True))
        pairs = await stack.enter_async_context(_bridge(name, folder / name, ports, far))
        await pairs.connect(options.pairs)
        await asyncio.sleep(SETTLE_S)
        measured = await pairs.measure(options.seconds)
    tell(
        f"  {name}: {measured.cpu_cores:.3f} cores, {measured.rss_mb:.0f} MB, {measured.packets_lost} packets lost, "
        f"{measured.received_per_leg_s:.1f} received per leg and second, {measured.technology}"
        f" (far end: {measured.far_cores:.2f} cores)"
    )
    return measured


def _bridge(name: str, folder: Path, ports: LabPorts, far: DrivenEngine) -> Pairs:
    if name == "engine":
        return EnginePairs(folder, ports, far)
    return AsteriskPairs(Way(name), folder, ports, far)


def _cost(side: Measured) -> float:
    """Cores for one packet a second that reached a far end, which is comparable also when a side could not keep up."""
    return side.cpu_cores / side.received_per_leg_s


def _summary(options: argparse.Namespace, rounds: list[Round]) -> dict[str, Any]:
    engine, dial, confbridge = ([getattr(each, side) for each in rounds] for side in Round.__struct_fields__)
    return {
        "bench": "media",
        "pairs": options.pairs,
        "seconds": options.seconds,
        "rounds": len(rounds),
        "cpu_cores": median([each.cpu_cores for each in engine]),
        "cpu_dial": median([each.cpu_cores for each in dial]),
        "cpu_confbridge": median([each.cpu_cores for each in confbridge]),
        "cpu_ratio_dial": median([each.engine.cpu_cores / each.dial.cpu_cores for each in rounds]),
        "cpu_ratio_confbridge": median([each.engine.cpu_cores / each.confbridge.cpu_cores for each in rounds]),
        "packet_ratio_dial": median([_cost(each.engine) / _cost(each.dial) for each in rounds]),
        "packet_ratio_confbridge": median([_cost(each.engine) / _cost(each.confbridge) for each in rounds]),
        "rss_mb": median([each.rss_mb for each in engine], 1),
        "rss_analysis_mb": median([each.rss_children_mb for each in engine], 1),
        "rss_dial_mb": median([each.rss_mb for each in dial], 1),
        "rss_confbridge_mb": median([each.rss_mb for each in confbridge], 1),
        "packets_lost": max(each.packets_lost for each in engine),
        "packets_lost_dial": max(each.packets_lost for each in dial),
        "packets_lost_confbridge": max(each.packets_lost for each in confbridge),
        "received_per_leg_s": median([each.received_per_leg_s for each in engine], 1),
        "received_per_leg_s_dial": median([each.received_per_leg_s for each in dial], 1),
        "received_per_leg_s_confbridge": median([each.received_per_leg_s for each in confbridge], 1),
        "far_end_cores": median([each.far_cores for each in engine]),
        "technology_dial": dial[-1].technology,
        "technology_confbridge": confbridge[-1].technology,
        "machine": engine[-1].machine,
    }
