"""A witness of the wire: the sent INVITEs, as seen on the loopback interface and not reported by our programs.

A raw packet socket (packet(7)) with a filter in the kernel (classic BPF) that lets pass only UDP datagrams over IPv4
which begin with "INVI"; RTP never reaches Python. Needs CAP_NET_RAW. Requests inside TCP or TLS are not seen.
"""

from __future__ import annotations

import asyncio
import ctypes
import re
import socket
import struct
import time
from collections.abc import Callable
from typing import Self
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from dialer.vocabulary.errors import CornettaError

ETH_P_ALL = 3
SO_ATTACH_FILTER = 26
SOL_PACKET = 263
PACKET_STATISTICS = 6
PACKET_OUTGOING = 4
ETHERNET_BYTES = 14
RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
INVITES_KEPT = 1_000_000
"""The most INVITEs that are kept; further ones are counted in `missed`."""

_FILTER: tuple[tuple[int, int, int, int], ...] = (
    (0x28, 0, 0, 12),  # ether type
    (0x15, 0, 8, 0x0800),  # IPv4, else drop
    (0x30, 0, 0, 23),  # protocol
    (0x15, 0, 6, socket.IPPROTO_UDP),
    (0x28, 0, 0, 20),  # fragment offset
    (0x45, 4, 0, 0x1FFF),  # a later fragment: drop
    (0xB1, 0, 0, ETHERNET_BYTES),  # X = length of the IP header
    (0x40, 0, 0, ETHERNET_BYTES + 8),  # the first four bytes after the UDP header
    (0x15, 0, 1, int.from_bytes(b"INVI", "big")),
    (0x06, 0, 0, 0xFFFF),  # take it
    (0x06, 0, 0, 0),  # drop it
)
"""Classic BPF: (code, jump if true, jump if false, operand)."""

_REQUEST = re.compile(rb"INVITE sips?:([^@;:\s>]+)")
_CALL_ID = re.compile(rb"^(?:Call-ID|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_FROM_TAG = re.compile(rb"^(?:From|f)[ \t]*:[^\r\n]*;[ \t]*tag=([^;\s]+)", re.IGNORECASE | re.MULTILINE)
_TO_TAG = re.compile(rb"^(?:To|t)[ \t]*:[^\r\n]*;[ \t]*tag=", re.IGNORECASE | re.MULTILINE)


class CaptureRefused(CornettaError):
    """The raw socket could not be opened."""

    code = "capture_refused"

    def __init__(self, interface: str, problem: str) -> None:
        remedy = "The proof counts INVITEs on the wire: run as root or with CAP_NET_RAW."
        super().__init__(f"Cannot witness {interface}: {problem}. {remedy}")
        self.interface = interface
        self.problem = problem


class Invite(Struct, frozen=True):
    """One call on the wire. Copies of its INVITE (retransmissions, a second one with credentials) are counted in
    `copies`; a call that is begun anew under the same Call-ID has another From tag (RFC 3261 8.1.1.3) and is another
    call here. `first_seen` is CLOCK_MONOTONIC in seconds. `user` is the request URI's."""

    call_id: str
    user: str
    source_port: int
    target_port: int
    first_seen: float
    copies: int = 1
    from_tag: str = ""


def read_invite(packet: bytes, seen_at: float) -> Invite | None:
    """The INVITE in an Ethernet frame that passed the filter; None for a re-INVITE or an unreadable frame."""
    header = (packet[ETHERNET_BYTES] & 0x0F) * 4 + ETHERNET_BYTES
    if len(packet) < header + 8:
        return None
    source_port, target_port = struct.unpack_from("!HH", packet, header)
    message = packet[header + 8 :]
    request, call_id = _REQUEST.match(message), _CALL_ID.search(message)
    if request is None or call_id is None or _TO_TAG.search(message):
        return None
    user = unquote(request[1].decode(errors="replace"))
    tag = _FROM_TAG.search(message)
    from_tag = tag[1].decode(errors="replace") if tag else ""
    return Invite(call_id[1].decode(errors="replace"), user, source_port, target_port, seen_at, from_tag=from_tag)


class InviteCapture:
    """Collects the INVITEs to certain UDP ports, from `open` until `close`."""

    def __init__(self, raw: socket.socket, ports: frozenset[int]) -> None:
        """Not for callers: `open` makes captures."""
        self._raw = raw
        self._ports = ports
        self._invites: dict[tuple[str, str, int], Invite] = {}
        self._missed = 0
        self._came = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(raw.fileno(), self._readable)

    @classmethod
    def open(
        cls,
        ports: frozenset[int],
        interface: str = "lo",
        make_socket: Callable[[int, int, int], socket.socket] = socket.socket,
    ) -> Self:
        """Begin; to be called on a running loop. Raises CaptureRefused. `make_socket` may open a socket on another
        network."""
        try:
            raw = make_socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
        except PermissionError as error:
            raise CaptureRefused(interface, error.strerror or str(error)) from error
        try:
            code = b"".join(struct.pack("HBBI", *line) for line in _FILTER)
            program = ctypes.create_string_buffer(code)
            raw.setsockopt(
                socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(_FILTER), ctypes.addressof(program))
            )
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            raw.bind((interface, ETH_P_ALL))
        except OSError as error:
            raw.close()
            raise CaptureRefused(interface, error.strerror or str(error)) from error
        return cls(raw, ports)

    @property
    def missed(self) -> int:
        """Datagrams that the kernel or we could not keep: the capture is complete only with 0."""
        self._readable()
        statistics = self._raw.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        _, dropped = struct.unpack("II", statistics)
        self._missed += dropped  # the kernel resets its count at each reading
        return self._missed

    def invites(self) -> tuple[Invite, ...]:
        """The INVITEs so far, in the order of their first copies."""
        self._readable()
        return tuple(self._invites.values())

    async def until(self, calls: int, timeout_s: float) -> bool:
        """Wait until so many calls were seen; False when they were not within `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while len(self._invites) < calls:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self._loop.remove_reader(self._raw.fileno())
        self._raw.close()

    def _readable(self) -> None:
        while True:
            try:
                packet, address = self._raw.recvfrom(65535)
            except BlockingIOError:
                return
            if address[2] != PACKET_OUTGOING:  # on loopback each packet is seen twice
                self._take(packet)

    def _take(self, packet: bytes) -> None:
        invite = read_invite(packet, time.monotonic())
        if invite is None or invite.target_port not in self._ports:
            return
        key = invite.call_id, invite.from_tag, invite.target_port
        known = self._invites.get(key)
        if known is None and len(self._invites) >= INVITES_KEPT:
            self._missed += 1
            return
        if known is not None:
            invite = replace(known, copies=known.copies + 1)
        self._invites[key] = invite
        self._came.set()
