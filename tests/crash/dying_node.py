"""A lab's node that dies just after a commit: its first attempt is durable, no INVITE leaves."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from dialer.lab.node_main import run
from dialer.store.opening import Store
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Write


def deadly(store: Store) -> Store:
    """The same store, but the process ends with the commit of an attempt."""
    commit = store.ledger.commit

    async def commit_and_die(writes: Sequence[Write]) -> CommitReport:
        report = await commit(writes)
        if any(isinstance(write, BeginAttempt) for write in writes):
            os.kill(os.getpid(), signal.SIGKILL)
        return report

    store.ledger.commit = commit_and_die  # type: ignore[method-assign]  # death stands between commit and what follows
    return store


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], deadly))
