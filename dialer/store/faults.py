"""Failures of a database, sorted into those that pass and defects of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import exc

from dialer.vocabulary.errors import StoreRejected, StoreUnavailable, UnstorableText

#: SQLite's primary codes that mean "this statement is wrong", not "the file cannot be used now".
_DEFECTS = (
    *(exc.IntegrityError, exc.DataError, exc.ProgrammingError, exc.NotSupportedError),
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.NotSupportedError),
    *(UnicodeError, OverflowError),
)

#: The class of PostgreSQL's codes for wrong data; SQLAlchemy has no exception of its own for it.
_DATA_STATES = "22"

#: A byte sequence that is no text (appendix A of PostgreSQL's handbook).
_TEXT_STATES = ("22021",)

#: The most errors of one chain that are examined.
_CAUSES = 6

DAMAGED = "The database file is damaged: restore it from a backup, or save what can be read (sqlite3 FILE .recover)."

_REMEDIES = (
    ("disk is full", "The disk is full: free space on the disk of the database."),
    ("No space left", "The disk is full: free space on the disk of the database."),
    ("disk I/O error", "The disk of the database gave an error: look into the system log."),
    ("database is locked", "Another program holds the database's write lock: close it."),
    ("readonly database", "The database cannot be written: give its file and directory to the user of the node."),
    ("malformed", DAMAGED),
    ("Could not decode to UTF-8", DAMAGED),
    ("not a database", "The file is no SQLite database: name another, or move it away."),
)


def damaged(said: str) -> str:
    """The finding of a check of the file, in a sentence for a person."""
    return f"{DAMAGED} ({' '.join(said.split())[:300]})"


def described(problem: BaseException) -> str:
    """A sentence for a person: what the database said and what to do about it."""
    cause = getattr(problem, "orig", None) or problem
    said = " ".join(str(cause).split()) or type(cause).__name__
    for sign, remedy in _REMEDIES:
        if sign in said:
            return f"{remedy} ({said})"
    return f"The database does not answer: {said[:300]}"


def _sqlstate(problem: BaseException) -> str:
    return str(getattr(getattr(problem, "orig", None), "sqlstate", None) or "")


def _is_text(problem: BaseException) -> bool:
    """Whether the error means a letter that cannot be stored, found by our encoding, by the driver or by the server."""
    causes = [problem]
    while len(causes) < _CAUSES and (cause := getattr(causes[-1], "orig", None) or causes[-1].__cause__) is not None:
        causes.append(cause)
    return any(isinstance(cause, UnicodeEncodeError) or _sqlstate(cause) in _TEXT_STATES for cause in causes)


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the driver raises as an error of ours: StoreUnavailable, UnstorableText, or StoreRejected for a
    defect."""
    try:
        yield
    except (*_DEFECTS, TimeoutError, exc.DBAPIError, exc.TimeoutError, OSError, sqlite3.Error) as problem:
        raise _translated(problem) from problem
    except (msgspec.MsgspecError, ValueError) as problem:
        # A value of another version, or a row changed by hand: the caller gets an error that names it.
        raise StoreRejected(f"A row of the database cannot be read ({problem}): mend it, or take it out.") from problem


def _translated(problem: Exception) -> StoreUnavailable | StoreRejected:
    if getattr(problem, "connection_invalidated", False):
        return StoreUnavailable(described(problem))
    if _is_text(problem):
        return UnstorableText()
    if isinstance(problem, _DEFECTS) or _sqlstate(problem).startswith(_DATA_STATES):
        return StoreRejected(f"The database refused what we wrote: {getattr(problem, 'orig', problem)}")
    return StoreUnavailable(described(problem))
