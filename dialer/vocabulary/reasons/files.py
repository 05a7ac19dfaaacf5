"""Why a file cannot be imported at all. `columns` are names of its columns, the long ones cut short; `more` are not
told."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class FileUnreadable(Reason, frozen=True, tag="file_unusable.unreadable"):
    """`problem` is what the system says; `path` is empty for `standard_input`."""

    path: str
    standard_input: bool
    problem: str


class FileNotCsv(Reason, frozen=True, tag="file_unusable.kind"):
    """`kind` is what the file is: xlsx, xls, ods, pdf, rtf, gzip, seven_zip, rar, zip, sqlite, picture, parquet, html,
    xml, json."""

    kind: str


class FileEmpty(Reason, frozen=True, tag="file_unusable.empty"):
    pass


class UnknownEncoding(Reason, frozen=True, tag="file_unusable.unknown_encoding"):
    encoding: str


class FirstLineUnreadable(Reason, frozen=True, tag="file_unusable.line"):
    line: int
    problem: Reason


class HeaderUnreadable(Reason, frozen=True, tag="file_unusable.header"):
    line: int
    problem: Reason


class HeaderEmpty(Reason, frozen=True, tag="file_unusable.header_empty"):
    """The line has no name of a column."""

    line: int


class NoHeader(Reason, frozen=True, tag="file_unusable.no_header"):
    pass


class NumberInHeader(Reason, frozen=True, tag="file_unusable.number_in_header"):
    pass


class TitleAboveHeader(Reason, frozen=True, tag="file_unusable.title"):
    """`title` in `line` is no header; `header` is the line that is."""

    line: int
    title: str
    header: int


class DelimiterAmbiguous(Reason, frozen=True, tag="file_unusable.delimiter"):
    """The header in `line` can be split at more than one of `delimiters`."""

    line: int
    delimiters: tuple[Reason, ...]


class DelimiterName(Reason, frozen=True, tag="delimiter"):
    """`name` is comma, semicolon, tab or bar."""

    name: str


class NumberColumnMissing(Reason, frozen=True, tag="file_unusable.no_number_column"):
    columns: tuple[str, ...]
    more: int


class NoSuchColumn(Reason, frozen=True, tag="file_unusable.no_column"):
    column: str
    columns: tuple[str, ...]
    more: int


class TooManyColumns(Reason, frozen=True, tag="file_unusable.columns"):
    columns: int
    most: int


class ColumnWithoutName(Reason, frozen=True, tag="file_unusable.unnamed_column"):
    """`column` counts from 1."""

    column: int


class BadColumnName(Reason, frozen=True, tag="file_unusable.column_name"):
    """The name of column `column`, counted from 1, is longer than `most` characters or holds a control character."""

    column: int
    most: int


class ColumnsOfOneName(Reason, frozen=True, tag="file_unusable.same_names"):
    """`first` and `second` count from 1."""

    first: int
    second: int
    name: str
