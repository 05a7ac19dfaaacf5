"""The longest texts of people, in characters: the same at every entry."""

from __future__ import annotations

NOTE_LENGTH = 4000
#: The value of one field of a record.
VALUE_LENGTH = 2000
#: The name of a user that people read.
DISPLAY_NAME_LENGTH = 120
