"""The measured comparisons by name, and how `cornetta bench NAME` runs one."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import msgspec

from dialer.vocabulary.errors import CornettaError
from dialer.words import words_of

EXIT_MISTAKE = 2
EXIT_FAILED = 1
#: The key of a result's failed gates.
FAILED_GATES = "failed_gates"


class Bench(Protocol):
    """The functions of a comparison's module. `options` are those of `arguments`; progress goes to stderr. Failed gates
    are in the result under FAILED_GATES: it is still printed, and the exit code is EXIT_FAILED."""

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> dict[str, Any]: ...


class Program(Protocol):
    """A comparison that reads its own command line and prints its own line."""

    def main(self, arguments: Sequence[str] | None = None) -> int: ...


#: Name: module and measured quantity. Modules are imported when they are run.
BENCHES: Mapping[str, tuple[str, str]] = {
    "media": ("bench.media", "CPU and memory of bridged pairs, beside Asterisk's Dial and ConfBridge"),
    "latency": ("bench.latency", "a contact's 200 OK to the agent's audio, beside an ARI application"),
    "core": ("bench.core", "PACE-8h by the whole core, beside the harness that plays the page; what a tick takes"),
    "live": ("bench.live", "predictive dialing with real SIP, beside the simulation of the same centre"),
    "mode_change": (
        "bench.mode_change",
        "what is abandoned after hours of one call for each agent, beside a fresh day",
    ),
    "pacing": ("bench.pacing.command", "PACE-8h: utilisation and abandonment of pacing rules on a virtual shift"),
    "setup": ("bench.setup", "new calls per second through node and engine"),
}
#: The same, for modules that are programs of their own.
PROGRAMS: Mapping[str, tuple[str, str]] = {
    "analysis_tap": ("bench.analysis_tap", "what legs say brought to the analysis process"),
    "wire_round_trip": ("bench.wire_round_trip", "a command to the engine's owner thread and its event back"),
}


#: In place of a name, for a list of names.
LIST = "list"


def run_bench(name: str, arguments: Sequence[str]) -> int:
    """Run one comparison; returns the exit code. The last line of stdout is one JSON object."""
    if name in PROGRAMS:
        program = cast("Program", importlib.import_module(PROGRAMS[name][0]))
        return program.main(list(arguments))
    if name == LIST:
        sys.stdout.write(_names())
        return 0
    if name not in BENCHES:
        sys.stderr.write(f"There is no comparison {name!r}. There are:\n{_names()}")
        return EXIT_MISTAKE
    bench = cast("Bench", importlib.import_module(BENCHES[name][0]))
    parser = argparse.ArgumentParser(prog=f"cornetta bench {name}", description=BENCHES[name][1])
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object, with or without")
    bench.arguments(parser)
    try:
        options = parser.parse_args(list(arguments))
    except SystemExit as end:  # argparse has printed the mistake or its help
        return EXIT_MISTAKE if end.code else 0
    try:
        result = bench.run(options)
    except (CornettaError, TimeoutError, OSError) as error:
        sys.stderr.write(f"{name}: {words_of(error) or type(error).__name__}\n")
        return EXIT_FAILED
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    return exit_code(name, result)


def _names() -> str:
    """A line for each comparison."""
    known = sorted({**BENCHES, **PROGRAMS}.items())
    return "".join(f"  {name:16} {purpose}\n" for name, (_, purpose) in known)


def exit_code(name: str, result: Mapping[str, Any]) -> int:
    """0, or EXIT_FAILED with a sentence where gates were not passed."""
    failed = result.get(FAILED_GATES)
    if not failed:
        return 0
    sys.stderr.write(f"{name}: not passed: {', '.join(failed)}\n")
    return EXIT_FAILED
