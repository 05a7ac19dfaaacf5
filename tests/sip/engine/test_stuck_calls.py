"""A call that was hung up and whose end pjsip has forgotten gives its slot back."""

from __future__ import annotations

import pytest

from dialer.vocabulary import telephony

from .plain import Peer, offer
from .rig import Engine

ROUTES = ("tel:+12025550123", "tel:+12025550123;lr")
GIVEN_UP_S = 32.0
"""How long a 200 is repeated without an ACK (RFC 3261 13.3.1.4)."""


@pytest.mark.timeout(120)
def test_a_call_whose_bye_has_no_route_gives_its_slot_back(engine: Engine) -> None:
    """It is hung up before its ACK, which never comes. The BYE is sent when the 200 is given up, or cannot be sent."""
    with Peer() as peer:
        for route in ROUTES:
            peer.ask_outside("INVITE", ("127.0.0.1", engine.ports[0]), f"Record-Route: <{route}>", body=offer())
            leg = engine.expect(telephony.LegOffered).leg
            engine.submit(telephony.Answer(leg), telephony.HangUp(leg))
            assert peer.answer_to("INVITE").code == 200
            cleared = engine.cleared(leg)
        engine.expect(
            telephony.EngineStatistics, lambda event: event.at > cleared.at and event.lingering == len(ROUTES)
        )
        engine.expect(
            telephony.EngineStatistics,
            lambda event: event.at > cleared.at + GIVEN_UP_S / 2 and event.lingering == 0,
            timeout_s=GIVEN_UP_S + 20.0,
        )
