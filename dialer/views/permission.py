"""What may be pressed now, and why not."""

from __future__ import annotations

from msgspec import Struct


class Allowed(Struct, frozen=True):
    """One command of a desktop. `reason` says why it may not be given now and is empty where it may."""

    command: str
    allowed: bool
    reason: str = ""


def allow(command: str, refusal: str | None) -> Allowed:
    """`refusal` is the reason against it, or None."""
    return Allowed(command, refusal is None, refusal or "")
