"""A command to a leg that has just ended is an ordinary crossing: no fault is reported, and the leg is cleared once."""

from __future__ import annotations

import threading

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy

from .plain import Peer, offer
from .rig import Engine


def deafen(engine: Engine, leg: LegId) -> None:
    """Suppress pjsip's report of the leg's end, as if the command were faster."""
    done = threading.Event()

    def on_owner() -> None:
        found = engine.owner._board.registry.get(leg)  # no peer on the wire is reliably as fast
        assert found is not None
        assert found.call is not None
        found.call.given_up = True
        done.set()

    engine.owner._loop.post(on_owner)  # as above
    assert done.wait(5.0)


def told(engine: Engine, leg: LegId) -> list[telephony.Event]:
    kinds = (telephony.EngineFault, telephony.LegCleared)
    return [event for event in engine.events if isinstance(event, kinds) and event.leg == leg]


def test_a_hang_up_that_crosses_the_bye_of_the_far_end_is_no_fault(engine: Engine) -> None:
    with Peer() as peer:
        leg = engine.dial(peer.port)
        invite = peer.request_of("INVITE")
        peer.answer(invite)
        engine.answered(leg)
        deafen(engine, leg)
        peer.ask("BYE", invite, 1)
        assert peer.answer_to("BYE").code == 200
        engine.submit(telephony.HangUp(leg))
        assert engine.cleared(leg).by is ClearedBy.US
    assert [type(event) for event in told(engine, leg)] == [telephony.LegCleared]


@pytest.mark.parametrize("command", [telephony.Answer, telephony.Alert, telephony.HangUp])
def test_an_answer_that_crosses_the_cancel_of_the_caller_is_no_fault(
    engine: Engine, command: type[telephony.Answer | telephony.Alert | telephony.HangUp]
) -> None:
    with Peer() as peer:
        asked = peer.ask_outside("INVITE", ("127.0.0.1", engine.ports[0]), body=offer())
        leg = engine.expect(telephony.LegOffered).leg
        deafen(engine, leg)
        head = asked.split("\r\n\r\n")[0].replace("INVITE", "CANCEL").split("\r\n")
        lines = [line for line in head if not line.lower().startswith("content-")]
        peer.send("\r\n".join([*lines, "Content-Length: 0", "", ""]), ("127.0.0.1", engine.ports[0]))
        assert peer.answer_to("INVITE").code == 487
        engine.submit(command(leg))
        assert engine.cleared(leg).by is (ClearedBy.US if command is telephony.HangUp else ClearedBy.PEER)
    assert [type(event) for event in told(engine, leg)] == [telephony.LegCleared]
