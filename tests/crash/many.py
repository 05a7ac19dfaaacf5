"""Kills by the thousand, and restarts of the database, in trials of a bounded length: `python -m tests.crash.many`.

Each trial is one of the tests of kills in a process of its own, with a seed of its own, so that it can be run again
alone: `CORNETTA_KILLS=50 CORNETTA_SEED=7 pytest tests/crash/test_engine_kills.py`. A failed trial does not end the
others; its directory is kept. Progress is on stderr; the last line of stdout is one JSON object; the exit code is 1
where a trial failed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.crash.figures import Figures, percentile

#: Kills of one trial: enough that calls of many starts meet in one database, few enough for some minutes.
KILLS_OF_TRIAL = 50
TRIAL_TIMEOUT_S = 180.0 + 60.0 * KILLS_OF_TRIAL

ENGINE = "tests/crash/test_engine_kills.py::test_the_engine_dies_again_and_again_and_every_call_is_settled_once[direct]"
NODE = "tests/crash/test_node_kills.py::test_the_node_dies_again_and_again_and_conversations_go_on"
RESTARTS = "tests/crash/test_database_restarts.py::test_the_database_is_restarted_again_and_again_and_nothing_is_lost"
POSTGRES = "tests/crash/test_node_kills.py::test_the_node_dies_again_and_again_on_postgresql"


class Job(Struct, frozen=True):
    """One trial: the test, the number of kills, and the seed."""

    test: str
    kills: int
    seed: int


def jobs(test: str, kills: int, seed: int) -> Iterator[Job]:
    """Trials that make `kills` in all, with seeds from `seed` on."""
    while kills > 0:
        yield Job(test, min(kills, KILLS_OF_TRIAL), seed)
        kills -= KILLS_OF_TRIAL
        seed += 1


async def run(job: Job) -> tuple[bool, list[Figures]]:
    """Run one trial; returns whether it passed, and its figures."""
    folder = Path(tempfile.mkdtemp(prefix="crash"))
    path = folder / "figures.jsonl"
    with (folder / "pytest.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "--timeout=0", job.test),
            env={**os.environ, **_told(job, folder, path)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            async with asyncio.timeout(TRIAL_TIMEOUT_S):
                passed = await process.wait() == 0
        except TimeoutError:
            passed = False
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)  # so that it can end its own processes
                await process.wait()
    lines = path.read_bytes().splitlines() if path.exists() else []
    if passed:
        shutil.rmtree(folder)
    else:
        sys.stderr.write(f"failed: {job}, see {folder}\n")
    return passed, [msgspec.json.decode(line, type=Figures) for line in lines]


def _told(job: Job, folder: Path, figures: Path) -> dict[str, str]:
    """The environment of the tests."""
    return {
        "CORNETTA_KILLS": str(job.kills),
        "CORNETTA_POSTGRES_KILLS": str(job.kills),
        "CORNETTA_RESTARTS": str(job.kills),
        "CORNETTA_SEED": str(job.seed),
        "CORNETTA_FIGURES": str(figures),
        "CORNETTA_KEEP": "1",
        "TMPDIR": str(folder),
    }


def summary(found: Iterable[Figures], failed: Iterable[Job]) -> dict[str, object]:
    """The figures of all trials in one object."""
    figures = list(found)
    kinds = sorted({(each.program, each.store) for each in figures})
    return {
        "kills": {f"{program}_{store}": _sum(figures, program, store) for program, store in kinds},
        "back_s": _spread(each for told in figures if told.program == "engine" for each in told.back_s),
        "back_unloaded_s": _spread(each for told in figures if told.program == "engine" for each in told.unloaded_s),
        "adopted_s": _spread(each for told in figures if told.program == "node" for each in told.back_s),
        "adopted_unloaded_s": _spread(each for told in figures if told.program == "node" for each in told.unloaded_s),
        "database_back_s": _spread(each for told in figures if told.program == "database" for each in told.back_s),
        "attempts": sum(each.attempts for each in figures),
        "invites": sum(each.invites for each in figures),
        "lost": sum(each.lost for each in figures),
        "dialed_twice": sum(each.dialed_twice for each in figures),
        "settled_as_lost": sum(each.system_lost for each in figures),
        "proved_conversations": sum(each.proved for each in figures),
        "seeds": sorted({each.seed for each in figures}),
        "failed": [msgspec.to_builtins(each) for each in failed],
    }


def _sum(figures: Iterable[Figures], program: str, store: str) -> int:
    return sum(each.kills for each in figures if (each.program, each.store) == (program, store))


def _spread(times: Iterable[float]) -> dict[str, float | None]:
    values = list(times)
    return {"p50": percentile(values, 0.5), "p99": percentile(values, 0.99), "max": percentile(values, 1.0)}


async def main(arguments: argparse.Namespace) -> int:
    """Run all; the exit code."""
    asked = (
        *((ENGINE, arguments.engine), (NODE, arguments.node)),
        *((POSTGRES, arguments.postgres), (RESTARTS, arguments.restarts)),
    )
    planned = [job for test, kills in asked for job in jobs(test, kills, arguments.seed)]
    figures: list[Figures] = []
    failed: list[Job] = []
    for number, job in enumerate(planned, 1):
        passed, measured = await run(job)
        figures += measured
        if not passed:
            failed.append(job)
        for each in measured:
            kills = f"{each.kills} kills of the {each.program} on {each.store}"
            sys.stderr.write(f"{number}/{len(planned)}: {kills}, seed {each.seed}: {each.outcome}\n")
    sys.stdout.write(msgspec.json.encode(summary(figures, failed)).decode() + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", type=int, default=1000, help="kills of the engine")
    parser.add_argument("--node", type=int, default=500, help="kills of the node on SQLite")
    parser.add_argument("--postgres", type=int, default=500, help="kills of the node on PostgreSQL")
    parser.add_argument("--restarts", type=int, default=300, help="restarts of PostgreSQL; every fourth time it hangs")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first trial of each kind")
    sys.exit(asyncio.run(main(parser.parse_args())))
