"""The simulated engine answers every command of a node, or refuses it."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from dialer.simulation import engine as simulation
from dialer.simulation.agenda import Agenda
from dialer.simulation.engine import SimulatedEngine
from dialer.vocabulary import telephony as t
from dialer.vocabulary.ids import AccountId, BridgeId, EngineId, LegId, RecordingId

LEG, ACCOUNT, BRIDGE = LegId("L1"), AccountId("trunk/main"), BridgeId("B1")
URI = "sip:+442079460123@192.0.2.1"
DIAL = t.Dial(LEG, ACCOUNT, URI, "A1.0", 30.0)
FILE = t.File("wait.wav")
RECORDING = RecordingId("R1")

#: One command of each kind with its visible effect: an event, or the line.
ANSWERED: list[tuple[t.Command, Any]] = [
    (t.Configure(1, (), t.Media("192.0.2.9", "", 40_000, 40_100)), t.ConfigurationTaken),
    (t.Dial(LegId("L2"), ACCOUNT, URI, "A2.0", 30.0), lambda engine: LegId("L2") in engine.lines),
    (t.HangUp(LEG), t.LegCleared),
    (t.Join(LEG, BRIDGE), lambda engine: engine.lines[LEG].bridge == BRIDGE),
    (t.Leave(LEG), lambda engine: engine.lines[LEG].bridge is None),
    (t.Play(LEG, FILE), lambda engine: engine.lines[LEG].playing),
    (t.Play(LEG, FILE, key="queue_message/1"), t.PlayFinished),
    (t.StopPlay(LEG), lambda engine: not engine.lines[LEG].playing),
    (t.SendDigits(LEG, "12#"), lambda engine: engine.lines[LEG].digits == "12#"),
    (t.Probe(ACCOUNT, URI), t.ProbeCompleted),
    (t.Snapshot(), t.SnapshotTaken),
]
REFUSED: list[t.Command] = [
    t.Alert(LEG),
    t.Answer(LEG),
    t.Reject(LEG, 480),
    t.SetVolume(LEG, 6.0),
    t.StartRecording(LEG, RECORDING, "call.wav"),
    t.PauseRecording(LEG, RECORDING),
    t.ResumeRecording(LEG, RECORDING),
    t.StopRecording(LEG, RECORDING),
    t.StartAnalysis(LEG, "tones"),
    t.StopAnalysis(LEG, "tones"),
    t.Refer(LEG, URI),
    t.HoldPeer(LEG),
    t.ResumePeer(LEG),
    t.Drain(),
]


class Exchange:
    """An engine with a line that is up, in a bridge and played to; `said` has its events from then on."""

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.said: list[t.Event] = []
        self.engine = SimulatedEngine(EngineId("engine-1"), self.agenda, lambda _, __, event: self.said.append(event))
        self.engine.connect(new_node=True)
        self.engine.take(DIAL)
        line = self.engine.lines[LEG]
        self.engine.answer(line)
        line.bridge, line.playing = BridgeId("B0"), True
        self.agenda.run(1.0)
        self.said.clear()

    def take(self, command: t.Command) -> None:
        self.engine.take(command)
        self.agenda.run(self.agenda.now + simulation.PLAY_S + 1.0)


@pytest.mark.parametrize(("command", "expected"), ANSWERED, ids=lambda each: type(each).__name__)
def test_a_command_is_carried_out(command: t.Command, expected: Any) -> None:
    exchange = Exchange()
    exchange.take(command)
    if isinstance(expected, type):
        assert [type(event) for event in exchange.said] == [expected]
    else:
        assert expected(exchange.engine)
        assert not exchange.said


@pytest.mark.parametrize("command", REFUSED, ids=lambda each: type(each).__name__)
def test_a_command_that_is_not_simulated_is_refused_in_words(command: t.Command) -> None:
    exchange = Exchange()
    exchange.take(command)
    (said,) = exchange.said
    assert isinstance(said, t.CommandRefused)
    assert (said.because, said.leg) == (t.RefusedBecause.ABILITY, getattr(command, "leg", None))
    assert type(command).__name__ in said.problem
    assert said.command == type(command).__struct_config__.tag


def test_no_command_is_left_out() -> None:
    answered = {type(command) for command, _ in ANSWERED}
    refused = {type(command) for command in REFUSED}
    assert answered | refused == set(get_args(t.Command))
    assert not answered & refused
