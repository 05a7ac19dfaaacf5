"""The ways of bringing audio of many legs to another process, compared by CPU: `python -m bench.analysis_tap --json`.

50 legs are answered each second and last 4 s, so that 200 are up. Each hears a tone of its far end, which must come out
of the analysis. Ways: no analysis (the base), a tap in C++, a port whose frames come to Python, recorders into a file
system in memory. Figures are CPU cores: of the engine, of the analysis, of both together, and of both above the base.
Progress goes to stderr, the last line of stdout is one JSON object; each figure is the median of the runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.analysis_tap_roles import WAYS, Answerer, free_port

GATE_CORES = 0.5
"""Engine (SIP, RTP and all) and analysis together, for the way that was chosen."""
CHOSEN = "native"
LEAST_HEARD = 0.99
LEAST_RATE = 0.95
_RUN_TIMEOUT_S = 120.0


def measure(rate: int = 50, leg_s: float = 4.0, seconds: float = 8.0, runs: int = 3) -> dict[str, object]:
    """Compare all ways in turns, so that a disturbance affects each. `seconds` is the measured time of a run."""
    results: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(runs):
        for way in WAYS:
            result = _run(way, rate, leg_s, seconds)
            results[way].append(result)
            sys.stderr.write(f"analysis_tap: run {number + 1}, {way}: {json.dumps(result)}\n")
    base = _median(results["none"], "engine_cores")
    ways = {way: _summary(results[way], base) for way in WAYS if way != "none"}
    winner = min(ways, key=lambda way: ways[way]["cores"])
    chosen = ways[CHOSEN]
    return {
        "bench": "analysis_tap",
        "legs_per_s": rate,
        "leg_s": leg_s,
        "runs": runs,
        "base_engine_cores": base,
        "ways": ways,
        "winner": winner,
        "chosen": CHOSEN,
        "cores": chosen["cores"],
        "gate_cores": GATE_CORES,
        "passed": chosen["cores"] <= GATE_CORES and _was_done(chosen, rate),
    }


def _summary(results: list[dict[str, float]], base: float) -> dict[str, float]:
    engine = _median(results, "engine_cores")
    analysis = _median(results, "analysis_cores")
    return {
        "engine_cores": engine,
        "analysis_cores": analysis,
        "tap_cores": round(engine - base, 3),
        "above_base_cores": round(engine - base + analysis, 3),
        "cores": round(engine + analysis, 3),
        "answered_per_s": _median(results, "answered_per_s"),
        "heard_share": _median(results, "heard_share"),
        "dropped_packets": sum(result["dropped_packets"] for result in results),
        "lag_ms_max": max(result["lag_ms_max"] for result in results),
    }


def _was_done(way: dict[str, float], rate: int) -> bool:
    """Whether the work was done: on a machine that is too busy little CPU time proves nothing."""
    return way["heard_share"] >= LEAST_HEARD and way["answered_per_s"] >= rate * LEAST_RATE


def _median(results: list[dict[str, float]], name: str) -> float:
    return round(statistics.median(result[name] for result in results), 3)


def _run(way: str, rate: int, leg_s: float, seconds: float) -> dict[str, float]:
    """One way, once: an answering engine and the measured one, each a process of its own."""
    port = free_port()
    with Answerer(port):
        command = [sys.executable, "-m", "bench.analysis_tap_roles", "caller", way, str(port)]
        command += [str(rate), str(leg_s), str(seconds)]
        done = subprocess.run(
            command, check=True, timeout=_RUN_TIMEOUT_S, capture_output=True, text=True, cwd=Path(__file__).parents[1]
        )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.analysis_tap", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rate", type=int, default=50, help="legs answered per second")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long CPU is measured in each run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line (always so)")
    options = parser.parse_args(arguments)
    result = measure(rate=options.rate, seconds=options.seconds, runs=options.runs)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if result["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
