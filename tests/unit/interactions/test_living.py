"""Open interactions outlive an upgrade: those kept by former versions are adopted."""

from __future__ import annotations

from base64 import b64decode

import msgspec
import pytest

from dialer.interactions.attempt import SHED, AttemptFault, AttemptState
from dialer.interactions.interaction import InteractionState
from dialer.interactions.living import FORM, decode, encode
from dialer.interactions.party import PartyState
from tests.unit.interactions.first_form import FIRST_FORM
from tests.unit.interactions.second_form import SECOND_FORM

_A, _I, _P = AttemptState, InteractionState, PartyState

FIRST = {
    "previewing": (_I.PREVIEW, _P.OFFERED, None),
    "ringing_phone": (_I.PREVIEW, _P.ALERTING, None),
    "dialing": (_I.DIALING, _P.ALERTING, _A.DIALING),
    "talking": (_I.CONNECTED, _P.TALKING, _A.ANSWERED),
    "holding": (_I.CONNECTED, _P.HOLDING, _A.ANSWERED),
    "reconnecting": (_I.CONNECTED, _P.RECONNECTING, _A.ANSWERED),
    "after_call": (_I.CLEARED, _P.AFTER_CALL, _A.SETTLED),
}

#: And why the attempt was cancelled, its fault, and whether the contact was abandoned.
SECOND = {
    "offered": (_I.PREVIEW, _P.OFFERED, None, "", None, False),
    "dialing": (_I.DIALING, _P.ALERTING, _A.DIALING, "", None, False),
    "alerting": (_I.DIALING, _P.ALERTING, _A.ALERTING, "", None, False),
    "cancelling": (_I.DIALING, _P.ALERTING, _A.CANCELLING, "by_agent", None, False),
    "shed": (_I.DIALING, None, _A.CANCELLING, SHED, None, False),
    "picked_up_too_late": (_I.DIALING, None, _A.CANCELLING, SHED, None, False),
    "waiting": (_I.QUEUED, _P.ALERTING, _A.ANSWERED, "", None, False),
    "abandoned": (_I.QUEUED, _P.ALERTING, _A.ANSWERED, "", None, True),
    "talking_late": (_I.CONNECTED, _P.TALKING, _A.ANSWERED, "", None, True),
    "talking": (_I.CONNECTED, _P.TALKING, _A.ANSWERED, "", None, False),
    "after_call": (_I.CLEARED, _P.AFTER_CALL, _A.SETTLED, "", None, False),
    "not_reached": (_I.CLEARED, _P.AFTER_CALL, _A.SETTLED, "", None, False),
    "without_audio": (_I.CLEARED, _P.AFTER_CALL, _A.SETTLED, "", AttemptFault.MUTE, True),
    "engine_short": (_I.CLEARED, _P.AFTER_CALL, _A.SETTLED, "", AttemptFault.SHORT, False),
}


@pytest.mark.parametrize("name", list(FIRST_FORM))
def test_the_first_form_is_adopted(name: str) -> None:
    interaction = decode(b64decode(FIRST_FORM[name]))
    owner, attempt = interaction.owner, interaction.attempt
    assert owner is not None
    assert (interaction.state, owner.state, attempt.state if attempt else None) == FIRST[name]
    assert interaction.contact == "Contact 1"
    assert interaction.reconnecting is (name == "reconnecting")
    assert encode(decode(encode(interaction))) == encode(interaction)


@pytest.mark.parametrize("name", list(SECOND_FORM))
def test_the_second_form_is_adopted(name: str) -> None:
    live = b64decode(SECOND_FORM[name])
    interaction = decode(live)
    owner, attempt = interaction.owner, interaction.attempt
    facts = ("", None, False) if attempt is None else (attempt.cancelled, attempt.fault, attempt.abandoned)
    states = interaction.state, owner.state if owner else None, attempt.state if attempt else None
    assert (*states, *facts) == SECOND[name]
    kept = msgspec.msgpack.decode(live)[1]["attempt"]
    if attempt is not None:
        alerted = kept["alerted"] or kept["answered_at"] is not None
        assert (attempt.alerted, attempt.answered_at) == (alerted, kept["answered_at"])
        assert attempt.machine.name == attempt.id
    assert msgspec.msgpack.decode(encode(interaction))[0] == FORM
    assert encode(decode(encode(interaction))) == encode(interaction)


NONE_OF_OURS: list[object] = [(99, {}), [], (2,), (2, {"attempt": {}}), (2, "attempt"), {}, {"reconnecting": True}]


@pytest.mark.parametrize("live", [b"", b"\x00", b"\xc1", *map(msgspec.msgpack.encode, NONE_OF_OURS)])
def test_what_is_no_interaction_of_ours_is_said(live: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(live)
