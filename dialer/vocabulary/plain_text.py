"""Text of a record as people see it. Rule: control characters are refused, letters that nobody sees are taken out."""

from __future__ import annotations

import re

#: C0 and C1 (Unicode category Cc) but tab and line ends: a terminal or a spreadsheet would carry them out.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

#: Marks and overrides of direction, zero width, soft hyphen, byte order mark, tags (category Cf): a name that holds
#: them is shown as another one, and is not found.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

#: Joiners belong to the words of Persian and Indian scripts and to emoji; elsewhere they are not seen either.
_JOINERS = re.compile("(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])")


def plain(text: str) -> str:
    """`text` without letters that nobody sees."""
    return text if text.isascii() else _JOINERS.sub("", _UNSEEN.sub("", text))
