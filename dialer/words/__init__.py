"""Reasons in words, for the API, the command line and screens. The modules below hold no English sentences."""

from __future__ import annotations

from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.words import en
from dialer.words.template import Template, read

_TEMPLATES: dict[str, Template] = {}
_BETWEEN = ", "


def template(key: str) -> Template:
    """The sentence of a key, read once. Raises KeyError for a key without one."""
    if not _TEMPLATES:
        _TEMPLATES.update({each: read(text) for each, text in en.sentences().items()})
    return _TEMPLATES[key]


def say(reason: Reason) -> str:
    """The reason in a sentence."""
    facts = {name: getattr(reason, name) for name in reason.__struct_fields__}
    return template(reason.key).fill(facts, _show)


def _show(value: object) -> str:
    """A fact as text; a reason among the facts is put in words first."""
    if isinstance(value, Reason):
        return say(value)
    if isinstance(value, tuple):
        return _BETWEEN.join(map(_show, value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def words_of(error: Exception) -> str:
    """The text of an error for a person."""
    return say(error.reason) if isinstance(error, Refused) else str(error)


def spoken(value: object) -> str:
    """For encoders at the border (`enc_hook`): a sentence as its words, other objects as their own text."""
    if isinstance(value, Sentence):
        return "" if value.reason is None else say(value.reason)
    return str(value)
