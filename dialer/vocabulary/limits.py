"""How long the texts of agents may be, in characters: the same for the API's schema and the core."""

from __future__ import annotations

NOTE_LENGTH = 4000
#: The value of one field of a record.
VALUE_LENGTH = 2000
