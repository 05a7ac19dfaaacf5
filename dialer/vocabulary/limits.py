"""How long texts of people may be, in characters: the same wherever they come in."""

from __future__ import annotations

NOTE_LENGTH = 4000
#: The value of one field of a record.
VALUE_LENGTH = 2000
#: The name of a user that people read.
DISPLAY_NAME_LENGTH = 120
