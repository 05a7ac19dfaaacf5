"""Why a row of a calling list is refused, unless it is the number (`numbers`). Each goes on from the column and its
value, which are told beside it."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class LineTooLong(Reason, frozen=True, tag="line_unusable.too_long"):
    limit_bytes: int


class LineNotOfEncoding(Reason, frozen=True, tag="line_unusable.encoding"):
    """`byte` is the first one of the line that `encoding` does not have, counted from 1; 0 where it is not known."""

    encoding: str
    byte: int


class RowNotCsv(Reason, frozen=True, tag="row_unusable.csv"):
    """`problem` is never_closed or behind_quotation, of a quotation mark, line_break, or other."""

    problem: str


class TooManyFields(Reason, frozen=True, tag="row_unusable.fields"):
    fields: int
    columns: int


class FieldTooLong(Reason, frozen=True, tag="field_unusable.too_long"):
    limit: int


class ControlInField(Reason, frozen=True, tag="field_unusable.control_character"):
    """`character` is its code point, as U+001B."""

    character: str


class HalfOfHours(Reason, frozen=True, tag="field_unusable.hours"):
    """One of daily_from and daily_till is empty, the other is not."""


class BadTimeOfDay(Reason, frozen=True, tag="field_unusable.time"):
    pass


class BadWholeNumber(Reason, frozen=True, tag="field_unusable.whole_number"):
    pass


class BadExtension(Reason, frozen=True, tag="field_unusable.extension"):
    pass


class OtherExtension(Reason, frozen=True, tag="field_unusable.other_extension"):
    """`number` is written with an extension that is not that of the column."""

    number: str


class BadAnswerScore(Reason, frozen=True, tag="field_unusable.answer_score"):
    pass


class KnownNumber(Reason, frozen=True, tag="duplicate"):
    """The list has the number already: the row adds nothing."""
