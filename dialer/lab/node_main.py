"""A lab's node in a process of its own, so that it can be killed: `python -m dialer.lab.node_main --plan FILE`.

Its simulated agents run in the same process. At the next start they are not ready (restart) and press Ready again. On
SIGTERM all agents finish and log out first.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from dialer.cli.console_log import log_to_stderr
from dialer.lab.autopilot import Habits
from dialer.lab.crew import crew, fill_list, run_campaign, send_home
from dialer.lab.ports import LabPorts
from dialer.lab.scenario import Scenario, node_settings
from dialer.node import Node
from dialer.store.opening import Store, open_store
from dialer.vocabulary.errors import CornettaError
from dialer.words import words_of

EXIT_OK = 0
EXIT_FAILED = 1
#: How long conversations and after-call work may go on after SIGTERM.
HOME_S = 40.0
#: How often the node looks whether the remembered state has arrived.
LOOK_S = 0.02
_STDIN = 0


class NodePlan(Struct, frozen=True):
    """The plan of one lab node: see `Scenario`, `LabPorts`, `Habits`. `directory` holds its database and sockets."""

    scenario: Scenario
    ports: LabPorts
    directory: str
    habits: Habits = Habits()


async def serve(plan: NodePlan, furnish: Callable[[Store], Store] = lambda store: store) -> None:
    """Run the node until SIGTERM. `furnish` may put something between the node and its store. Raises CornettaError,
    or OSError for a port that is taken."""
    settings = node_settings(plan.scenario, plan.ports, Path(plan.directory))
    store = furnish(await open_store(settings.server.database, settings.server.node))
    node = Node(settings, store, None)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    _end_with_parent(over)
    pilots = crew(node, plan.scenario, plan.habits)
    at_work: list[asyncio.Task[None]] = []
    try:
        await fill_list(node, plan.scenario)
        await node.start()
        await _restored(node)
        at_work = [asyncio.create_task(pilot.work()) for pilot in pilots]
        await run_campaign(node)
        await over.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HOME_S):
                await send_home(node, pilots)
    finally:
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        await node.stop()


def _end_with_parent(over: asyncio.Event) -> None:
    """The process that started us holds the other end of our stdin."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(_STDIN, 1024):
            loop.remove_reader(_STDIN)
            over.set()

    if stat.S_ISFIFO(os.fstat(_STDIN).st_mode) or stat.S_ISSOCK(os.fstat(_STDIN).st_mode):
        loop.add_reader(_STDIN, look)


async def _restored(node: Node) -> None:
    while True:
        if node.world.restored:
            return
        await asyncio.sleep(LOOK_S)


def run(arguments: list[str], furnish: Callable[[Store], Store] = lambda store: store) -> int:
    """The program; returns its exit code."""
    parser = argparse.ArgumentParser(description="A lab's node in a process of its own.")
    parser.add_argument("--plan", type=Path, required=True, help="a NodePlan as JSON")
    plan = msgspec.json.decode(parser.parse_args(arguments).plan.read_bytes(), type=NodePlan)
    log_to_stderr("INFO")
    try:
        asyncio.run(serve(plan, furnish))
    except (CornettaError, OSError) as error:
        sys.stderr.write(f"{words_of(error)}\n")
        return EXIT_FAILED
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
