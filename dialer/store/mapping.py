"""Rows from structs, and structs from rows: each field is a column of the same name, or of a given one.

Columns hold text, numbers and bytes. Enumerations are their values, mappings and tuples are JSON. Plain text, which
comes from peers and people, is cleaned of what databases cannot hold; names and ids of ours are kept as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs
from sqlalchemy import Table

from dialer.store.statement import insert_of
from dialer.store.text import counts_from_json, from_json, stored, texts_from_json, to_json

S = TypeVar("S", bound=Struct)

_Convert = Callable[[Any], Any]


class Columns(Generic[S]):
    """The fields of `struct` that are columns of `table`. `renamed` are fields whose columns have another name. Other
    fields are no columns; the caller that reads rows gives their values. Without `clean` a text that cannot be stored
    is refused.
    """

    def __init__(self, table: Table, struct: type[S], *, clean: bool = True, **renamed: str) -> None:
        self.table = table.name
        self._struct = struct
        hints = get_type_hints(struct)
        columns = {field: renamed.get(field, field) for field in struct.__struct_fields__}
        self._columns = {field: column for field, column in columns.items() if column in table.c}
        encoders = [(field, _encoder(hints[field], clean)) for field in self._columns]
        self._encoders = [(field, encode) for field, encode in encoders if encode is not None]
        self._decoders = [(field, column, _decoder(hints[field])) for field, column in self._columns.items()]

    @property
    def names(self) -> str:
        """The columns, as a SELECT or a RETURNING lists them."""
        return ", ".join(self._columns.values())

    def row(self, item: S, **more: object) -> dict[str, Any]:
        """Parameters, named as the fields."""
        row = structs.asdict(item)
        for field, encode in self._encoders:
            value = row[field]
            if value is not None:
                row[field] = encode(value)
        row.update(more)
        return row

    def rows(self, items: Iterable[S], **more: object) -> list[dict[str, Any]]:
        return [self.row(item, **more) for item in items]

    def read(self, row: Any, **more: object) -> S:
        """The struct of a row that has the columns as attributes; `more` are fields with given values."""
        values = dict(more)
        for field, column, decode in self._decoders:
            if field not in more:
                value = getattr(row, column)
                values[field] = value if decode is None else decode(value)
        return self._struct(**values)

    def insert(self, *more: str, rest: str = "") -> str:
        """INSERT of all columns, and of `more` from parameters of their names."""
        return insert_of(self.table, self._parameters(more), rest)

    def upsert(self, *more: str, key: str) -> str:
        """INSERT, or change of all columns where the `key` is there already."""
        columns = self._parameters(more)
        changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column != key)
        return insert_of(self.table, columns, f"ON CONFLICT ({key}) DO UPDATE SET {changes}")

    def update(self, *fields: str, key: str) -> str:
        """UPDATE of the columns of `fields` in the row of the field `key`."""
        changes = ", ".join(f"{self._columns[field]} = :{field}" for field in fields)
        return f"UPDATE {self.table} SET {changes} WHERE {self._columns[key]} = :{key}"

    def _parameters(self, more: Iterable[str]) -> Mapping[str, str]:
        """The parameter of each column."""
        return {**{column: field for field, column in self._columns.items()}, **{each: each for each in more}}


def _bare(hint: Any) -> tuple[Any, bool, bool]:
    """A type without None and Unset, and whether it can be these."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False, False
    kinds = [each for each in get_args(hint) if each not in (NoneType, UnsetType)]
    return (kinds[0] if len(kinds) == 1 else object), NoneType in get_args(hint), UnsetType in get_args(hint)


def _encoder(hint: Any, clean: bool) -> _Convert | None:
    kind, _, unset = _bare(hint)
    convert: _Convert
    if kind is str and clean:
        convert = stored
    elif get_origin(kind) in (dict, tuple):
        convert = to_json
    elif not unset:
        return None
    else:
        convert = _same
    return (lambda value: None if value is UNSET else convert(value)) if unset else convert


def _decoder(hint: Any) -> _Convert | None:
    kind, nullable, unset = _bare(hint)
    convert: _Convert
    if isinstance(kind, type) and issubclass(kind, Enum | bool | bytes):
        convert = kind
    elif get_origin(kind) in (dict, tuple):
        convert = _mapping(kind)
    elif not unset:
        return None
    else:
        convert = _same
    if not (nullable or unset):
        return convert
    absent = UNSET if unset else None
    return lambda value: absent if value is None else convert(value)


def _mapping(kind: Any) -> _Convert:
    if kind == dict[str, str]:
        return texts_from_json
    if kind == dict[str, int]:
        return counts_from_json
    if get_origin(kind) is dict:
        return lambda text: {} if text is None else from_json(text)
    return msgspec.json.Decoder(kind).decode


def _same(value: Any) -> Any:
    return value
