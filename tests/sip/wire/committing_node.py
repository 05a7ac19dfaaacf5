"""A node for tests that kill it: `python -m tests.sip.wire.committing_node SOCKET FILE`.

It commits each event, by a line with its sequence in FILE, then acknowledges it, as a real node does; what it finds
committed at its start it does not commit again. Each commit is a line on stdout too.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import structlog

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId
from sip.client import EngineClient


async def commit(socket: str, file: Path, committed: set[int]) -> None:
    with file.open("a", buffering=1) as log:

        def on_event(engine: EngineId, sequence: int, event: telephony.Event) -> None:
            if sequence and sequence not in committed:
                log.write(f"{sequence}\n")
                sys.stdout.write(f"{sequence}\n")
                sys.stdout.flush()
            client.ack(sequence)

        client = EngineClient(EngineId("e1"), socket, "n1", on_event, lambda *_: None)
        client.start()
        await asyncio.Event().wait()


def committed_in(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(commit(sys.argv[1], Path(sys.argv[2]), set(committed_in(Path(sys.argv[2])))))
