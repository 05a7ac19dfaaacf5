"""The carrier of the measurements: its answers, and that it takes silence for no audio."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from bench.carrier import Carrier, Habits
from bench.sip_text import Request

TIMEOUT_S = 5.0
INVITE = (
    "INVITE sip:+442079460100@127.0.0.1:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKx;rport\r\n"
    "From: <sip:+442079460999@127.0.0.1>;tag=ours\r\n"
    "To: <sip:+442079460100@127.0.0.1>\r\n"
    "Call-ID: {call_id}\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:us@127.0.0.1:5999>\r\n"
    "Content-Type: application/sdp\r\n"
    "\r\n"
    "v=0\r\nm=audio 4000 RTP/AVP {payloads}\r\n"
)


class Caller:
    """A user agent of few words."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.udp.bind(("127.0.0.1", 0))
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def invite(self, call_id: str, payloads: str = "8 0 101") -> None:
        text = INVITE.format(port=self._port, call_id=call_id, payloads=payloads)
        self.udp.sendto(text.encode(), ("127.0.0.1", self._port))

    async def next(self) -> str:
        async with asyncio.timeout(TIMEOUT_S):
            return (await asyncio.get_running_loop().sock_recv(self.udp, 4096)).decode()

    def say(self, answer: str, payload_type: int, byte: int) -> None:
        port = int(answer.partition("m=audio ")[2].split()[0])
        packet = struct.pack("!BBHII", 0x80, payload_type, 1, 160, 7) + bytes([byte]) * 160
        self.rtp.sendto(packet, ("127.0.0.1", port))

    def close(self) -> None:
        self.udp.close()
        self.rtp.close()


class Scene:
    def __init__(self, carrier: Carrier, caller: Caller, changed: asyncio.Event) -> None:
        self.carrier, self.caller, self._changed = carrier, caller, changed

    async def until_ended(self, calls: int) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while self.carrier.seen.ended < calls:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    changed = asyncio.Event()
    carrier = await Carrier.open(port, Habits(answers_one_in=2, talk_s=0.01, patience_s=0.2), changed.set)
    caller = Caller(port)
    yield Scene(carrier, caller, changed)
    caller.close()
    carrier.close()
    await asyncio.sleep(0)  # the transport closes on the next turn


async def test_one_of_two_is_busy_and_a_repetition_is_answered_as_before(scene: Scene) -> None:
    scene.caller.invite("one")
    first = await scene.caller.next()
    scene.caller.invite("one")
    assert first.startswith("SIP/2.0 486 ")
    assert await scene.caller.next() == first
    assert (scene.carrier.seen.invites, scene.carrier.seen.repeated) == (1, 1)


@pytest.mark.parametrize(
    ("payloads", "chosen", "silence", "tone"), [("8 0 101", 8, 0xD5, 0x25), ("0 101", 0, 0xFF, 0x20)]
)
async def test_silence_is_no_audio_and_a_tone_is(
    scene: Scene, payloads: str, chosen: int, silence: int, tone: int
) -> None:
    scene.caller.invite("busy")
    await scene.caller.next()
    scene.caller.invite("answered", payloads)
    answer = await scene.caller.next()
    assert answer.startswith("SIP/2.0 200 ")
    assert f"RTP/AVP {chosen}\r\n" in answer
    scene.caller.say(answer, chosen, silence)
    scene.caller.say(answer, chosen, tone)
    bye = Request.parse(await scene.caller.next())
    assert bye is not None
    assert (bye.method, bye.uri, bye.call_id) == ("BYE", "sip:us@127.0.0.1:5999", "answered")
    assert ";tag=ours" in bye.header("to")
    assert len(scene.carrier.seen.audio_ms) == 1
    assert scene.carrier.seen.audio_ms[0] > 0


async def test_a_call_in_which_nobody_is_heard_is_ended_and_counted(scene: Scene) -> None:
    scene.caller.invite("busy")
    scene.caller.invite("answered")
    await scene.until_ended(1)
    assert (scene.carrier.seen.silent, scene.carrier.live) == (1, 0)
    assert not scene.carrier.seen.audio_ms
