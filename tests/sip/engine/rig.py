"""An engine in the test's own process, and SIPp as its peer."""

from __future__ import annotations

import itertools
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from dialer.vocabulary.telephony import LegRole
from sip.engine.owner import Owner
from sip.engine.settings import OwnerSettings

E = TypeVar("E")

WAIT_S = 20.0
TRUNK = AccountId("trunk")
CARRIER = AccountId("carrier")
_legs = itertools.count(1)


class Engine:
    """An Owner whose events are kept; `expect` waits for one that was not taken yet."""

    def __init__(self, tmp_path: Path, **settings: object) -> None:
        self.events: list[telephony.Event] = []
        self._taken: set[int] = set()
        self._news = threading.Condition()
        given = {"log_file": str(tmp_path / "pjsip.log"), "log_level": 5, "statistics_interval_s": 0.2, **settings}
        self.owner = Owner(OwnerSettings(engine=EngineId("e1"), boot="b1", **given), self._emit)  # type: ignore[arg-type]  # tests name what they change
        self.ports = (free_port(), free_port())

    def __enter__(self) -> Engine:
        self.owner.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.stop(15.0)

    def _emit(self, event: telephony.Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def submit(self, *commands: telephony.Command) -> None:
        for command in commands:
            self.owner.submit(command)

    def submit_at_once(self, *commands: telephony.Command) -> None:
        """All in one turn of the owner: nothing is read from the network between them."""

        def carry_out() -> None:
            for command in commands:
                self.owner._handle(command)

        self.owner._commands.append(carry_out)
        self.owner._wake()

    def expect(self, kind: type[E], where: Callable[[E], bool] = lambda _: True, timeout_s: float = WAIT_S) -> E:
        """The oldest event of this kind that no earlier `expect` took."""
        until = time.monotonic() + timeout_s
        with self._news:
            while True:
                for index, event in enumerate(self.events):
                    if index not in self._taken and isinstance(event, kind) and where(event):
                        self._taken.add(index)
                        return event
                assert self._news.wait(until - time.monotonic()), self._story(kind)

    def _story(self, kind: type[object]) -> str:
        told = [repr(event)[:200] for event in self.events if not isinstance(event, telephony.EngineStatistics)]
        return f"no {kind.__name__}; there were:\n" + "\n".join(told)

    def of(self, kind: type[E], leg: LegId) -> list[E]:
        return [event for event in self.events if isinstance(event, kind) and getattr(event, "leg", None) == leg]

    def configure(self, **changes: object) -> None:
        """A trunk and a carrier that answers to it, both of this engine; `changes` are made to both accounts."""
        self.apply(self.account(TRUNK, **changes), self.account(CARRIER, **changes))

    def account(self, which: AccountId, /, **changes: object) -> telephony.Account:
        port = self.ports[0] if which == TRUNK else self.ports[1]
        facts: dict[str, object] = {
            "id": which,
            "identity": f"sip:{which}@127.0.0.1",
            "bind_port": port,
            "offers_incoming": True,
            "peers": ("127.0.0.1",),
            **changes,
        }
        return telephony.Account(**facts)  # type: ignore[arg-type]  # facts are named by the tests

    def apply(self, *accounts: telephony.Account, **settings: object) -> telephony.ConfigurationTaken:
        media = telephony.Media(rtp_port_low=21000, rtp_port_high=23998)
        self.submit(telephony.Configure(revision=1, accounts=accounts, media=media, **settings))  # type: ignore[arg-type]
        taken = self.expect(telephony.ConfigurationTaken)
        assert taken.problems == ()
        return taken

    def dial(self, port: int | None = None, account: AccountId = TRUNK, **changes: object) -> LegId:
        """Dial the carrier, or a port of loopback."""
        leg = LegId(f"L{next(_legs)}")
        facts: dict[str, object] = {
            "leg": leg,
            "account": account,
            "uri": f"sip:+12025550123@127.0.0.1:{port or self.ports[1]}",
            "call_id": f"attempt-{leg}-{time.monotonic_ns()}",
            "timeout_s": 30.0,
            **changes,
        }
        self.submit(telephony.Dial(**facts))  # type: ignore[arg-type]
        return leg

    def conversation(self, role: LegRole = LegRole.OTHER) -> tuple[LegId, LegId]:
        """A leg that was dialed and answered here: the trunk's and the carrier's end."""
        ours = self.dial(role=role)
        theirs = self.expect(telephony.LegOffered).leg
        self.submit(telephony.Answer(theirs))
        for leg in (ours, theirs):
            self.answered(leg)
            self.active(leg)
        return ours, theirs

    def hear_for(self, seconds: float) -> None:
        """Let audio flow for a while by the engine's own clock."""
        until = time.monotonic() + seconds
        self.expect(telephony.EngineStatistics, lambda event: event.at >= until)

    def answered(self, leg: LegId) -> telephony.LegAnswered:
        return self.expect(telephony.LegAnswered, lambda event: event.leg == leg)

    def active(self, leg: LegId) -> telephony.LegMedia:
        return self.expect(telephony.LegMedia, lambda event: event.leg == leg and event.active)

    def cleared(self, leg: LegId, timeout_s: float = WAIT_S) -> telephony.LegCleared:
        return self.expect(telephony.LegCleared, lambda event: event.leg == leg, timeout_s)


#: Below the ports that Linux hands out, and above those of labs and engines under test.
_SIPP_MEDIA = range(26_000, 32_000, 4)


def _media_port(host: str) -> int:
    """SIPp takes an even port for audio and the next even one for video, and ends where one of them is in use."""
    for port in random.sample(_SIPP_MEDIA, len(_SIPP_MEDIA)):
        if not _is_bound(host, port) and not _is_bound(host, port + 2):
            return port
    raise AssertionError("no free ports for the media of SIPp")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_bound(host: str, port: int) -> bool:
    """Whether a UDP socket has the address, by /proc/net/udp (proc(5)): hexadecimal, the bytes of an address turned."""
    address = f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"
    return any(line.split()[1] == address for line in Path("/proc/net/udp").read_text().splitlines()[1:])


class Sipp:
    """SIPp as the called party, by a scenario. `messages` are all messages on the wire.

    It ends by itself after `calls` calls. `port` 0 is any free one. It gives up after `timeout_s`, and on a message
    that the scenario does not expect unless it is `lenient`.
    """

    def __init__(
        self,
        directory: Path,
        steps: str,
        *,
        calls: int = 1,
        port: int = 0,
        timeout_s: int = 45,
        lenient: bool = False,
        host: str = "127.0.0.1",
    ) -> None:
        self.port = port or free_port()
        self._host = host
        self._directory = directory
        self._timeout_s = timeout_s
        self._log = directory / f"sipp-{self.port}.messages"
        scenario = directory / f"sipp-{self.port}.xml"
        scenario.write_text(f'<?xml version="1.0"?>\n<scenario name="peer">\n{steps}\n</scenario>\n')
        command = ["sipp", "-sf", str(scenario), "-i", host, "-p", str(self.port), "-m", str(calls), "-nostdin"]
        command += ["-timeout", f"{timeout_s}s", "-timeout_error", "-mp", str(_media_port(host)), "-trace_msg"]
        command += [
            "-message_file",
            str(self._log),
            "-trace_err",
            "-error_file",
            str(directory / "sipp.errors"),
        ]
        if lenient:
            command += ["-default_behaviors", "all,-abortunexp"]
        self._process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._until_bound()

    def __enter__(self) -> Sipp:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(10.0)

    def _until_bound(self) -> None:
        """Until the kernel has its port; a trial to bind it could take it from SIPp in the moment of its start."""
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until and self._process.poll() is None:
            if _is_bound(self._host, self.port):
                return
            threading.Event().wait(0.02)
        self.__exit__()
        errors = self._directory / "sipp.errors"
        raise AssertionError(f"SIPp did not start: {errors.read_text() if errors.exists() else ''}")

    def finished(self) -> str:
        """Wait for the end of the scenario, which must have been played in full; the messages."""
        code = self._process.wait(self._timeout_s + 15.0)
        errors = self._directory / "sipp.errors"
        assert code == 0, f"SIPp: {code}\n{errors.read_text() if errors.exists() else ''}\n{self.messages}"
        return self.messages

    @property
    def messages(self) -> str:
        return self._log.read_text() if self._log.exists() else ""
