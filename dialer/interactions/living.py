"""An open interaction as bytes, so that a node that comes back can adopt it."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from dialer.interactions.interaction import INTERACTION_TABLE, Interaction, InteractionState
from dialer.interactions.party import PARTY_TABLE, PartyState
from dialer.machine import Machine


def _flatten(value: object) -> object:
    if isinstance(value, Machine):
        return [value.name, value.state.value, value.since]
    raise TypeError(f"cannot encode {type(value).__name__}")


def _revive(type_: type, value: Any) -> object:
    name, state, since = value
    if get_args(type_)[0] is InteractionState:
        return Machine(INTERACTION_TABLE, name, InteractionState(state), since)
    return Machine(PARTY_TABLE, name, PartyState(state), since)


# Equal interactions give equal bytes, whatever the order of a set.
_ENCODER = msgspec.msgpack.Encoder(enc_hook=_flatten, order="deterministic")


_DECODER = msgspec.msgpack.Decoder(Interaction, dec_hook=_revive)


def encode(interaction: Interaction) -> bytes:
    return _ENCODER.encode(interaction)


def decode(live: bytes) -> Interaction:
    """Raises msgspec.DecodeError for bytes of another version."""
    return _DECODER.decode(live)
