"""The secret by which a node signs the cookies of known devices: a file of its data directory, made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE = "devices.key"
_BYTES = 32


def device_key(directory: Path) -> bytes:
    """The node's key, made where there is none yet. Blocks. Raises OSError."""
    path = directory / FILE
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = b""
    if len(key) == _BYTES:
        return key
    key = secrets.token_bytes(_BYTES)
    path.unlink(missing_ok=True)  # cut short by a crash: with a new key known devices only count as new ones
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key
