"""One node to a SQLite file, held by an advisory lock on a file beside it. The lock ends with its process."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from dialer.vocabulary.errors import StoreInUse

#: The name by which a command, which is no node, holds a file.
COMMAND = "none, a command"

#: How long a node waits for a file that a command holds, and how often it tries. Commands of this version hold it while
#: they migrate; those of former ones until they end.
COMMAND_PATIENCE_S = 30.0
_LOOK_S = 0.05


class FileLock:
    """The lock of a database file. A node waits a while for a command that holds it; raises StoreInUse with the process
    id of any other holder."""

    def __init__(self, database: Path, holder: str, patience_s: float = COMMAND_PATIENCE_S) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + patience_s
        before = ""
        while not self._is_taken():
            said = os.pread(self._file, 200, 0).decode("utf-8", "replace")
            pid, _, node = said.partition(" ")
            # A new holder may not have written its name yet, so a name counts only at the second look.
            if (node.strip() != COMMAND and said == before) or time.monotonic() >= until:
                os.close(self._file)
                raise StoreInUse(str(database), int(pid) if pid.isdigit() else None, node.strip())
            before = said
            time.sleep(_LOOK_S)
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()} {holder}\n".encode())

    def _is_taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def release(self) -> None:
        """Release the lock. The file stays: removing it would race with the next holder."""
        os.close(self._file)
