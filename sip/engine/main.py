"""The engine as a program: `cornetta engine`, or `python -m sip.engine.main`.

The main thread waits for signals and guards the others: the owner's thread (pjsua2) and the wire's (socket, journal).
"""

from __future__ import annotations

import argparse
import faulthandler
import fcntl
import os
import secrets
import select
import signal
import socket as sockets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import structlog
from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.errors import CornettaError, EngineUnavailable
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.interpreter import share_interpreter
from dialer.vocabulary.log import guards
from sip.engine.journal import Journal, JournalLimits
from sip.engine.server import Legs, Server, ServerLimits
from sip.engine.settings import OwnerSettings
from sip.engine.watchdog import Watchdog, WatchdogLimits
from sip.wire.lifeline import end_with_parent

_log = structlog.get_logger(__name__)

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_REFUSED = 2
"""The exit code of an engine that did not start and would not start without a change."""

_SOCKET_PATH_BYTES_MAX = 107  # sun_path of unix(7), with its NUL
_LOOK_INTERVAL_S = 0.25


class EngineSettings(Struct, frozen=True):
    """One engine. `state_dir` holds its journal. On SIGTERM or SIGINT it refuses new legs and ends when the last leg is
    gone, after `drain_timeout_s` at the latest (at once on a second signal); `stop_timeout_s` is for BYEs then,
    `settle_timeout_s` for the node to commit the last events. With a `lifeline`, a descriptor, it ends with the program
    that has started it."""

    engine: EngineId
    socket: Path
    state_dir: Path
    log_file: str = ""
    log_level: int = 3
    analysis: bool = True
    clock_rate_hz: int = 8000
    nameservers: tuple[str, ...] = ()
    drain_timeout_s: float = 30.0
    lifeline: int | None = None
    stop_timeout_s: float = 8.0
    settle_timeout_s: float = 1.0
    journal: JournalLimits = JournalLimits()
    server: ServerLimits = ServerLimits()
    watchdog: WatchdogLimits = WatchdogLimits()


class Owner(Legs, Protocol):
    """The owner of pjsua2, as the program uses it. Its attributes are known after `start`."""

    capacity: int
    version: str
    abilities: frozenset[telephony.Ability]

    def start(self) -> None: ...

    def stop(self, timeout_s: float) -> None: ...


MakeOwner = Callable[[OwnerSettings, Callable[[telephony.Event], None]], Owner]


def run(settings: EngineSettings) -> int:
    """Run the engine with pjsua2 until it is told to end; returns the exit code."""
    from sip.engine.owner import Owner as PjsipOwner

    return serve(settings, PjsipOwner)


def serve(settings: EngineSettings, make_owner: MakeOwner) -> int:
    """Run an engine around an owner; returns the exit code. For the main thread only: it takes the signals."""
    share_interpreter()
    if settings.lifeline is not None:
        end_with_parent(settings.lifeline)
    try:
        with ExitStack() as stack:
            _check_paths(settings)
            stack.enter_context(_locked(settings.socket.with_name(settings.socket.name + ".lock"), settings.socket))
            journal_file = settings.state_dir / f"{settings.engine}.journal"
            stack.enter_context(_locked(journal_file.with_suffix(".lock"), journal_file))
            signals = stack.enter_context(_signals())
            return Program(settings, make_owner, journal_file, signals).run()
    except CornettaError as error:
        return _refuse(settings, str(error))
    except OSError as error:
        return _refuse(settings, f"{error.filename or settings.socket}: {error.strerror or error}")


class Program:
    """One start of one engine: puts owner, journal, server and watchdog together and takes them down in order."""

    def __init__(self, settings: EngineSettings, make_owner: MakeOwner, journal_file: Path, signals: Signals) -> None:
        self._settings = settings
        self._signals = signals
        self._boot = f"{int(time.time()):x}-{secrets.token_hex(3)}"
        self._drained = False
        self._end_by_s: float | None = None
        owner_settings = OwnerSettings(
            engine=settings.engine,
            boot=self._boot,
            log_file=settings.log_file,
            log_level=settings.log_level,
            analysis=settings.analysis,
            clock_rate_hz=settings.clock_rate_hz,
            nameservers=settings.nameservers,
            dialogs=journal_file.with_suffix(".dialogs"),
        )
        self._owner = make_owner(owner_settings, self._emit)
        self._journal = Journal(journal_file, settings.journal, time.time(), time.monotonic())
        self._server = Server(
            settings.engine, settings.socket, self._journal, self._owner, self._ready, settings.server
        )
        self._watchdog = Watchdog(self._server.ask_for_pulse, settings.watchdog)

    def run(self) -> int:
        """Raises EngineUnavailable or OSError when the engine cannot start."""
        settings = self._settings
        self._owner.start()
        self._watchdog.look(time.monotonic())
        try:
            self._server.start()
        except OSError:
            self._owner.stop(settings.stop_timeout_s)
            raise
        _log.info("engine_started", engine=settings.engine, boot=self._boot, capacity=self._owner.capacity)
        code = EXIT_OK if self._watch() else EXIT_FAILED
        self._watchdog.rest()
        self._end()
        _log.info("engine_ended", engine=settings.engine, boot=self._boot, code=code)
        return code

    def _end(self) -> None:
        """Take down in order. Does not return when the owner hangs, as objects that pjsua2 still holds must not be
        finalised."""
        settings = self._settings
        longest_s = settings.stop_timeout_s + settings.settle_timeout_s + settings.watchdog.abort_after_s
        faulthandler.dump_traceback_later(longest_s, file=2, exit=True)
        try:
            self._owner.stop(settings.stop_timeout_s)
        except EngineUnavailable as error:
            _log.critical("engine_does_not_end", engine=settings.engine, reason=str(error))
            faulthandler.dump_traceback(2, all_threads=True)
            self._server.stop(settings.settle_timeout_s)
            os._exit(EXIT_FAILED)
        self._server.stop(settings.settle_timeout_s)
        faulthandler.cancel_dump_traceback_later()

    def _watch(self) -> bool:
        """Wait for the end. False when the wire's thread has died, as no node can connect any more."""
        while self._server.is_alive:
            now_s = time.monotonic()
            if self._drained or (self._end_by_s is not None and now_s >= self._end_by_s):
                return True
            self._watchdog.look(now_s)
            for _ in range(self._signals.wait(_LOOK_INTERVAL_S)):
                self._be_told_to_end()
        return False

    def _be_told_to_end(self) -> None:
        if self._end_by_s is not None:
            self._end_by_s = time.monotonic()
            return
        _log.info("engine_drains", engine=self._settings.engine, drain_timeout_s=self._settings.drain_timeout_s)
        self._end_by_s = time.monotonic() + self._settings.drain_timeout_s
        self._owner.submit(telephony.Drain())

    def _emit(self, event: telephony.Event) -> None:
        """Called by the owner's thread."""
        self._watchdog.beat()
        self._server.emit(event)
        if isinstance(event, telephony.Drained):
            self._drained = True
            self._signals.wake()

    def _ready(self) -> telephony.EngineReady:
        return telephony.EngineReady(
            engine=self._settings.engine,
            boot=self._boot,
            capacity=self._owner.capacity,
            version=self._owner.version,
            at=time.monotonic(),
            abilities=tuple(sorted(self._owner.abilities)),
        )


class Signals:
    """SIGTERM and SIGINT as something to wait for. A handler in Python could deadlock on the lock of an Event."""

    def __init__(self) -> None:
        self._read, self._write = sockets.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)

    @property
    def descriptor(self) -> int:
        """For signal.set_wakeup_fd."""
        return self._write.fileno()

    def wait(self, timeout_s: float) -> int:
        """How many signals came; returns early at `wake`."""
        readable, _, _ = select.select([self._read], [], [], timeout_s)
        return sum(1 for number in self._read.recv(64) if number) if readable else 0

    def wake(self) -> None:
        """End a `wait`. Any thread."""
        self._write.send(b"\0")

    def close(self) -> None:
        self._read.close()
        self._write.close()


@contextmanager
def _signals() -> Iterator[Signals]:
    signals = Signals()
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    descriptor = signal.set_wakeup_fd(signals.descriptor, warn_on_full_buffer=False)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(descriptor)
        for number, handler in before.items():
            signal.signal(number, handler)
        signals.close()


def _check_paths(settings: EngineSettings) -> None:
    length = len(os.fsencode(settings.socket))
    if length > _SOCKET_PATH_BYTES_MAX:
        raise EngineUnavailable(
            f"the path of the socket has {length} bytes, {_SOCKET_PATH_BYTES_MAX} are possible: {settings.socket}"
        )
    if not settings.engine or "/" in settings.engine:
        raise EngineUnavailable(f"{settings.engine!r} cannot name an engine: it is part of a file name")
    settings.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _locked(lock: Path, what: Path) -> Iterator[None]:
    """Hold `lock` for `what` as long as the process lives. The file stays: removing it would race with the next
    holder."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise EngineUnavailable(
                f"{what} belongs to another engine, process {holder}: stop that one, or give this one another"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _refuse(settings: EngineSettings, problem: str) -> int:
    sys.stderr.write(f"engine {settings.engine}: {problem}\n")
    return EXIT_REFUSED


def parse(arguments: Sequence[str] | None = None) -> EngineSettings:
    """The command line of `python -m sip.engine.main`."""
    parser = argparse.ArgumentParser(prog="cornetta engine", description="SIP and media engine")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket for the node")
    parser.add_argument("--id", required=True, help="name of this engine")
    parser.add_argument("--state-dir", type=Path, required=True, help="directory of the journal")
    parser.add_argument("--log-file", default="", help="pjsip's own log")
    parser.add_argument("--log-level", type=int, default=3, choices=range(7), help="level of pjsip's own log")
    parser.add_argument("--no-analysis", action="store_true", help="run without the analysis process")
    parser.add_argument("--clock-rate-hz", type=int, default=8000, help="of the conference bridge")
    parser.add_argument(
        "--nameserver",
        action="append",
        default=[],
        help="name server that is asked instead of those of the system, ADDRESS or ADDRESS:PORT; may be repeated",
    )
    parser.add_argument("--drain-timeout-s", type=float, default=30.0, help="for the last legs after SIGTERM")
    parser.add_argument("--lifeline", type=int, help="descriptor of a pipe: at its end the engine ends, too")
    given = parser.parse_args(arguments)
    return EngineSettings(
        engine=EngineId(given.id),
        socket=given.socket.absolute(),
        state_dir=given.state_dir.absolute(),
        log_file=given.log_file,
        log_level=given.log_level,
        analysis=not given.no_analysis,
        clock_rate_hz=given.clock_rate_hz,
        nameservers=tuple(given.nameserver),
        drain_timeout_s=given.drain_timeout_s,
        lifeline=given.lifeline,
    )


def prepare_logging() -> None:
    """One JSON object a line on stderr, and the stacks of all threads there when the process is hit by a signal."""
    faulthandler.enable(2)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            *guards(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def main() -> int:
    prepare_logging()
    return run(parse())


if __name__ == "__main__":
    sys.exit(main())
