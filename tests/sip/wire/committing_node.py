"""A node for tests that kill it: `python -m tests.sip.wire.committing_node SOCKET FILE MOST`.

It commits each event, by a line with its sequence and leg in FILE, then acknowledges it, as a real node does; events
committed before its start are not committed again. Each commit is a line on stdout too. After MOST of them it stands
still, so that it is killed before the last event also on a busy machine.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Container
from pathlib import Path

import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId
from sip.client import EngineClient
from tests.sip.wire.heard import WAIT_S


async def commit(socket: str, file: Path, committed: Container[int], most: int) -> None:
    left = most
    with file.open("a", buffering=1) as log:

        def on_event(engine: EngineId, sequence: int, event: telephony.Event) -> None:
            nonlocal left
            if sequence and sequence not in committed:
                if left == 0:
                    sys.stdin.read()
                left -= 1
                log.write(f"{sequence} {getattr(event, 'leg', '')}\n")
                sys.stdout.write(f"{sequence}\n")
                sys.stdout.flush()
            client.ack(sequence)

        client = EngineClient(EngineId("e1"), socket, "n1", on_event, lambda *_: None)
        client.start()
        await asyncio.Event().wait()


async def killed_until(socket: Path, file: Path, events: int, kill_after: int) -> int:
    """Start such nodes, and kill each after some commits, until `events` are committed; returns the kills."""
    kills = 0
    while (missing := events - len(committed_in(file))) > 0:
        node = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.sip.wire.committing_node",
            str(socket),
            str(file),
            str(2 * kill_after),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert node.stdout is not None
        async with asyncio.timeout(WAIT_S):
            for _ in range(min(missing, kill_after)):
                await node.stdout.readline()
        node.kill()
        assert node.stdin is not None
        node.stdin.close()
        await node.communicate()
        kills += 1
    return kills


def committed_in(file: Path) -> dict[int, str]:
    """The leg of each committed sequence. A line that a kill has left incomplete was not committed."""
    lines = file.read_text().splitlines(keepends=True) if file.exists() else []
    pairs = [line.split(" ") for line in lines if line.endswith("\n")]
    committed = {int(sequence): leg.strip() for sequence, leg in pairs}
    if len(committed) != len(pairs):
        raise AssertionError("a sequence was committed twice")
    return committed


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(commit(sys.argv[1], Path(sys.argv[2]), committed_in(Path(sys.argv[2])), int(sys.argv[3])))
