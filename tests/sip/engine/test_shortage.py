"""An engine without a resource names it, and blames no trunk or phone."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack, suppress

import pjsua2 as pj
import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.telephony import ClearedBy
from sip.engine.shortage import shortage_of

from .rig import CARRIER, TRUNK, Engine

MEDIA = telephony.Media(rtp_port_low=24400, rtp_port_high=24402)


def _two_pairs() -> int:
    """The first of four free ports of loopback, at an even number."""
    while True:
        with ExitStack() as stack:
            first = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            first.bind(("127.0.0.1", 0))
            low = int(first.getsockname()[1])
            with suppress(OSError):
                for port in range(low + 1, low + 4):
                    stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind(("127.0.0.1", port))
                if low % 2 == 0:
                    return low


def test_no_free_rtp_port_is_the_engines_and_said_so(bare: Engine) -> None:
    """Two pairs of ports: one call of the rig, which has both of its ends here."""
    low = _two_pairs()
    media = telephony.Media(rtp_port_low=low, rtp_port_high=low + 2)
    accounts = (bare.account(TRUNK), bare.account(CARRIER))
    bare.submit(telephony.Configure(revision=1, accounts=accounts, media=media))
    bare.expect(telephony.ConfigurationTaken)
    ours, theirs = bare.conversation()
    cleared = bare.cleared(bare.dial())
    assert (cleared.by, cleared.exhausted, cleared.heard) == (ClearedBy.REFUSED, True, False)
    assert cleared.reason.startswith(f"e1 has no free RTP port from {low} to {low + 2}; widen rtp_port_low and ")
    bare.submit(telephony.HangUp(ours))
    bare.cleared(theirs)
    bare.expect(telephony.EngineStatistics, lambda event: event.legs == 0 and event.lingering == 0)
    bare.conversation()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (120_000 + errno.EADDRINUSE, "e1 has no free RTP port from 24400 to 24402"),
        (120_000 + errno.EMFILE, "e1 has no file descriptor left"),
        (120_000 + errno.ENFILE, "e1 has no file descriptor left"),
        (120_000 + errno.ENOBUFS, "e1 gets no memory from the system"),
        (70_007, "e1 gets no memory from the system"),
        (70_010, "e1 has no room for another leg"),
        (120_000 + errno.ECONNREFUSED, ""),
        (171_000, ""),
    ],
)
def test_what_is_a_shortage(status: int, words: str) -> None:
    problem = pj.Error()
    problem.status = status
    told = shortage_of(problem, EngineId("e1"), MEDIA)
    assert told.partition(";")[0] == words
