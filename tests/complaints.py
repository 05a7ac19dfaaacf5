"""The sentence for a trunk's last error."""

from __future__ import annotations

from dialer.trunks.trunk import Trunk
from dialer.vocabulary.reasons.reason import Sentence
from dialer.words import spoken


def complaint(trunk: Trunk) -> str:
    """The sentence, empty for none."""
    return spoken(Sentence(trunk.last_error))
