"""Common parts of all sections: strictness, and the types of checked text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Protocol, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from dialer.vocabulary.errors import ConfigurationError
from dialer.vocabulary.plain_text import CONTROL

E = TypeVar("E", bound=StrEnum)


def _holds_control(value: object) -> bool:
    """Whether a text, or one in a collection of texts, holds a control character other than tabs and line ends."""
    match value:
        case str():
            return CONTROL.search(value) is not None
        case Mapping():
            return any(_holds_control(each) for pair in value.items() for each in pair)
        case list() | tuple() | set() | frozenset():
            return any(_holds_control(each) for each in value)
        case _:
            return False


class Section(BaseModel):
    """A part of the configuration: frozen, and a key that it does not know is a mistake.

    The string below an attribute is its description, also in the JSON schema that editors use.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
        validate_default=True,
    )

    @field_validator("*")
    @classmethod
    def _text_is_plain(cls, value: object) -> object:
        """Labels, descriptions and names are shown on desktops and terminals."""
        if _holds_control(value):
            raise ValueError("holds a control character; write it anew without")
        return value


class SecretToCome(SecretStr):
    """A missing secret that may not be needed. Its use raises ConfigurationError with its place, the lack and the
    remedy. `unless` names those who never need it, for the note before its use."""

    def __init__(self, missing: str, unless: str = "") -> None:
        super().__init__("")
        self.missing = missing
        self.unless = unless

    @property
    def note(self) -> str:
        """The lack, for a reader who cannot know whether the secret will be used."""
        return f"{self.missing}, {self.unless}" if self.unless else self.missing

    def get_secret_value(self) -> str:
        raise ConfigurationError((self.missing,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretToCome) and other.missing == self.missing

    def __hash__(self) -> int:
        return hash(self.missing)


class Source(Protocol):
    """References of a configuration file: the loader's side of `Secret` and `FilePath`.

    Both methods raise ValueError with a reason and a remedy in one sentence.
    """

    def secret(self, text: str) -> str | SecretToCome:
        """The secret that `text`, a `${ENV}` or `file:PATH`, stands for."""

    def first_secret(self, text: str) -> str | SecretToCome:
        """The same for a secret that is used once at most, and may be missing."""

    def url(self, text: str) -> str | SecretToCome:
        """`text` or the secret that it stands for; refused if a password is written in it."""

    def path(self, text: str) -> str:
        """`text` as an absolute path: relative ones start at the directory of the configuration."""


def _source(info: ValidationInfo) -> Source | None:
    """The loader's Source; None for settings made in code, whose values are taken as they are."""
    return info.context["source"] if isinstance(info.context, dict) else None


def _secret(value: object, info: ValidationInfo) -> object:
    source = _source(info)
    return source.secret(value) if source is not None and isinstance(value, str) else value


def _first_secret(value: object, info: ValidationInfo) -> object:
    source = _source(info)
    return source.first_secret(value) if source is not None and isinstance(value, str) else value


def _secret_url(value: object, info: ValidationInfo) -> object:
    source = _source(info)
    return source.url(value) if source is not None and isinstance(value, str) else value


def _path(value: object, info: ValidationInfo) -> object:
    source = _source(info)
    return source.path(value) if source is not None and isinstance(value, str) and value else value


def _choice(kind: type[E], fold: Callable[[str], str]) -> Callable[[object], object]:
    known = {member.value for member in kind}

    def folded(value: object) -> object:
        return fold(value) if isinstance(value, str) and fold(value) in known else value

    return folded


def in_lower_case(kind: type[E]) -> BeforeValidator:
    """Accept the words of `kind`, whose values are in lower case, in any case."""
    return BeforeValidator(_choice(kind, str.lower))


def in_upper_case(kind: type[E]) -> BeforeValidator:
    """Accept the words of `kind`, whose values are in upper case, in any case."""
    return BeforeValidator(_choice(kind, str.upper))


def _region(value: object) -> object:
    return value.upper() if isinstance(value, str) and len(value) == 2 else value


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no address; write it as in 192.0.2.7 or 10.0.0.0/8") from None
    return text


#: The form of a name, of a user or of a section.
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")

#: A name by which other sections refer to this one.
Name = Annotated[str, StringConstraints(pattern=NAME.pattern)]

#: A short code of the business, as of a disposition or a not-ready reason.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]

#: A line of text for people.
Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]

#: A number that we show to contacts: E.164 with +, or the digits that a private exchange expects.
CallerId = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,15}$")]

#: A country, ISO 3166-1 alpha-2.
Region = Annotated[str, BeforeValidator(_region), StringConstraints(pattern=r"^[A-Z]{2}$")]

#: An address or a network of addresses: 192.0.2.7, 10.0.0.0/8, 2001:db8::/32.
Network = Annotated[str, AfterValidator(_network)]

Port = Annotated[int, Field(ge=1, le=65535)]

#: A duration in seconds, at most a day.
Seconds = Annotated[float, Field(ge=0, le=86_400)]

#: A duration in seconds that may not be zero.
PositiveSeconds = Annotated[float, Field(gt=0, le=86_400)]

#: A priority: lower goes first; equal ones share by weight.
Priority = Annotated[int, Field(ge=1, le=1000)]

Weight = Annotated[int, Field(ge=1, le=1000)]

#: A secret: written as `${ENV}` or `file:PATH`, never in plain text, and never shown.
Secret = Annotated[
    SecretStr,
    BeforeValidator(_secret),
    WithJsonSchema({"type": "string", "pattern": r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)$"}),
]

#: The same for a secret that is used once at most: see `Source.first_secret`.
FirstSecret = Annotated[
    SecretStr,
    BeforeValidator(_first_secret),
    WithJsonSchema({"type": "string", "pattern": r"^(\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+)$"}),
]

#: A URL that may hold a secret; if it does, it is written as `${ENV}`, `file:PATH`, or with `${ENV}` in its place.
SecretUrl = Annotated[SecretStr, BeforeValidator(_secret_url), WithJsonSchema({"type": "string"})]

#: A file or directory; relative to the directory of the configuration.
FilePath = Annotated[str, BeforeValidator(_path), StringConstraints(max_length=4096)]

#: Letters allowed in the user part of a phone's address.
EXTENSION = re.compile(r"^[A-Za-z0-9_.+*-]{1,64}$")
