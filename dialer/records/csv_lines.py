"""Lines of a text file out of its bytes, whatever program wrote it: with or without a byte order mark, UTF-8 or
UTF-16, any end of line. Takes little memory however long a line is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from dialer.records.file_kind import kind_of
from dialer.records.unusable import UnusableFile
from dialer.vocabulary.reasons.files import FileNotCsv, UnknownEncoding
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.rows import LineNotOfEncoding, LineTooLong

#: A longer line is refused without being read into memory. No row of a calling list comes near it.
LINE_LIMIT_BYTES = 65_536

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: Encodings of Python's that no file has.
_OF_NO_FILE = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"))

#: What a table is made of, to see how an encoding writes it.
_SPECIMEN = 'number;name,"\r\n'

#: What DOS puts at the end of a text file.
_END_OF_FILE = b"\x1a"

#: CR before LF, once or again as a file has that went through a careless transfer, belongs to the end of the line.
_ENDS = re.compile(rb"\n|\r(?=[^\r\n])")

#: So much of the file tells what kind of file it is.
_HEAD_BYTES = 1_024


class Line(NamedTuple):
    """A line without its end; `problem` says why it cannot be read."""

    number: int
    text: str
    problem: Reason | None = None


def lines(parts: Iterable[bytes], encoding: str | None = None) -> Iterator[Line]:
    """Lines of a file that is read in `parts`; `encoding` None finds it out, UTF-8 where nothing tells.

    Raises UnusableFile for an unknown encoding.
    """
    source = iter(parts)
    first = next(source, b"")
    while len(first) < _HEAD_BYTES and (more := next(source, b"")):
        first += more
    if kind := kind_of(first):
        raise UnusableFile(FileNotCsv(kind))
    found, mark = _sniffed(first)
    name = found if mark or encoding is None else _of_order(_known(encoding), found)
    whole: Iterator[bytes] = chain((first[mark:],), source)
    if not _is_of_lines(name):
        whole, name = _as_utf8(whole, name), "utf-8"
    for number, (line, cut) in enumerate(_split(whole), 1):
        yield _line(number, line, cut, name)


def _line(number: int, line: bytes, cut: bool, encoding: str) -> Line:
    if cut:
        return Line(number, line[:80].decode("latin-1"), LineTooLong(LINE_LIMIT_BYTES))
    try:
        return Line(number, line.decode(encoding))
    except UnicodeError as problem:
        byte = problem.start + 1 if isinstance(problem, UnicodeDecodeError) else 0
        return Line(number, line.decode("latin-1"), LineNotOfEncoding(encoding.upper(), byte))


def _sniffed(first: bytes) -> tuple[str, int]:
    """Encoding, and the length of the byte order mark."""
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name, len(mark)
    # UTF-16 without a mark: every other byte of Latin text is zero.
    if first[1:2] == b"\0" and first[3:4] == b"\0" and first[:1] != b"\0":
        return "utf-16-le", 0
    if first[:1] == b"\0" and first[2:3] == b"\0" and first[1:2] not in (b"", b"\0"):
        return "utf-16-be", 0
    return "utf-8", 0


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        _SPECIMEN.encode(name)
    except (LookupError, ValueError):  # not there, not of text, or with a zero byte in its name
        name = ""
    if not name or name.replace("_", "-") in _OF_NO_FILE:
        raise UnusableFile(UnknownEncoding(encoding[:40]))
    return name


def _of_order(name: str, found: str) -> str:
    """`utf-16` and `utf-32` without a mark: of the order that was found, or that of Windows."""
    if name not in ("utf-16", "utf-32"):
        return name
    return found if found.startswith(name) else f"{name}-le"


def _is_of_lines(name: str) -> bool:
    """Whether ASCII bytes mean the same in this encoding, so that its lines may be told apart undecoded."""
    return _SPECIMEN.encode(name) == _SPECIMEN.encode("ascii")


def _as_utf8(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for part in parts:
        yield decoder.decode(part).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _split(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines, and whether they were cut because they are too long."""
    end = b""
    rest = b""
    cut = False
    for part in parts:
        rest += part
        end = end or _end(rest)
        if end:
            *whole, rest = rest.split(end)
            for line in whole:
                too_long = cut or len(line) > LINE_LIMIT_BYTES
                yield line[:LINE_LIMIT_BYTES].rstrip(b"\r"), too_long
                cut = False
        if len(rest) > LINE_LIMIT_BYTES:
            rest, cut = rest[:LINE_LIMIT_BYTES], True
    rest = rest.rstrip(b"\r")
    if rest and rest != _END_OF_FILE:
        yield rest, cut


def _end(text: bytes) -> bytes:
    """How this file ends its lines, empty if that cannot be told yet. Excel for Mac still uses CR alone."""
    match = _ENDS.search(text)
    return match[0] if match else b""
