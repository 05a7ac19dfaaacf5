"""An open interaction as bytes, so that a node that comes back can adopt it.

The bytes say which form they have: an upgrade of the product orphans no open conversation. The first form was the
interaction alone; later ones are a pair, the number of the form and the interaction."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from dialer.interactions.interaction import INTERACTION_TABLE, Interaction, InteractionState
from dialer.interactions.party import PARTY_TABLE, PartyState
from dialer.machine import Machine

FORM = 2


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
_DECODER = msgspec.msgpack.Decoder(tuple[int, Interaction], dec_hook=_revive)
_PLAIN = msgspec.msgpack.Decoder()


def encode(interaction: Interaction) -> bytes:
    return _ENCODER.encode((FORM, interaction))


def decode(live: bytes) -> Interaction:
    """Raises msgspec.DecodeError for bytes that are no interaction, or of a form that is newer than this version."""
    kept = _PLAIN.decode(live)
    if isinstance(kept, dict):
        return msgspec.convert(_from_first(kept), Interaction, dec_hook=_revive)
    form = kept[0] if isinstance(kept, list) and kept else None
    if form != FORM:
        raise msgspec.DecodeError(f"an interaction was kept in form {form}, and this version knows up to {FORM}")
    return _DECODER.decode(live)[1]


def _from_first(kept: dict[str, Any]) -> dict[str, Any]:
    """The first form had a flag where the owner's party has the state RECONNECTING now."""
    if kept.pop("reconnecting", False):
        for party in kept["parties"]:
            name, state, since = party["machine"]
            if state != PartyState.DONE:
                party["machine"] = [name, PartyState.RECONNECTING.value, since]
                break
    return kept
