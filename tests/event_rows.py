"""Every event that a test makes is checked against its row in the table of topics."""

from __future__ import annotations

from typing import Any

import msgspec

from dialer.ports import Moment
from dialer.views.topics import all_topics, body_of, render
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.reasons.reason import Sentence, sentence_of
from dialer.vocabulary.topics import Fact, Model, Topic
from dialer.words import spoken
from dialer.world.world import World


def check(world: World, event: Publish, at: Moment, own: frozenset[Topic] = frozenset()) -> None:
    """The event has a row, or is one of a test's `own`; its audience and its body are those of the row."""
    row = event.topic
    assert isinstance(row, Fact | Model)
    assert isinstance(event.audience, row.audience), f"{row.name} is for {row.audience}, not for {event.audience}"
    if row in own:
        return
    assert row in all_topics(), f"{row.name} is not in the table"
    body = render(world, event, at)
    if body is None:
        assert isinstance(row, Model), f"{row.name} has no body"
        return
    kind = body_of(row)
    assert type(body) is kind, f"{row.name} is a {kind}, not a {type(body)}"
    raw = msgspec.json.encode(body, enc_hook=spoken)
    again = msgspec.json.decode(raw, type=kind, dec_hook=_sentence)
    assert msgspec.json.encode(again, enc_hook=spoken) == raw, f"{row.name}: {raw!r}"


def _sentence(kind: type, text: object) -> Sentence:
    """A sentence is told as text."""
    assert kind is Sentence
    assert isinstance(text, str)
    return sentence_of(text)


def as_told(event: Publish) -> dict[str, Any]:
    """The body of a fact as desktops get it."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event.body, enc_hook=spoken))
    return told
