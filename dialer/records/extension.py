"""Extensions behind a number: digits that are sent when the contact's exchange has answered."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: The custom field that holds it, whatever the column is called.
EXTENSION_FIELD = "extension"

_EXTENSION = re.compile(r"[0-9*#]{1,16}")


def extension_in(text: str) -> str:
    """The digits of a column of extensions, empty for an empty one. Raises ValueError for anything else."""
    digits = text.removeprefix("x").strip()
    if digits and not _EXTENSION.fullmatch(digits):
        raise ValueError(text)
    return digits


def extension_of(data: Mapping[str, str]) -> str:
    """The digits that are sent for a record, empty for none. What an agent has made of the field is no order."""
    try:
        return extension_in(data.get(EXTENSION_FIELD, ""))
    except ValueError:
        return ""
