"""Every reason with its facts and its English sentence, for the translation and the build of desktops."""

from __future__ import annotations

import inspect
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from dialer.vocabulary.reasons import all_reasons
from dialer.vocabulary.reasons.reason import Reason
from dialer.words.en import sentences

FILE = Path(__file__).with_name("words.json")


class Word(Struct, frozen=True):
    """A reason. `facts` has the type of each fact: text, number, integer, flag, reason (itself a key with facts, put in
    words first), plain data, or a list of these (`texts`, `reasons`). `sentence` is English, in the message format of
    ICU."""

    key: str
    code: str
    about: str
    facts: dict[str, str]
    sentence: str


class Words(Struct, frozen=True):
    """All reasons, in the order of their keys."""

    language: str
    words: tuple[Word, ...]


def words() -> Words:
    """The list, as the API and the file have it."""
    english = sentences()
    found = (
        Word(
            key=str(kind.__struct_config__.tag),
            code=str(kind.__struct_config__.tag).partition(".")[0],
            about=_about(kind),
            facts={name: _kind(hint) for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__},
            sentence=english[str(kind.__struct_config__.tag)],
        )
        for kind in all_reasons()
    )
    return Words("en", tuple(sorted(found, key=lambda word: word.key)))


def text() -> str:
    """The list as it stands in the file."""
    return msgspec.json.format(msgspec.json.encode(words()), indent=2).decode() + "\n"


def _about(kind: type[Reason]) -> str:
    return " ".join(inspect.cleandoc(kind.__dict__.get("__doc__") or "").split())


_KINDS: dict[object, str] = {str: "text", int: "integer", float: "number", bool: "flag"}


def _kind(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return f"{_kind(get_args(hint)[0])}s"
    if get_origin(hint) in (Union, types.UnionType):
        return next(_kind(each) for each in get_args(hint) if each is not types.NoneType)
    if isinstance(hint, type) and issubclass(hint, Reason):
        return "reason"
    return _KINDS.get(hint, "data")
