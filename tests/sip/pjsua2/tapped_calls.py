"""A program for test_build.py: calls to itself, each with a tap, on our build of pjsua2.

pjsua2 lives once in a process, therefore a process of its own. Prints one JSON object.
"""

import gc
import json
import os
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pjsua2 as pj

CALLS = 120  # 240 legs on one account: more than the 100 ports that pjsip of itself tries
RTP_PORT = 29_000
TONE_HZ = 600
HEADER = struct.Struct("=QIII")
DEADLINE_S = 20.0


class Receiver(threading.Thread):
    """The process at the other end of the taps; ends when every tap that connected has closed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.packets: dict[int, list[tuple[int, bytes]]] = {}
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(path))
        self._listener.listen(CALLS)

    def run(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._listener, selectors.EVENT_READ)
        ended = 0
        while ended < CALLS:
            for key, _ in selector.select():
                if key.fileobj is self._listener:
                    selector.register(self._listener.accept()[0], selectors.EVENT_READ)
                    continue
                assert isinstance(key.fileobj, socket.socket)
                packet = key.fileobj.recv(65536)
                if packet:
                    tap, sequence, _, samples = HEADER.unpack_from(packet)
                    assert len(packet) == HEADER.size + 2 * samples
                    self.packets.setdefault(tap, []).append((sequence, packet[HEADER.size :]))
                else:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                    ended += 1
        selector.close()
        self._listener.close()


class Call(pj.Call):
    """A leg; puts its states into `states`."""

    states: dict[int, int]

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 (pjsua2's name)
        self.states[self.getId()] = self.getInfo().state


class Account(pj.Account):
    """Answers all calls."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[Call] = []

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 (pjsua2's name)
        call = Call(self, prm.callId)
        self.answered.append(call)
        answer = audio_alone()
        answer.statusCode = pj.PJSIP_SC_OK
        call.answer(answer)


def audio_alone() -> pj.CallOpParam:
    """Options of a call with one audio stream: by default pjsua offers text too."""
    options = pj.CallOpParam(True)
    options.opt.videoCount = 0
    options.opt.textCount = 0
    return options


def endpoint() -> pj.Endpoint:
    end = pj.Endpoint()
    end.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 0
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = 2 * CALLS + 8
    config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
    config.medConfig.noVad = True
    end.libInit(config)
    pj.cornettaWatchAnswers()
    end.audDevManager().setNullDev()
    for codec in end.codecEnum2():
        end.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMU") else 0)
    return end


def until(end: pj.Endpoint, condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > limit:
            raise TimeoutError
        end.libHandleEvents(5)


def confirmed(states: dict[int, int]) -> int:
    return sum(state == pj.PJSIP_INV_STATE_CONFIRMED for state in states.values())


def answering(end: pj.Endpoint) -> tuple[Account, str]:
    """An account that answers on a port of its own, with the URI to call; the library runs from now on."""
    transport = pj.TransportConfig()
    transport.boundAddress = "127.0.0.1"
    number = end.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    end.libStart()
    config = pj.AccountConfig()
    config.idUri = "sip:dialer@127.0.0.1"
    config.sipConfig.transportId = number
    config.mediaConfig.transportConfig.port = RTP_PORT
    config.mediaConfig.transportConfig.portRange = 4 * CALLS
    account = Account()
    account.create(config, True)
    return account, f"sip:contact@{end.transportGetInfo(number).localAddress}"


def dialed(end: pj.Endpoint, account: Account, target: str) -> list[Call]:
    """All calls, dialed at once and answered."""
    calls: list[Call] = []
    for _ in range(CALLS):
        calls.append(Call(account))
        calls[-1].makeCall(target, audio_alone())
    until(end, lambda: confirmed(Call.states) == 2 * CALLS)
    return calls


def dial_anew(end: pj.Endpoint, account: Account, target: str, calls: list[Call]) -> None:
    """One call in the middle ends and is made again: the only free ports are now behind a busy stretch of more than
    100 pairs."""
    calls[CALLS // 2].hangup(pj.CallOpParam())
    until(end, lambda: pj.cornettaCallsInUse() == 2 * CALLS - 2)
    Call.states.clear()
    calls[CALLS // 2] = Call(account)
    calls[CALLS // 2].makeCall(target, audio_alone())
    until(end, lambda: confirmed(Call.states) == 2)


def tone_to(answered: list[Call]) -> pj.ToneGenerator:
    """A tone to all callers, as long as the returned object is held."""
    tone = pj.ToneGenerator()
    tone.createToneGenerator()
    described = pj.ToneDesc()
    described.freq1, described.freq2, described.on_msec, described.off_msec = TONE_HZ, 0, 1000, 0
    tones = pj.ToneDescVector()
    tones.append(described)
    tone.play(tones, True)
    for call in answered:
        if call.isActive():
            tone.startTransmit(call.getAudioMedia(-1))
    return tone


def tapped(end: pj.Endpoint, calls: list[Call], receiver: Receiver, path: Path) -> list[pj.CornettaTap]:
    """Tap each call until each tap has sent; then close the taps with their sockets."""
    descriptors = len(os.listdir("/proc/self/fd"))
    taps = [pj.CornettaTap() for _ in calls]
    for position, (tap, call) in enumerate(zip(taps, calls, strict=True)):
        tap.create(str(path), position)
        call.getAudioMedia(-1).startTransmit(tap)
    until(end, lambda: all(tap.sent() >= 10 for tap in taps))
    for tap in taps:
        tap.close()
        tap.close()
    receiver.join()
    until(end, lambda: len(os.listdir("/proc/self/fd")) <= descriptors)
    return taps


def findings(taps: list[pj.CornettaTap], packets: dict[int, list[tuple[int, bytes]]]) -> dict[str, object]:
    """The packets sent, and those received by the other process."""
    heard = np.concatenate([np.frombuffer(pcm, dtype=np.int16) for _, pcm in packets[0][2:]]).astype(float)
    return {
        "taps": len(packets),
        "gaps": sum([number for number, _ in items] != list(range(len(items))) for items in packets.values()),
        "sent": sum(tap.sent() for tap in taps),
        "received": sum(map(len, packets.values())),
        "dropped": sum(tap.dropped() for tap in taps),
        "tone_hz": float(np.abs(np.fft.rfft(heard)).argmax() * 8000 / heard.size),
        "late": list(pj.cornettaLateAnswers()),
    }


def main(path: Path) -> dict[str, object]:
    Call.states = {}
    receiver = Receiver(path)
    receiver.start()
    end = endpoint()
    account, target = answering(end)
    calls = dialed(end, account, target)
    legs = pj.cornettaCallsInUse()
    dial_anew(end, account, target, calls)
    tone = tone_to(account.answered)
    taps = tapped(end, calls, receiver, path)
    found = {"legs": legs, **findings(taps, receiver.packets)}
    end.hangupAllCalls()
    until(end, lambda: pj.cornettaCallsInUse() == 0)
    calls.clear()
    account.answered.clear()
    # Objects of pjsua2 are released before the library.
    del tone, account
    gc.collect()
    end.libDestroy()
    return found


if __name__ == "__main__":
    gc.disable()
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201 (what the test reads)
