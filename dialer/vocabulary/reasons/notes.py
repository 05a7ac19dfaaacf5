"""What is told of whole columns of a file that was imported. `rows` are all rows of the file."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class DelimiterTaken(Reason, frozen=True, tag="note_delimiter"):
    """The header can be split at others, too; of all only `taken` gives a column of phone numbers."""

    taken: Reason
    others: tuple[Reason, ...]


class DamageCount(Reason, frozen=True, tag="note_damaged.count"):
    """`count` rows whose number has the `damage`: decimal, rounded, thousands, zero."""

    damage: str
    count: int


class NumbersDamaged(Reason, frozen=True, tag="note_damaged"):
    """A spreadsheet has damaged numbers of a column."""

    column: str
    damages: tuple[Reason, ...]
    rows: int


class ZerosCompleted(Reason, frozen=True, tag="note_zeros"):
    """`lacking` numbers lacked the zero at their beginning and were taken."""

    column: str
    lacking: int
    rows: int


class SpareNumbers(Reason, frozen=True, tag="note_spare_numbers"):
    """A column of phone numbers beside `main`: `left` are not dialed, as `main` has one in their rows; `dialed` are."""

    column: str
    main: str
    left: int
    dialed: int


class NoZonesInColumn(Reason, frozen=True, tag="note_no_zones"):
    """No row has a time zone in the column of zones."""

    column: str
