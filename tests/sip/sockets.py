"""Owners of ports: other programs of the machine may use the same ranges as a test."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def udp_ports(pid: int) -> frozenset[int]:
    """The UDP ports over IPv4 that a process has open (proc(5)); none where it is gone."""
    sockets = set()
    with contextlib.suppress(FileNotFoundError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # the process opens and closes descriptors meanwhile
                sockets.add(os.readlink(descriptor))
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return frozenset(int(row[1].split(":")[1], 16) for row in rows if f"socket:[{row[9]}]" in sockets)
