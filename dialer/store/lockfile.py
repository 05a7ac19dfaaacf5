"""One node to a SQLite file, held by an advisory lock on a file beside it. The lock ends with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from dialer.vocabulary.errors import StoreInUse


class FileLock:
    """The lock of a database file; raises StoreInUse with the holder's process id if another has it."""

    def __init__(self, database: Path, holder: str) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid, _, node = os.read(self._file, 200).decode("utf-8", "replace").partition(" ")
            os.close(self._file)
            raise StoreInUse(str(database), int(pid) if pid.isdigit() else None, node.strip()) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()} {holder}\n".encode())

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would race with the next holder."""
        os.close(self._file)
