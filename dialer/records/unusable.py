"""What is wrong with a whole file, or with a number."""

from __future__ import annotations

from enum import StrEnum

from dialer.vocabulary.errors import Refused


class Setting(StrEnum):
    """What may be said of a file where it cannot be found out; the command line and the API have it under this name."""

    NUMBER_COLUMN = "number_column"
    DELIMITER = "delimiter"
    ENCODING = "encoding"


class Damage(StrEnum):
    """What a spreadsheet does to numbers that it takes for quantities."""

    DECIMAL = "made decimals"
    ROUNDED = "rounded"
    THOUSANDS = "written with thousands apart"
    ZERO = "without the zero at their beginning"


class UnusableFile(Refused):
    """A file that cannot be imported at all; the message says why and what to do. Nothing was imported. `setting` would
    make it usable."""

    def __init__(self, message: str, setting: Setting | None = None) -> None:
        super().__init__("file_unusable", message)
        self.setting = setting


class UnusableNumber(Refused):
    """Text that is not a phone number that could be dialed; `damage` is what a spreadsheet has done to it."""

    def __init__(self, message: str, damage: Damage | None = None) -> None:
        super().__init__("number_unusable", message)
        self.damage = damage
