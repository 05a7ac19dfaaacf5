"""The answers to a node for commands that the engine does not carry out."""

from __future__ import annotations

import time

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId, LegId
from sip.engine.wiretext import clean
from sip.wire import VERSION, Unread

_DIAL = str(telephony.Dial.__struct_config__.tag)
_OLDER = "it is older than the node. Upgrade the engine."
_SHORT = 200
"""The most characters quoted of an unreadable command."""


def refused(command: telephony.Command, problem: str) -> telephony.Event:
    """The owner did not take the command."""
    if isinstance(command, telephony.Dial):
        return _cleared(command.leg, problem)
    leg = getattr(command, "leg", None)
    return telephony.EngineFault(where=type(command).__name__, problem=problem, at=time.monotonic(), leg=leg)


def refused_unread(unread: Unread, engine: EngineId, version: int) -> telephony.Event:
    """The command is one of a newer node, or unreadable. `version` is that of the node's wire."""
    tag, leg = clean(unread.tag, _SHORT), unread.leg and LegId(clean(unread.leg, _SHORT))
    if unread.is_known:
        because = telephony.RefusedBecause.UNREADABLE
        what = f"cannot read this form of the command {tag!r} ({clean(unread.problem, _SHORT)})"
    else:
        because, what = telephony.RefusedBecause.UNKNOWN, f"does not know the command {tag!r}"
    is_of_before = version < VERSION and not unread.is_known
    remedy = "the node is older than it. Upgrade the node." if is_of_before else _OLDER
    problem = f"Engine {engine} {what}: {remedy}"
    if tag == _DIAL and leg is not None:
        return _cleared(leg, problem)
    refusal = telephony.CommandRefused(command=tag, because=because, problem=problem, at=time.monotonic(), leg=leg)
    if version < 2:  # a node of version 1 does not know the event
        return telephony.EngineFault(where=tag, problem=problem, at=refusal.at, leg=leg)
    return refusal


def _cleared(leg: LegId, problem: str) -> telephony.LegCleared:
    return telephony.LegCleared(
        leg=leg, code=0, reason=problem, q850=None, by=telephony.ClearedBy.REFUSED, at=time.monotonic()
    )
