"""The witness of the wire sees INVITEs on the loopback interface, and no other packets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from sip.lab.capture import InviteCapture

INVITE = (
    "INVITE sip:{user}@127.0.0.1:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
    "From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:{user}@127.0.0.1>{tag}\r\n"
    "Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\r\n"
)


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    """A UDP port that takes all packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def send(peer: socket.socket, *messages: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for message in messages:
            sender.sendto(message.encode(), peer.getsockname())


def invite(peer: socket.socket, call_id: str, user: str = "%2B12025550123", tag: str = "") -> str:
    return INVITE.format(user=user, port=peer.getsockname()[1], call_id=call_id, tag=tag)


async def seen(capture: InviteCapture, count: int) -> list[tuple[str, str, int]]:
    assert await capture.until(count, 5.0)
    return [(each.call_id, each.user, each.copies) for each in capture.invites()]


async def test_each_call_is_seen_once_with_its_copies(peer: socket.socket) -> None:
    capture = InviteCapture.open(frozenset({peer.getsockname()[1]}))
    try:
        send(peer, invite(peer, "a.1"), invite(peer, "a.1"), "OPTIONS sip:x SIP/2.0\r\n\r\n", "\r\n\r\n", "INVI")
        send(peer, invite(peer, "a.1", tag=";tag=77"), invite(peer, "b.1", "1001"))
        assert await seen(capture, 2) == [("a.1", "+12025550123", 2), ("b.1", "1001", 1)]
        assert capture.missed == 0
    finally:
        capture.close()


async def test_a_call_id_that_is_used_anew_is_another_call(peer: socket.socket) -> None:
    """RFC 3261 8.1.1.3: copies of an INVITE keep their From tag, a dialog begun anew has another."""
    capture = InviteCapture.open(frozenset({peer.getsockname()[1]}))
    try:
        again = invite(peer, "a.1").replace(";tag=1", ";tag=2")
        send(peer, invite(peer, "a.1"), again, again)
        assert [copies for _, _, copies in await seen(capture, 2)] == [1, 2]
    finally:
        capture.close()


async def test_other_ports_are_not_ours(peer: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        capture = InviteCapture.open(frozenset({peer.getsockname()[1]}))
        try:
            send(other, invite(other, "foreign"))
            send(peer, invite(peer, "ours"))
            assert [call_id for call_id, _, _ in await seen(capture, 1)] == ["ours"]
        finally:
            capture.close()


async def test_a_burst_is_seen_whole(peer: socket.socket) -> None:
    capture = InviteCapture.open(frozenset({peer.getsockname()[1]}))
    try:
        send(peer, *(invite(peer, f"burst-{number}") for number in range(1000)))
        assert len(await seen(capture, 1000)) == 1000
        assert capture.missed == 0
    finally:
        capture.close()
