"""The model's findings in words: reason and remedy of each mistake, and the path without pydantic's own steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeAlias

from pydantic_core import ErrorDetails

from config.documents import Substituted
from config.problems import Path

#: A JSON schema, or a part of one, made by pydantic from the model.
Schema: TypeAlias = Mapping[str, Any]


class Guide:
    """Finds its way in the JSON schema of the settings."""

    def __init__(self, schema: Schema) -> None:
        self._root = schema

    def follow(self, steps: Sequence[str | int]) -> tuple[Path, Schema]:
        """The path of the value and its schema. Steps that pydantic adds for a kind of union are left out."""
        schema: Schema = self._resolved(self._root)
        path: list[str | int] = []
        for step in steps:
            if step == "[key]":  # added by pydantic when the key itself is wrong
                continue
            kinds: Mapping[str, str] = schema.get("discriminator", {}).get("mapping", {})
            if step in kinds:
                schema = self._resolved({"$ref": kinds[str(step)]})
                continue
            path.append(step)
            schema = self._below(schema, step)
        return tuple(path), schema

    def _below(self, schema: Schema, step: str | int) -> Schema:
        if isinstance(step, int):
            return self._resolved(schema.get("items", {}))
        found = schema.get("properties", {}).get(step) or schema.get("additionalProperties")
        return self._resolved(found if isinstance(found, Mapping) else {})

    def _resolved(self, schema: Schema) -> Schema:
        """Follow `$ref`, and the one part of a choice that is a section, or not null; the outer description is kept."""
        description = schema.get("description")
        while True:
            reference = schema.get("$ref")
            parts = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
            if reference is not None:
                schema = self._root["$defs"][reference.rpartition("/")[2]]
            elif parts:
                schema = next((part for part in parts if self._is_section(part)), parts[0])
            else:
                return {**schema, "description": description} if description else schema

    def _is_section(self, schema: Schema) -> bool:
        """Whether a part of a choice has keys."""
        return "properties" in self._resolved(schema)


def _shown(value: object) -> str:
    """A value as the user wrote it, cut where it is long."""
    text = value.written if isinstance(value, Substituted) else value
    if not isinstance(text, str):
        return "it"
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _quoted(words: str) -> list[str]:
    """The words of pydantic's `'a', 'b' or 'c'`."""
    return [word for word in words.split("'")[1::2] if word]


def _likely(word: object, known: Sequence[str]) -> str | None:
    folded = {each.lower(): each for each in known}
    close = get_close_matches(str(word).lower(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _unknown_key(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
    key = str(error["loc"][-1])
    known = sorted(parent.get("properties", {}))
    if key == "<<":
        return "merge keys are not supported; write the keys themselves"
    likely = _likely(key, known)
    if likely is not None:
        return f"is not known here; did you mean {likely}?"
    if 0 < len(known) <= 12:
        return f"is not known here; remove it, or use one of {', '.join(known)}"
    return "is not known here; remove it, or look up its name in the example"


def _missing(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
    about = _about(parent.get("properties", {}).get(str(error["loc"][-1]), {}))
    return f"is missing; add it{f' ({about})' if about else ''}"


def _no_such_word(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
    context = error.get("ctx", {})
    known = _quoted(str(context.get("expected") or context.get("expected_tags") or ""))
    given = context.get("tag", error["input"])
    likely = _likely(given, known)
    remedy = f"did you mean {likely}?" if likely else f"write one of {', '.join(known)}"
    if given is None:
        return f"has no value; write one of {', '.join(known)}"
    return f"{_shown(given)} is not known; {remedy}"


def _form(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
    about = _about(schema)
    remedy = _FORMS.get(str(error.get("ctx", {}).get("pattern")))
    return f"{_shown(error['input'])} does not have the right form; {remedy or about or 'correct it'}"


def _no_tag(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
    kinds = ", ".join(schema.get("discriminator", {}).get("mapping", {}))
    return f"kind is missing; add kind: with one of {kinds}"


def _about(schema: Schema) -> str:
    """The first sentence of a description, for the remedy."""
    return str(schema.get("description", "")).split(". ")[0].rstrip(".")


def _bound(words: str, key: str) -> Callable[[ErrorDetails, Schema, Schema], str]:
    def say(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
        limit = error.get("ctx", {}).get(key)
        limit = int(limit) if isinstance(limit, float) and limit.is_integer() else limit
        return f"{_shown(error['input'])} is out of range; {words.format(limit)}"

    return say


def _wanted(words: str, remedy: str) -> Callable[[ErrorDetails, Schema, Schema], str]:
    def say(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
        if error["input"] is None:
            return f"has no value; {remedy}, or remove the line"
        return f"{_shown(error['input'])} is {words}; {remedy}"

    return say


def _own(error: ErrorDetails, schema: Schema, parent: Schema) -> str:
    """The reason from a validator of ours."""
    return str(error.get("ctx", {}).get("error", error["msg"]))


_WHOLE_NUMBER = _wanted("no whole number", "write digits, as in 30")
_NUMBER = _wanted("no number", "write a number, as in 30 or 0.5")
_TEXT = _wanted("no text", "write one value")
_MAPPING = _wanted("no group of keys", "write KEY: VALUE lines below it")
_LIST = _wanted("no list", "write each item after a dash")
_BOOLEAN = _wanted("neither true nor false", "write true or false")

_WORDS: Mapping[str, Callable[[ErrorDetails, Schema, Schema], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "enum": _no_such_word,
    "literal_error": _no_such_word,
    "union_tag_invalid": _no_such_word,
    "union_tag_not_found": _no_tag,
    "string_pattern_mismatch": _form,
    "int_parsing": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_parsing": _BOOLEAN,
    "bool_type": _BOOLEAN,
    "string_type": _TEXT,
    "tuple_type": _LIST,
    "mapping_type": _MAPPING,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "greater_than": _bound("write more than {}", "gt"),
    "greater_than_equal": _bound("write {} or more", "ge"),
    "less_than": _bound("write less than {}", "lt"),
    "less_than_equal": _bound("write {} or less", "le"),
    "too_short": lambda error, schema, parent: "is empty; name at least one",
    "too_long": lambda error, schema, parent: f"has more than {error['ctx']['max_length']} items; remove some",
    "string_too_short": lambda error, schema, parent: f"is empty; write {_about(schema) or 'something'}",
    "string_too_long": _bound("write at most {} characters", "max_length"),
    "value_error": _own,
}

_FORMS = {
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$": "use letters, digits, dot, dash and underscore, at most 64",
    r"^\+?[0-9]{2,15}$": "write the digits with + and country code, as in +442079460100",
    r"^[A-Z]{2}$": "write the two letters of a country, as in GB",
    r"^([3-6][0-9]{2}|q850:([1-9]|[1-9][0-9]|1[01][0-9]|12[0-7]))$": (
        "write a SIP code as in 486, or a cause as in q850:17"
    ),
}


def causes(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The mistakes without consequences of others: pydantic also calls a list empty whose items are all wrong."""
    wrong = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in wrong]


def reason(error: ErrorDetails, guide: Guide) -> str:
    """One sentence: the fault of a value, and after the semicolon the remedy."""
    _, schema = guide.follow(error["loc"])
    _, parent = guide.follow(error["loc"][:-1])
    say = _WORDS.get(error["type"])
    return say(error, schema, parent) if say is not None else f"{error['msg']}; correct it"
