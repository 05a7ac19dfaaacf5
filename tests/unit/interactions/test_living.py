"""Open interactions outlive an upgrade: what former versions kept is adopted."""

from __future__ import annotations

from base64 import b64decode

import msgspec
import pytest

from dialer.interactions.interaction import InteractionState
from dialer.interactions.living import decode, encode
from dialer.interactions.party import PartyState
from tests.unit.interactions.first_form import FIRST_FORM

_I, _P = InteractionState, PartyState

STATES = {
    "previewing": (_I.PREVIEW, _P.OFFERED),
    "ringing_phone": (_I.PREVIEW, _P.ALERTING),
    "dialing": (_I.DIALING, _P.ALERTING),
    "talking": (_I.CONNECTED, _P.TALKING),
    "holding": (_I.CONNECTED, _P.HOLDING),
    "reconnecting": (_I.CONNECTED, _P.RECONNECTING),
    "after_call": (_I.CLEARED, _P.AFTER_CALL),
}


@pytest.mark.parametrize("name", list(FIRST_FORM))
def test_the_first_form_is_adopted(name: str) -> None:
    interaction = decode(b64decode(FIRST_FORM[name]))
    owner = interaction.owner
    assert owner is not None
    assert (interaction.state, owner.state) == STATES[name]
    assert interaction.contact == "Contact 1"
    assert interaction.reconnecting is (name == "reconnecting")
    assert encode(decode(encode(interaction))) == encode(interaction)


@pytest.mark.parametrize("live", [b"", b"\x00", b"\xc1", msgspec.msgpack.encode((99, {})), msgspec.msgpack.encode([])])
def test_what_is_no_interaction_of_ours_is_said(live: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(live)
