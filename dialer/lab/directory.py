"""Where a lab leaves its data and logs: in a directory that goes with a run that succeeded, and stays to be looked
into otherwise."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def run_directory(given: Path | None, say: Callable[[str], None], *, keep: bool) -> Iterator[Path]:
    """`given`, which is never removed, or a new one, which is when the block ends without an exception and `keep` is
    not set. Says where the directory is if it stays without having been asked for, or something went wrong."""
    path = given or Path(tempfile.mkdtemp(prefix="cornetta-lab-"))
    succeeded = False
    try:
        yield path
        succeeded = True
    finally:
        if not succeeded or (keep and given is None):
            say(f"Data and logs stay in {path}")
        elif given is None:
            shutil.rmtree(path, ignore_errors=True)  # what cannot be removed is no reason to call the run a failure
