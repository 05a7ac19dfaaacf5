"""A relay of SIP over UDP that holds an answer back until a CANCEL has passed, so that they surely cross."""

from __future__ import annotations

import asyncio
import re
from typing import Self

_ANSWER = re.compile(rb"SIP/2\.0 200 .*?^CSeq:\s*\d+ INVITE", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_CALL_ID = re.compile(rb"^(?:Call-ID|i)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class _Side(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay, of_dialer: bool) -> None:
        self._relay = relay
        self._of_dialer = of_dialer
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # UDP always
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        if self._of_dialer:
            self._relay.from_dialer(data, (str(addr[0]), int(addr[1])))
        else:
            self._relay.from_asterisk(data)

    def send(self, data: bytes, to: tuple[str, int]) -> None:
        if self.transport is not None:
            self.transport.sendto(data, to)


class Relay:
    """Stands before Asterisk at a port of its own. An asynchronous context manager.

    The 200 to the INVITE with the Call-ID `holds_back` waits until a CANCEL of this call came from the dialer.
    """

    def __init__(self, port: int, asterisk_port: int) -> None:
        self._port = port
        self._asterisk = "127.0.0.1", asterisk_port
        self._dialer: tuple[str, int] | None = None
        self._front = _Side(self, of_dialer=True)
        self._back = _Side(self, of_dialer=False)
        self._kept: list[bytes] = []
        self.holds_back = ""
        self.cancelled = False

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self._front, ("127.0.0.1", self._port))
        await loop.create_datagram_endpoint(lambda: self._back, ("127.0.0.1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        for side in (self._front, self._back):
            if side.transport is not None:
                side.transport.close()

    @property
    def holds_an_answer(self) -> bool:
        return bool(self._kept)

    def from_dialer(self, data: bytes, address: tuple[str, int]) -> None:
        self._dialer = address
        self._back.send(data, self._asterisk)
        if data.startswith(b"CANCEL ") and self._is_ours(data):
            self.cancelled = True
            for kept in self._kept:
                self._front.send(kept, address)

    def from_asterisk(self, data: bytes) -> None:
        if not self.cancelled and self._is_ours(data) and _ANSWER.match(data):
            self._kept.append(data)
        elif self._dialer is not None:
            self._front.send(data, self._dialer)

    def _is_ours(self, data: bytes) -> bool:
        found = _CALL_ID.search(data)
        return found is not None and found[1].decode() == self.holds_back
