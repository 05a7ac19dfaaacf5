"""Tracebacks as plain text: the last few frames, without the values of variables."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable

from structlog.types import EventDict, WrappedLogger

from dialer.vocabulary.log.clean import TRACE

#: The most frames of each exception of a chain.
MAX_FRAMES = 15
#: The most tracebacks at a time, and the time until one more may be written. They cost time and space, and the tenth of
#: a kind is as good as the first.
BURST = 10
REFILL_S = 10.0


class Traces:
    """A processor of structlog: replaces `exc_info` by text; beyond the bound only by the kind and place of the
    error."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._room = float(BURST)
        self._at = clock()
        self._lock = threading.Lock()

    def __call__(self, _: WrappedLogger, __: str, line: EventDict) -> EventDict:
        error = _error(line.pop("exc_info", None))
        if error is not None:
            line[TRACE] = _whole(error) if self._may() else _short(error)
        return line

    def _may(self) -> bool:
        with self._lock:
            now = self._clock()
            self._room = min(float(BURST), self._room + (now - self._at) / REFILL_S)
            self._at = now
            if self._room < 1:
                return False
            self._room -= 1
            return True


def _error(info: object) -> BaseException | None:
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if len(info) > 1 and isinstance(info[1], BaseException) else None
    return sys.exc_info()[1] if info else None


def _whole(error: BaseException) -> str:
    told = traceback.TracebackException.from_exception(error, limit=-MAX_FRAMES, capture_locals=False)
    return "".join(told.format()).rstrip()


def _short(error: BaseException) -> str:
    """Type and place, without reading a source file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}{place}: {error} (further tracebacks are left out for a while)"
