"""Whether a button may be pressed now, and the reason why not."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from dialer.vocabulary.reasons.reason import Because, Reason, Sentence, because


class Allowed(Struct, frozen=True):
    """One command of a desktop. `reason` is why it may not be given now, empty where it may; `because` is the same for
    desktops in other languages."""

    command: str
    allowed: bool
    reason: Sentence = msgspec.field(default_factory=Sentence)
    because: Because | None = None


def allow(command: str, refusal: Reason | None) -> Allowed:
    """`refusal` is the reason against it, or None."""
    return Allowed(command, refusal is None, Sentence(refusal), because(refusal) if refusal else None)
