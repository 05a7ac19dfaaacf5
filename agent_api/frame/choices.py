"""The words allowed at a place of a request that takes one of a few."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, inspect

#: Steps of a place as msgspec writes it: `.field`, `[0]`, `[...]`.
_STEP = re.compile(r"\.([^.\[]+)|\[[^\]]*\]")


def choices(kind: type[Struct], place: str) -> tuple[str, ...]:
    """The words that `kind` takes at `place` (`$.mode`); none where it takes other values."""
    types: list[inspect.Type] = [inspect.type_info(kind)]
    for step in _STEP.finditer(place):
        types = [below for each in _alternatives(types) for below in _below(each, step[1])]
    return tuple(word for each in _alternatives(types) for word in _words(each))


def _alternatives(types: list[inspect.Type]) -> Iterator[inspect.Type]:
    for each in types:
        match each:
            case inspect.UnionType():
                yield from _alternatives(list(each.types))
            case inspect.Metadata():
                yield from _alternatives([each.type])
            case _:
                yield each


def _below(kind: inspect.Type, field: str | None) -> Iterator[inspect.Type]:
    """The types of a field, or of the items where `field` is None."""
    match kind:
        case inspect.StructType() if field is not None:
            yield from (each.type for each in kind.fields if each.encode_name == field)
        case inspect.CollectionType() if field is None:
            yield kind.item_type
        case inspect.DictType() if field is None:
            yield kind.value_type


def _words(kind: inspect.Type) -> Iterator[str]:
    match kind:
        case inspect.EnumType():
            yield from (str(each.value) for each in kind.cls)
        case inspect.LiteralType():
            yield from (str(each) for each in kind.values)
