"""An open interaction as bytes, from which a restarted node can adopt it.

The bytes carry the version of their form, so that open conversations outlive an upgrade of the product. The first form
was the interaction alone; later ones are a pair, the number of the form and the interaction. Bytes of a former form are
taken through each later one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import msgspec

from dialer.interactions.attempt import ATTEMPT_TABLE, SHED, AttemptFault, AttemptState
from dialer.interactions.interaction import INTERACTION_TABLE, Interaction
from dialer.interactions.party import PARTY_TABLE, PartyState
from dialer.machine import Machine, Table

FORM = 3

_TABLES: Mapping[type, Table[Any, Any]] = {
    type(table.initial): table for table in (INTERACTION_TABLE, PARTY_TABLE, ATTEMPT_TABLE)
}
"""The machines of an interaction, by the type of their states."""


def _flatten(value: object) -> object:
    if isinstance(value, Machine):
        return [value.name, value.state.value, value.since]
    raise TypeError(f"cannot encode {type(value).__name__}")


def _revive(type_: type, value: Any) -> object:
    name, state, since = value
    states = get_args(type_)[0]
    return Machine(_TABLES[states], name, states(state), since)


# Equal interactions give equal bytes, whatever the order of a set.
_ENCODER = msgspec.msgpack.Encoder(enc_hook=_flatten, order="deterministic")
_DECODER = msgspec.msgpack.Decoder(tuple[int, Interaction], dec_hook=_revive)
_PLAIN = msgspec.msgpack.Decoder()


def encode(interaction: Interaction) -> bytes:
    return _ENCODER.encode((FORM, interaction))


def decode(live: bytes) -> Interaction:
    """Raises msgspec.DecodeError for bytes that are no interaction, or of a form that is newer than this version."""
    kept = _PLAIN.decode(live)
    form, former = (1, kept) if isinstance(kept, dict) else _form_of(kept)
    if form == FORM:
        return _DECODER.decode(live)[1]
    if form not in _LATER:
        raise msgspec.DecodeError(f"an interaction was kept in form {form}, and this version knows up to {FORM}")
    try:
        for each in range(form, FORM):
            _LATER[each](former)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise msgspec.DecodeError(f"not an interaction of form {form}: {error!r}") from error
    return msgspec.convert(former, Interaction, dec_hook=_revive)


def _form_of(kept: Any) -> tuple[Any, Any]:
    return (kept[0], kept[1]) if isinstance(kept, list) and len(kept) == 2 else (None, None)


def _from_first(kept: dict[str, Any]) -> None:
    """The first form had a flag where the owner's party has the state RECONNECTING now."""
    if kept.pop("reconnecting", False):
        for party in kept["parties"]:
            name, state, since = party["machine"]
            if state != PartyState.DONE:
                party["machine"] = [name, PartyState.RECONNECTING.value, since]
                break


def _from_second(kept: dict[str, Any]) -> None:
    """The second form had flags where an attempt has states now."""
    attempt = kept["attempt"]
    if attempt is None:
        return
    flags = {
        flag: attempt.pop(flag) for flag in ("alerted", "abandoned", "settled", "shed", "counted", "mute", "short")
    }
    attempt["machine"] = [attempt["id"], _state_of(attempt, flags).value, kept["machine"][2]]
    attempt["abandoned_at"] = (attempt["answered_at"] or attempt["begun_at"]) if flags["abandoned"] else None
    if flags["shed"]:
        attempt["cancelled"] = SHED
    fault = AttemptFault.MUTE if flags["mute"] else AttemptFault.SHORT if flags["short"] else None
    attempt["fault"] = fault


def _state_of(attempt: dict[str, Any], flags: dict[str, bool]) -> AttemptState:
    if flags["settled"]:
        return AttemptState.SETTLED
    if flags["counted"]:
        return AttemptState.ANSWERED
    if attempt["cancelled"]:
        return AttemptState.CANCELLING
    return AttemptState.DIALING if attempt["alerted_at"] is None else AttemptState.ALERTING


_LATER: Mapping[int, Callable[[dict[str, Any]], None]] = {1: _from_first, 2: _from_second}
"""Makes of a form the next one, in place."""
