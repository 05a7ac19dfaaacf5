"""Text of people (records, notes, reasons, names) as it is seen: invisible letters are removed. Control characters are
refused in files, which can be corrected and read again, and removed from typed text."""

from __future__ import annotations

import re

#: C0 and C1 (Unicode category Cc) except tab and line ends: a terminal or a spreadsheet would execute them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

#: Marks and overrides of direction, zero width, soft hyphen, byte order mark, tags (category Cf): a name with one of
#: them looks like another name and is not found.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

#: Joiners belong to words of Persian and Indian scripts and to emoji; elsewhere they are invisible.
_JOINERS = re.compile("(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])")


#: Ends of lines beside CR and LF (Unicode categories Zl and Zp, and NEL).
_LINE_ENDS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", "\n"))

#: What the type of a text says of it, as `Meta(extra=LINES)`; a text that says nothing is one line.
KIND_OF_TEXT = "text"
LINES = {KIND_OF_TEXT: "lines"}
VERBATIM = {KIND_OF_TEXT: "verbatim"}


def plain(text: str) -> str:
    """`text` without invisible letters."""
    return text if text.isascii() else _JOINERS.sub("", _UNSEEN.sub("", text))


def one_line(text: str) -> str:
    """Typed text that has one line: each run of spaces, tabs, line ends and control characters is one space."""
    return " ".join(CONTROL.sub(" ", plain(text)).split())


def paragraphs(text: str) -> str:
    """Typed text that may have several lines: control characters are spaces, tabs and line ends stay."""
    return CONTROL.sub(" ", plain(text).translate(_LINE_ENDS))
