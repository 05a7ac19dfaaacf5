"""Topics of the tests alone, one for each audience."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.topics import Audience, Fact, Floor, OwnDesk, TeamSupervisors


class Said(Struct, frozen=True):
    """A fact of a test."""

    n: int = 0
    text: str = ""


MESSAGES: dict[type[Any], Fact[Any, Said]] = {
    each: Fact(name="message", key="anything", words="a test says something", audience=each, body=Said)
    for each in (OwnDesk, TeamSupervisors, Floor)
}


def message(audience: Audience, key: str, said: Said | None = None) -> Publish:
    """An event of a test."""
    return Publish(MESSAGES[type(audience)], audience, key, said or Said())
