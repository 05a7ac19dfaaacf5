"""The memory of a call while its transactions still run, up to 32 s after its end (RFC 3261 17.1)."""

from __future__ import annotations

from dialer.vocabulary import telephony
from sip.engine.pulse import Pulse

from .plain import Peer
from .rig import Engine

CALLS = 200
REFUSED_CALL_KB = 34.0
"""Dialog, SDP, INVITE's transaction and ACK. 26, and 42 where each message took room for the longest."""


def refused(engine: Engine, peer: Peer) -> None:
    leg = engine.dial(peer.port)
    peer.respond(peer.request_of("INVITE"), 486, "Busy Here")
    assert engine.cleared(leg).code == 486


def test_a_refused_call_keeps_its_messages_and_not_the_room_of_the_longest(engine: Engine) -> None:
    """The engine runs in this process."""
    pulse = Pulse(1.0)
    with Peer() as peer:
        refused(engine, peer)  # one-time allocations
        pulse.look_at_heap()
        before = pulse.heap_mb
        for _ in range(CALLS):
            refused(engine, peer)
        pulse.look_at_heap()
    pulse.close()
    assert (pulse.heap_mb - before) * 1000 / CALLS < REFUSED_CALL_KB


def test_the_statistics_tell_what_is_in_use_of_the_heap(engine: Engine) -> None:
    told = engine.expect(telephony.EngineStatistics)
    assert told.heap_mb > 10.0
    assert told.rss_mb > 10.0
