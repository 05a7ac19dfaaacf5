"""Typed text of requests, cleaned in one place before any handler reads it.

A text is one line, unless its type says `Meta(extra=LINES)`: notes, and the values of a record. `Meta(extra=VERBATIM)`
is for texts with a rule of their own: passwords, phone numbers, a delimiter. Keys of mappings are names and stay as
they are: handlers refuse unknown ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import msgspec
from msgspec import Struct, inspect, structs

from dialer.vocabulary.plain_text import KIND_OF_TEXT, one_line, paragraphs

_RULES: Mapping[str, Callable[[str], str]] = {"lines": paragraphs, "verbatim": str}


def cleaned(content: Struct) -> Struct:
    """`content` with its texts cleaned. Raises msgspec.ValidationError where a cleaned text is too short."""
    kind = type(content)
    changes = {}
    for name, type_ in _fields(kind):
        before = getattr(content, name)
        after = _clean(before, type_)
        if after != before:
            changes[name] = after
    if not changes:
        return content
    return msgspec.convert(msgspec.to_builtins(structs.replace(content, **changes)), type=kind)


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, inspect.Type], ...]:
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StructType)
    return tuple((field.name, field.type) for field in told.fields)


def _clean(value: object, type_: inspect.Type) -> object:
    if type(value) is str:
        return _rule(type_)(value)
    if isinstance(value, Struct):
        return cleaned(value)
    if isinstance(value, dict):
        inner = _inner(type_)
        return {key: _clean(each, inner) for key, each in value.items()}
    if isinstance(value, list | tuple):
        inner = _inner(type_)
        return type(value)(_clean(each, inner) for each in value)
    return value


def _rule(type_: inspect.Type) -> Callable[[str], str]:
    for each in _alternatives(type_):
        if isinstance(each, inspect.Metadata) and each.extra and KIND_OF_TEXT in each.extra:
            return _RULES[each.extra[KIND_OF_TEXT]]
    return one_line


def _inner(type_: inspect.Type) -> inspect.Type:
    """The type of the values of a mapping, or of the items of a sequence."""
    for each in _alternatives(type_):
        plain = each.type if isinstance(each, inspect.Metadata) else each
        if isinstance(plain, inspect.DictType):
            return plain.value_type
        if isinstance(plain, inspect.ListType | inspect.VarTupleType):
            return plain.item_type
    return inspect.AnyType()


def _alternatives(type_: inspect.Type) -> tuple[inspect.Type, ...]:
    return type_.types if isinstance(type_, inspect.UnionType) else (type_,)
