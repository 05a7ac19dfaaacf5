"""A peer over TCP, message by message: it accepts connections, and opens some of its own."""

from __future__ import annotations

import re
import socket
import time
from types import TracebackType

WAIT_S = 20.0


class Connection:
    """One connection, read message by message; empty lines between them are passed over."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened
        self._socket.settimeout(WAIT_S)
        self._bytes = b""

    def receive(self) -> str:
        """The next message, whole; "" at the end of the connection."""
        while not self._whole():
            data = self._socket.recv(65536)
            if not data:
                return ""
            self._bytes += data
        head, _, rest = self._bytes.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)[1])  # type: ignore[index]
        self._bytes = rest[length:]
        return (head + b"\r\n\r\n" + rest[:length]).decode()

    def _whole(self) -> bool:
        while self._bytes[:1] in (b"\r", b"\n"):
            self._bytes = self._bytes[1:]
        head, mark, rest = self._bytes.partition(b"\r\n\r\n")
        found = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
        return bool(mark) and found is not None and len(rest) >= int(found[1])

    def double_line(self) -> None:
        """Wait for a double empty line, between messages (RFC 5626 3.5.1)."""
        assert self._socket.recv(4) == b"\r\n\r\n"

    def send(self, text: str) -> None:
        self._socket.sendall(text.replace("\r\n", "\n").replace("\n", "\r\n").encode())

    def respond(self, to: str, code: int, *headers: str, body: str = "") -> None:
        self.send(response(to, code, *headers, body=body))

    def close(self) -> None:
        self._socket.close()


class TcpPeer:
    """Listens on loopback."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(WAIT_S)
        self.port = int(self._listener.getsockname()[1])
        self._connections: list[Connection] = []

    def __enter__(self) -> TcpPeer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, what: BaseException | None, where: TracebackType | None
    ) -> None:
        for each in self._connections:
            each.close()
        self._listener.close()

    def accept(self) -> Connection:
        return self._kept(self._listener.accept()[0])

    def connect(self, port: int) -> Connection:
        return self._kept(socket.create_connection(("127.0.0.1", port), WAIT_S))

    def _kept(self, opened: socket.socket) -> Connection:
        self._connections.append(Connection(opened))
        return self._connections[-1]


def header(message: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}\s*:\s*(.*?)\r?$", message)
    assert found is not None, f"no {name} in\n{message}"
    return found[1]


def response(to: str, code: int, *headers: str, body: str = "") -> str:
    tag = "" if "tag=" in header(to, "To") else ";tag=peer"
    lines = [f"SIP/2.0 {code} {'OK' if code == 200 else 'No'}"]
    lines += [f"Via: {via}" for via in re.findall(r"(?im)^Via\s*:\s*(.*?)\r?$", to)]
    lines += [f"{name}: {header(to, name)}" for name in ("From", "Call-ID", "CSeq")]
    lines += [f"To: {header(to, 'To')}{tag}", *headers]
    return _with_body(lines, body)


def bye(invite: str, port: int) -> str:
    """A BYE of the called party to the address of Contact."""
    target = re.search(r"<([^>]*)>", header(invite, "Contact"))
    assert target is not None
    lines = [
        f"BYE {target[1]} SIP/2.0",
        f"Via: SIP/2.0/TCP 127.0.0.1:{port};branch=z9hG4bK{time.monotonic_ns()}",
        f"From: {header(invite, 'To')};tag=peer",
        f"To: {header(invite, 'From')}",
        f"Call-ID: {header(invite, 'Call-ID')}",
        "CSeq: 1 BYE",
        "Max-Forwards: 70",
    ]
    return _with_body(lines, "")


def _with_body(lines: list[str], body: str) -> str:
    text = body.replace("\n", "\r\n")
    kind = ["Content-Type: application/sdp"] if body else []
    return "\r\n".join([*lines, *kind, f"Content-Length: {len(text)}", "", text])
