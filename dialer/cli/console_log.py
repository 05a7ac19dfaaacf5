"""Structured lines of a program on stderr; its stdout stays for results. Lines of libraries go the same way."""

from __future__ import annotations

import contextlib
import logging
import sys

import structlog
from structlog.types import EventDict, WrappedLogger

from dialer.vocabulary.log import guards
from dialer.vocabulary.log.flood import KIND
from dialer.vocabulary.reasons.reason import Sentence
from dialer.words import spoken


def log_to_stderr(level: str) -> None:
    """Log from `level` up (a level name of the standard library); from libraries, warnings and errors."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            put_in_words,
            *guards(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=_Stderr,
    )
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _OfLibraries)]:
        root.removeHandler(handler)
    root.addHandler(_OfLibraries(max(logging.WARNING, logging.getLevelNamesMapping()[level])))


def put_in_words(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """A processor of structlog: sentences become text. A bare reason stays its key, as its facts may be personal."""
    for key, value in line.items():
        if isinstance(value, Sentence):
            line[key] = spoken(value)
    return line


class _Stderr:
    """Writes to the stderr of the moment."""

    def __init__(self, *_: object) -> None:
        """Takes structlog's arguments for a logger, and uses none."""

    def msg(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a full disk or a closed terminal stops no call
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = fatal = log = msg


class _OfLibraries(logging.Handler):
    """Lines of asyncio, aiohttp, SQLAlchemy and the like, each library's as one kind."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a library's wrong format is no reason to lose the line
            message = str(record.msg)
        facts = {"logger": record.name, KIND: f"library {record.name}"}
        structlog.get_logger().log(record.levelno, message, exc_info=record.exc_info, **facts)
