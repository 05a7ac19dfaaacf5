"""The end of an engine: for a moment it goes on without faults, to take its registrations back."""

from __future__ import annotations

from pathlib import Path

from dialer.vocabulary import telephony

from .rig import CARRIER, TRUNK, Engine, Sipp
from .scenario import receive, respond, script

REGISTRAR = script(
    receive("REGISTER"),
    respond(200, "OK", "Expires: 60").replace("Contact: <sip:peer@[local_ip]:[local_port]>", "[last_Contact:]"),
)


def test_what_was_played_a_moment_ago_is_no_fault_at_the_end(tmp_path: Path) -> None:
    """A stopped player is kept for a second, which is over during the end."""
    engine = Engine(tmp_path)
    with Sipp(tmp_path, REGISTRAR) as sipp, engine:
        engine.apply(engine.account(TRUNK, registrar=f"127.0.0.1:{sipp.port}"), engine.account(CARRIER))
        assert engine.expect(telephony.AccountState).registered
        sipp.finished()
        ours, _ = engine.conversation()
        for _ in range(8):
            engine.submit(telephony.Play(ours, telephony.Tone(1000)), telephony.StopPlay(ours))
            engine.expect(telephony.EngineStatistics)
    assert [event for event in engine.events if isinstance(event, telephony.EngineFault)] == []
