"""The machine's own table of hosts (hosts(5)), which is asked before DNS."""

from __future__ import annotations

import contextlib
import ipaddress
from pathlib import Path

LOOPBACK = ("127.0.0.1",)
"""The addresses of localhost without an entry (RFC 6761 6.3)."""


class HostsFile:
    """Names of a hosts file, read again when it changes."""

    def __init__(self, path: Path = Path("/etc/hosts")) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._names: dict[str, tuple[str, ...]] = {}

    def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, those of IPv4 alone where there are any; () where the file has none."""
        self._refresh()
        name = host.rstrip(".").lower()
        found = self._names.get(name, ())
        if not found and (name == "localhost" or name.endswith(".localhost")):
            return LOOPBACK
        return tuple(each for each in found if ":" not in each) or found

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            self._stamp, self._names = None, {}
            return
        self._stamp, self._names = stamp, _read(text)


def _read(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        with contextlib.suppress(ValueError):
            address = str(ipaddress.ip_address(words[0])) if words else ""
            for name in words[1:]:
                found[name.lower()] = (*found.get(name.lower(), ()), address)
    return found
