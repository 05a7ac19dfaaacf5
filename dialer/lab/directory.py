"""The directory of a lab's data and logs: removed after a successful run, kept for inspection otherwise."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def run_directory(given: Path | None, say: Callable[[str], None], *, keep: bool) -> Iterator[Path]:
    """`given`, which is never removed, or a new one, which is removed when the block ends without an exception and
    `keep` is not set. Prints the place of a directory that stays unasked, or after a failure."""
    path = given or Path(tempfile.mkdtemp(prefix="cornetta-lab-"))
    succeeded = False
    try:
        yield path
        succeeded = True
    finally:
        if not succeeded or (keep and given is None):
            say(f"Data and logs stay in {path}")
        elif given is None:
            shutil.rmtree(path, ignore_errors=True)  # files that cannot be removed make no run a failure
