"""Resources that an engine may lack, in words, as opposed to faults of trunks and phones."""

from __future__ import annotations

import errno

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId

_ERRNO_START = 120_000
"""pjlib adds this to errno (PJ_ERRNO_START_SYS)."""
_PJ_NO_MEMORY = 70_007
_PJ_TOO_MANY = 70_010


def shortage_of(problem: pj.Error, engine: EngineId, media: telephony.Media) -> str:
    """The resource that an engine lacked for a call, with the remedy; "" for other errors."""
    match problem.status - _ERRNO_START:
        case errno.EADDRINUSE:
            low, high = media.rtp_port_low, media.rtp_port_high
            return (
                f"{engine} has no free RTP port from {low} to {high}; widen rtp_port_low and rtp_port_high of the "
                "engine, or end the program that has them"
            )
        case errno.EMFILE | errno.ENFILE:
            return f"{engine} has no file descriptor left; raise the limit of open files of its service"
        case errno.ENOMEM | errno.ENOBUFS:
            return f"{engine} gets no memory from the system; end what takes it"
    if problem.status == _PJ_NO_MEMORY:
        return f"{engine} gets no memory from the system; end what takes it"
    if problem.status == _PJ_TOO_MANY:
        return f"{engine} has no room for another leg; start another engine, or lower max_legs of the trunks"
    return ""
