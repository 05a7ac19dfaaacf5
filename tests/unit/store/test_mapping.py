"""Rows from structs and back, and the registry of writes."""

from __future__ import annotations

import sqlite3
from typing import get_args

import msgspec
import pytest
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, Table, Text

from dialer.store.aggregates import RULES
from dialer.store.mapping import Columns
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import Write


class Sample(Struct):
    """A field of each kind; `elsewhere` is no column."""

    id: int
    result: CallResult | None
    late: bool
    note: str
    tries: dict[str, int]
    data: dict[str, str]
    teams: tuple[str, ...]
    facts: dict[str, object] | None
    live: bytes | None
    origin: str | UnsetType = UNSET
    elsewhere: int = 0


samples = Table(
    "samples",
    MetaData(),
    Column("number", Integer, primary_key=True),
    *(Column(name, Text) for name in ("result", "note", "tries", "data", "teams", "facts", "origin")),
    Column("late", Boolean),
    Column("live", LargeBinary),
)
COLUMNS = Columns(samples, Sample, id="number")

FULL = Sample(1, CallResult.BUSY, True, "a", {"busy": 2}, {"city": "Leeds"}, ("x",), {"n": 1}, b"\0", "file.csv")
BARE = Sample(2, None, False, "", {}, {}, (), {}, None)


@pytest.fixture
def cursor() -> sqlite3.Cursor:
    connection = sqlite3.connect(":memory:")
    names = ", ".join(column.name for column in samples.c)
    return connection.execute(f"CREATE TABLE samples ({names}, UNIQUE (number))")


class Row:
    def __init__(self, cursor: sqlite3.Cursor, row: tuple[object, ...]) -> None:
        self.__dict__.update(zip([column[0] for column in cursor.description], row, strict=True))


def read(cursor: sqlite3.Cursor) -> list[Sample]:
    rows = cursor.execute(f"SELECT {COLUMNS.names} FROM samples ORDER BY number").fetchall()
    return [COLUMNS.read(Row(cursor, row)) for row in rows]


def test_what_was_written_is_read_again(cursor: sqlite3.Cursor) -> None:
    cursor.executemany(COLUMNS.insert(), COLUMNS.rows([FULL, BARE]))
    assert read(cursor) == [FULL, BARE]


def test_a_row_is_changed_in_all_columns_or_in_some(cursor: sqlite3.Cursor) -> None:
    cursor.execute(COLUMNS.insert(), COLUMNS.row(FULL))
    changed = msgspec.structs.replace(BARE, id=1, note="b")
    cursor.execute(COLUMNS.update("note", "teams", key="id"), COLUMNS.row(changed))
    assert read(cursor) == [msgspec.structs.replace(FULL, note="b", teams=())]
    cursor.execute(COLUMNS.upsert(key="number"), COLUMNS.row(changed))
    assert read(cursor) == [changed]


def test_text_is_cleaned_and_a_field_may_be_told(cursor: sqlite3.Cursor) -> None:
    cursor.execute(COLUMNS.insert(), COLUMNS.row(msgspec.structs.replace(FULL, note="a\0b\udc80"), live=b"other"))
    (row,) = cursor.execute(f"SELECT {COLUMNS.names} FROM samples").fetchall()
    told = COLUMNS.read(Row(cursor, row), elsewhere=7, result=None)
    assert (told.note, told.live, told.elsewhere, told.result) == ("ab?", b"other", 7, None)


def test_custom_fields_that_cannot_be_read_are_none_and_other_json_is_told(cursor: sqlite3.Cursor) -> None:
    cursor.execute(COLUMNS.insert(), {**COLUMNS.row(FULL), "data": "{", "tries": "[]"})
    (sample,) = read(cursor)
    assert (sample.data, sample.tries) == ({}, {})
    cursor.execute("UPDATE samples SET teams = '{}'")
    with pytest.raises(msgspec.ValidationError):
        read(cursor)


def test_every_kind_of_write_has_a_rule() -> None:
    assert set(RULES.judging) == set(get_args(Write))
