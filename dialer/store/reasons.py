"""Reasons as a column of text keeps them: JSON with the key as `code`, empty for none. What cannot be read as one is
text: versions before reasons kept sentences, and a later version may know reasons that this one does not."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from dialer.store.text import to_json
from dialer.vocabulary.reasons.reason import Reason

R = TypeVar("R", bound=Reason)


class Reasons(Generic[R]):
    """Of a union of reasons."""

    def __init__(self, union: Any) -> None:
        self._decoder: msgspec.json.Decoder[R] = msgspec.json.Decoder(union)

    def column(self, reason: R | None) -> str:
        return "" if reason is None else to_json(reason)

    def read(self, text: str) -> R | str | None:
        if not text:
            return None
        try:
            return self._decoder.decode(text)
        except msgspec.MsgspecError:
            return text
