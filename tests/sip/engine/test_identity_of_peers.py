"""The party that a peer asserts at its end, from the answer and from later requests (RFC 3325, RFC 4916)."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import LegRole

from .rig import CARRIER, TRUNK, Engine, Sipp
from .scenario import invited, pause, receive, receive_response, request, respond, script, sdp

FIRST, SECOND = (f'"Phone" <sip:{user}@192.0.2.20>' for user in ("101", "102"))


def identities(engine: Engine, leg: LegId) -> list[str]:
    return list(dict.fromkeys(each.identity for each in engine.of(telephony.LegMedia, leg) if each.identity))


@pytest.mark.parametrize("header", ["P-Asserted-Identity", "Remote-Party-ID"])
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_phone_that_was_moved_is_told(tmp_path: Path, header: str, method: str) -> None:
    engine = Engine(tmp_path)
    changes = [request(method, 2, f"{header}: {SECOND}", body=sdp(version=2)), receive_response(200)]
    if method == "INVITE":
        changes.append(request("ACK", 2))
    steps = script(
        invited(),
        respond(200, "OK", f"{header}: {FIRST}", body=sdp(), retransmit=True),
        receive("ACK"),
        pause(200),
        *changes,
        receive("BYE"),
        respond(200, "OK"),
    )
    with Sipp(tmp_path, steps) as sipp, engine:
        engine.apply(engine.account(TRUNK, peers=("127.0.0.1",)), engine.account(CARRIER))
        leg = engine.dial(sipp.port, role=LegRole.AGENT)
        engine.expect(telephony.LegMedia, lambda event: event.leg == leg and event.identity == "102")
        assert identities(engine, leg) == ["101", "102"]
        engine.submit(telephony.HangUp(leg))
        engine.cleared(leg)
        sipp.finished()
