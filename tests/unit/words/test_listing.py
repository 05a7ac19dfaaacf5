"""The list of all reasons, and the file that a desktop's build reads."""

from __future__ import annotations

from dialer.vocabulary.reasons import all_reasons
from dialer.words import listing


def test_the_file_is_current() -> None:
    assert listing.FILE.read_text(encoding="utf-8") == listing.text(), "run python -m dialer.words"


def test_every_reason_is_listed_with_its_facts() -> None:
    words = {word.key: word for word in listing.words().words}
    assert len(words) == len(all_reasons())
    barred = words["not_permitted"]
    assert barred.facts == {"permission": "text", "to": "text"}
    assert barred.sentence.startswith("You may not {to, select, ")
    assert words["trunk_down"].facts == {"trunks": "reasons", "count": "integer"}
    assert (words["call_in_progress.done"].code, words["call_in_progress.done"].sentence) == (
        "call_in_progress",
        "End the call first.",
    )
    assert words["leg_ended"].facts["own"] == "flag"
