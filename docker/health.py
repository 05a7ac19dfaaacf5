#!/usr/bin/env python3
"""The health of a container: whether its processes answer on every socket on which they listen.

A node is asked over HTTP whether it lives; an engine takes a connection on its Unix socket. The sockets are looked up,
so that no address has to be repeated here. It imports nothing of ours, as it runs every few seconds.
Exit code 0: healthy; 1: it listens nowhere, or does not answer within TIMEOUT_S.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import urllib.request
from collections.abc import Iterable, Iterator

TIMEOUT_S = 4.0
LISTENING, STREAM = "0A", "0001"
ACCEPTS = 0x10000
"""Flag of a listening socket in /proc/net/unix (__SO_ACCEPTCON)."""


def inodes(process: int) -> set[str]:
    """The sockets of a process."""
    found = set()
    folder = f"/proc/{process}/fd"
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):  # closed meanwhile
            target = os.readlink(f"{folder}/{name}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found


def rows(table: str) -> Iterator[list[str]]:
    """The lines of /proc/net/TABLE without its heading, in words."""
    with contextlib.suppress(FileNotFoundError), open(f"/proc/net/{table}") as file:
        next(file)
        for line in file:
            yield line.split()


def address(hexadecimal: str) -> tuple[str, int]:
    """An address of proc(5), in words of the host's byte order; the wildcard is this machine."""
    host, port = hexadecimal.split(":")
    words = b"".join(int(host[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(host), 8))
    family = socket.AF_INET if len(words) == 4 else socket.AF_INET6
    known = socket.inet_ntop(family, words)
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(known, known), int(port, 16)  # no address to bind


def urls(ours: set[str]) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        for row in rows(table):
            if row[3] == LISTENING and row[9] in ours:
                host, port = address(row[1])
                yield f"http://[{host}]:{port}/healthz" if ":" in host else f"http://{host}:{port}/healthz"


def paths(ours: set[str]) -> Iterator[str]:
    for row in rows("unix"):
        if int(row[3], 16) & ACCEPTS and row[4] == STREAM and row[6] in ours and len(row) > 7:
            yield row[7]


def check(processes: Iterable[int]) -> str:
    """The fault of a container; empty if there is none."""
    ours: set[str] = set()
    for process in processes:
        with contextlib.suppress(OSError):  # it has ended, or is another user's
            ours |= inodes(process)
    webs, doors = list(urls(ours)), list(paths(ours))
    if not webs and not doors:
        return "nothing listens"
    try:
        for url in webs:
            urllib.request.urlopen(url, timeout=TIMEOUT_S).close()  # http, made by ourselves
        for path in doors:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(TIMEOUT_S)
                door.connect(path)
    except OSError as error:
        return str(error)
    return ""


def main() -> int:
    problem = check(int(name) for name in os.listdir("/proc") if name.isdigit())
    if problem:
        sys.stderr.write(problem + "\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
