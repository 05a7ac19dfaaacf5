from __future__ import annotations

from pathlib import Path

from dialer.pacing.baselines.ratio import Ratio
from dialer.pacing.pacer import AgentStage, Observation, Observed, Outcome, PacingSnapshot, Traits
from dialer.pacing.trace import Entry, Recorder, read_trace, replay, write_trace
from dialer.vocabulary.ids import AttemptId


def recorded() -> list[Entry]:
    entries: list[Entry] = []
    pacer = Recorder(Ratio(2.0), entries.append)
    pacer.observe(Observation(Observed.AGENT_CHANGED, 0.0, agent="ada", stage=AgentStage.IDLE))
    for now in (0.0, 0.5):
        idle = PacingSnapshot(
            idle=2, reserved=0, busy=1, ringing=int(now * 2), waiting=0, in_hand=9, upcoming=(Traits(0.3),)
        )
        pacer.decide(now, idle)
    pacer.observe(Observation(Observed.DIALED, 0.0, AttemptId("a1"), traits=Traits(score=0.3)))
    pacer.observe(Observation(Observed.ENDED, 0.9, AttemptId("a1"), outcome=Outcome.UNANSWERED))
    return entries


def test_a_trace_is_the_same_after_it_was_written(tmp_path: Path) -> None:
    entries = recorded()
    write_trace(tmp_path / "trace.jsonl", entries)
    assert list(read_trace(tmp_path / "trace.jsonl")) == entries
    assert len(entries) == 5


def test_the_same_rule_decides_the_same() -> None:
    assert not list(replay(recorded(), Ratio(2.0)))


def test_another_rule_is_found_out() -> None:
    differences = list(replay(recorded(), Ratio(3.0)))
    assert [(each.number, each.recorded.dial, each.replayed.dial) for each in differences] == [(0, 4, 6), (1, 3, 5)]
