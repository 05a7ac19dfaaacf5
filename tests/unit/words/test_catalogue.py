"""Every reason has a sentence, and no sentence names a fact that is not there."""

from __future__ import annotations

from collections import Counter
from typing import get_type_hints

import msgspec
import pytest

from dialer.vocabulary import topics
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.reasons import all_reasons
from dialer.vocabulary.reasons.desk import EndCallFirst, NotPermitted
from dialer.vocabulary.reasons.dialing import TrunksDown, TrunkState
from dialer.vocabulary.reasons.floor import CampaignStopped
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.words import say, spoken, words_of
from dialer.words.en import sentences
from dialer.words.template import read

REASONS = {str(kind.__struct_config__.tag): kind for kind in all_reasons()}


def test_each_key_is_that_of_one_reason_and_has_one_sentence() -> None:
    keys = Counter(str(kind.__struct_config__.tag) for kind in all_reasons())
    assert [key for key, count in keys.items() if count > 1] == []
    assert set(sentences()) == set(keys)


@pytest.mark.parametrize("key", sorted(REASONS))
def test_a_sentence_names_facts_of_its_reason(key: str) -> None:
    kind = REASONS[key]
    assert read(sentences()[key]).names() <= set(kind.__struct_fields__)
    assert set(kind.__struct_fields__) <= set(get_type_hints(kind)), "a fact has a type"


def test_a_refusal_has_a_code_a_key_and_facts_and_is_said_at_the_border() -> None:
    refused = Refused(NotPermitted("reject", "give_back"))
    assert (refused.code, refused.reason.key) == ("not_permitted", "not_permitted")
    assert refused.facts == {"permission": "reject", "to": "give_back"}
    assert words_of(refused) == "You may not give records back in this campaign."
    assert EndCallFirst("connected").code == "call_in_progress"
    assert EndCallFirst("connected").key == "call_in_progress.done"


def test_what_does_not_exist_is_named() -> None:
    assert NotFound("agent", "bob").code == "agent_not_found"
    assert words_of(NotFound("agent", "bob")) == "There is no agent 'bob'."


def test_reasons_among_the_facts_are_put_in_words_and_listed() -> None:
    states = (TrunkState("east", "down"), TrunkState("west", "max_legs"))
    assert say(TrunksDown(states, 2)) == "No trunk can take the call (east: down, west: max_legs)."
    assert say(TrunksDown((), 0)) == "No trunk can take the call (none is configured)."
    assert Refused(TrunksDown(states, 2)).facts["trunks"][0] == {
        "code": "trunk_state",
        "trunk": "east",
        "because": "down",
    }


def test_an_event_tells_its_reason_in_words_and_by_key() -> None:
    told = topics.NoRecord(Sentence(CampaignStopped("spring")))
    assert msgspec.json.decode(msgspec.json.encode(told, enc_hook=spoken)) == {
        "reason": "spring was stopped.",
        "because": {"key": "campaign_stopped", "facts": {"campaign": "spring"}},
    }


def test_a_sentence_leaves_as_text() -> None:
    body = {"reason": Sentence(EndCallFirst("connected")), "none": Sentence()}
    assert msgspec.json.decode(msgspec.json.encode(body, enc_hook=spoken)) == {
        "reason": "End the call first.",
        "none": "",
    }
    assert Sentence(EndCallFirst("a")) == Sentence(EndCallFirst("a"))
    assert not isinstance(Sentence(), Reason)
