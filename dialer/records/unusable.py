"""What is wrong with a whole file, or with a number."""

from __future__ import annotations

from dialer.vocabulary.errors import Refused


class UnusableFile(Refused):
    """A file that cannot be imported at all; the message says why and what to do. Nothing was imported."""

    def __init__(self, message: str) -> None:
        super().__init__("file_unusable", message)


class UnusableNumber(Refused):
    """Text that is not a phone number that could be dialled."""

    def __init__(self, message: str) -> None:
        super().__init__("number_unusable", message)
