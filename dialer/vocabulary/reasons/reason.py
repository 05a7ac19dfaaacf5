"""A reason for people: a stable code with typed facts. `dialer.words` makes the sentence at the API and the command
line; call flow, views and domain hold reasons and no sentences."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class Reason(Struct, frozen=True, tag_field="code"):
    """Base of all reasons: each is a class whose tag is the key of its sentence, and whose fields are its facts.

    A key is the code, or the code, a dot and a part that distinguishes its sentences: `not_permitted.reject`. Clients
    of the API may rely on codes and keys: never rename one.
    """

    @property
    def key(self) -> str:
        """The key of its sentence in the catalogue."""
        return str(self.__struct_config__.tag)

    @property
    def code(self) -> str:
        return self.key.partition(".")[0]

    @property
    def facts(self) -> dict[str, Any]:
        """The inputs of the rule as plain data."""
        return {name: msgspec.to_builtins(getattr(self, name)) for name in self.__struct_fields__}

    def __str__(self) -> str:
        """For logs: the key alone, as facts may be personal."""
        return self.key


class NotFoundReason(Reason, frozen=True, tag="not_found"):
    """The object `name` of the kind `kind` does not exist; the code names the kind."""

    kind: str
    name: str

    @property
    def code(self) -> str:
        return f"{self.kind}_not_found"


class Said(Reason, frozen=True, tag="said"):
    """A finished sentence under a code of its own, from a part without reasons yet."""

    of: str
    words: str
    more: dict[str, Any] = {}

    @property
    def code(self) -> str:
        return self.of

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.more)


class Because(Struct, frozen=True):
    """A reason as a desktop gets it beside the sentence, to say it in another language: `key` is that of /api/v1/words,
    `facts` fill its sentence."""

    key: str
    facts: dict[str, Any]


def because(reason: Reason) -> Because:
    return Because(reason.key, {name: getattr(reason, name) for name in reason.__struct_fields__})


def sentence_of(told: Reason | str) -> Sentence:
    """The sentence of a reason, or of text that an older version has kept."""
    return Sentence(told if isinstance(told, Reason) else Said("", told))


class Sentence:
    """A reason in a read model or an event that is sent as text: the encoder at the border puts it in words. Without a
    reason it is empty."""

    __slots__ = ("reason",)

    def __init__(self, reason: Reason | None = None) -> None:
        self.reason = reason

    def __bool__(self) -> bool:
        return self.reason is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and other.reason == self.reason

    def __hash__(self) -> int:
        return hash(self.reason)

    def __repr__(self) -> str:
        return f"Sentence({self.reason!r})"
