"""What is wrong with a whole file, or with a number."""

from __future__ import annotations

from enum import StrEnum

from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.numbers import NumberDamaged
from dialer.vocabulary.reasons.reason import Reason


class Setting(StrEnum):
    """What may be said of a file where it cannot be found out; the command line and the API have it under this name."""

    NUMBER_COLUMN = "number_column"
    DELIMITER = "delimiter"
    ENCODING = "encoding"


class Damage(StrEnum):
    """What a spreadsheet does to numbers that it takes for amounts."""

    DECIMAL = "decimal"
    ROUNDED = "rounded"
    THOUSANDS = "thousands"
    ZERO = "zero"


class UnusableFile(Refused):
    """A file that cannot be imported at all. Nothing was imported. `setting` would make it usable."""

    def __init__(self, reason: Reason, setting: Setting | None = None) -> None:
        super().__init__(reason)
        self.setting = setting


class UnusableNumber(Refused):
    """Text that is not a phone number that could be dialed; `damage` is what a spreadsheet has done to it."""

    @property
    def damage(self) -> Damage | None:
        return Damage(self.reason.damage) if isinstance(self.reason, NumberDamaged) else None
