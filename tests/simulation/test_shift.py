"""The simulated shift: its figures, and that the seed determines them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.pacing.cell import Cell, varied
from bench.pacing.shift import Shift as HarnessShift
from config.model import CallingList, CampaignSettings, Mode, Predictive, Trunk
from dialer.pacing import Pacer
from dialer.pacing.rules import Shift as RuleShift
from dialer.pacing.rules import pacer
from dialer.pacing.trace import Decided, Entry, Recorder, replay
from dialer.simulation.laws import Breaks
from dialer.simulation.plot import per_agent
from dialer.simulation.profile import DRIFT, FLAT
from dialer.simulation.setting import Plan
from dialer.simulation.shift import SimulatedShift
from dialer.simulation.tally import Piece
from tests.simulation.invariants import check, check_drained


def _watched(plan: Plan, seed: int) -> SimulatedShift:
    """A shift whose invariants are checked after each message."""
    shift = SimulatedShift(plan, seed)
    shift.after_each = lambda: check(shift.world)
    return shift


def test_contacts_who_share_a_number_of_fiction_do_not_rest_for_each_other() -> None:
    shift = SimulatedShift(Plan(10, 0.25, "ratio:4", 1.5, FLAT), 1)
    shift.run()
    assert len(shift.tables.attempts) > 1200, "more than there are numbers"
    assert sum(1 for each in shift.tables.attempts.values() if each.settled and each.settled.abandoned) > 50
    assert not [each for each in shift.tables.history if each.kind == "not_dialed"]


def test_progressive_dialing_wastes_what_it_must() -> None:
    """Talk and wrap of 140 s against 140 s and the time to an answer: 65 percent at 25 percent answers."""
    shift = SimulatedShift(Plan(25, 0.25, "progressive", 3.0, FLAT), 1)
    shift.run()
    utilisation = shift.tally.working_s / shift.tally.staffed_s
    assert 0.625 < utilisation < 0.675
    assert shift.tally.abandoned == 0


def test_nothing_is_left_over_after_a_shift() -> None:
    shift = _watched(Plan(5, 0.25, "progressive", 0.4, DRIFT), 2)
    shift.run()
    shift.drain()
    check_drained(shift)


def test_the_trace_is_the_same_wherever_the_sounds_are() -> None:
    def trace(folder: str) -> str:
        message = CampaignSettings(
            name="x",
            mode=Mode.PREDICTIVE_ASM,
            teams=("t",),
            lists=(CallingList(name="l"),),
            trunks=("t",),
            waiting_message=f"{folder}/sorry.wav",
        )
        shift = SimulatedShift(Plan(6, 0.4, "ratio:3", 0.3, campaign=message), 1)
        shift.run()
        assert shift.tally.abandoned, "somebody heard the message"
        return shift.trace.hexdigest()

    assert trace("/srv/sounds") == trace("/var/lib/elsewhere")


@pytest.mark.parametrize("hours", [0.001, 0.0333, 0.0123456789])
def test_a_shift_of_any_length_comes_to_its_end(hours: float) -> None:
    """The sum of 2 and 3.6 - 2 is less than 3.6 in floating-point numbers."""
    shift = SimulatedShift(Plan(2, 0.25, "progressive", hours, FLAT), 1)
    told: list[float] = []
    shift.run(told.append)
    assert told[-1] == pytest.approx(1)
    assert shift.tally.staffed_s == pytest.approx(2 * 3600 * hours)


def test_a_shift_ends_with_its_list() -> None:
    """Agents who wait after the end of the list tell nothing of the rule, and with more agents its figures would look
    worse."""
    short, long = (SimulatedShift(Plan(5, 0.5, "progressive", hours, FLAT, records=40), 1) for hours in (0.4, 2.0))
    short.run()
    long.run()
    assert short.ended_at_h is not None
    assert short.ended_at_h == long.ended_at_h
    assert long.tally.staffed_s == pytest.approx(5 * 3600 * long.ended_at_h)
    assert long.tally.working_s == pytest.approx(short.tally.working_s)
    assert long.tally.working_s > 0.4 * long.tally.staffed_s
    assert long.trace.hexdigest() == short.trace.hexdigest()


def test_breaks_and_machines_are_lived_through() -> None:
    profile = FLAT.model_validate(
        {
            "answer": [{"begin_h": 0, "end_h": 1, "begin": 1}],
            "laws": {
                "breaks": {"every_s": 900, "shortest_s": 60, "longest_s": 120},
                "machine_percent": 50,
                "log_off_percent": 40,
                "patience_s": 30,
            },
        }
    )
    shift = _watched(Plan(5, 0.25, "progressive", 0.5, profile), 3)
    shift.run()
    assert shift.tally.staffed_s < 5 * 1800 - 60
    assert shift.tally.conversations > shift.tally.answers
    shift.drain()
    check_drained(shift)


def _hash_elsewhere(hash_seed: str, rule: str) -> str:
    """The trace of a shift in another process, with other hashes of strings."""
    command = [
        *(sys.executable, "-m", "dialer.cli", "simulate", "--agents", "3", "--answer-rate", "25%"),
        *("--rule", rule, "--hours", "0.2", "--seeds", "7", "--json"),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) >= {"utilisation", "abandonment", "wait_s", "dials_per_answer", "decision_us", "trace_hash"}
    assert set(told["abandonment"]) == {"mean", "p95", "worst_hour"}
    return str(told["trace_hash"])


@pytest.mark.parametrize("rule", ["progressive", "predictive"])
def test_the_same_seed_is_the_same_trace_in_every_process(rule: str) -> None:
    assert _hash_elsewhere("1", rule) == _hash_elsewhere("2", rule)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--agents", "0", "--answer-rate", "25"), "agents: 0 is out of range"),
        (("--agents", "5", "--answer-rate", "0"), "answer_rate: 0 is no share"),
        (("--agents", "5", "--answer-rate", "x"), "answer_rate: 'x' is no share"),
        (("--agents", "5", "--answer-rate", "25", "--abandonment-limit", "0"), "abandonment_limit: 0 percent"),
        (("--agents", "5", "--answer-rate", "25", "--hours", "-1"), "hours: -1 is out of range"),
        (("--agents", "5", "--answer-rate", "25", "--seeds", "4-2"), "seeds: 4-2 is out of order"),
        (("--agents", "5", "--answer-rate", "25", "--profile", "day"), "There is no profile 'day'"),
        (("--agents", "5", "--answer-rate", "25", "--rule", "magic"), "There is no pacing rule 'magic'"),
    ],
)
def test_impossible_settings_are_told_in_words(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_code(arguments) == 2
    assert words in capsys.readouterr().err


def _exit_code(arguments: tuple[str, ...]) -> int:
    from dialer.cli.app import app

    return int(app(["simulate", *arguments], standalone_mode=False) or 0)


def test_without_a_terminal_a_line_tells_each_hour(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--agents", "2", "--answer-rate", "50", "--hours", "1.1", "--seeds", "4-5", "--rule", "progressive")
    assert _exit_code((*arguments, "--json")) == 0
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "seed 4, 1 of 2: 0 of 1.1 h",
        "seed 4, 1 of 2: 1 of 1.1 h",
        "seed 5, 2 of 2: 0 of 1.1 h",
        "seed 5, 2 of 2: 1 of 1.1 h",
    ]
    assert len(told.out.splitlines()) == 1


def test_a_profile_with_a_hole_is_refused_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "day.yaml"
    file.write_text("answer:\n  - {begin_h: 0, end_h: 1, begin: 1}\n  - {begin_h: 2, end_h: 3, begin: 1}\n")
    arguments = ("--agents", "5", "--answer-rate", "25", "--hours", "3", "--profile", str(file))
    assert _exit_code(arguments) == 2
    told = capsys.readouterr().err
    assert f"{file}:3: answer[2].begin_h: 2 leaves a hole: the piece before ends at 1; write 1" in told


def test_a_campaign_is_tried_by_its_own_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text("name: spring\nmode: PREVIEW\nteams: [sales]\nlists: [a]\ntrunks: [main]\n")
    arguments = ("--agents", "2", "--answer-rate", "25", "--campaign", str(file))
    assert _exit_code(arguments) == 2
    assert "campaign.mode: PREVIEW dials when agents say so" in capsys.readouterr().err
    file.write_text("name: spring\nmode: PROGRESSIVE\nteams: [sales]\nlists: [a]\ntrunks: [main]\nring_timeout_s: 5\n")
    assert _exit_code(arguments) == 2
    assert f"{file}:6: ring_timeout_s: " in capsys.readouterr().err
    file.write_text("name: spring\nmode: PROGRESSIVE\nteams: [sales]\nlists: [a]\ntrunks: [main]\nring_timeout_s: 20\n")
    assert _exit_code((*arguments, "--rule", "progressive", "--hours", "0.1")) == 0


def test_a_shift_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "shift.png"
    # In a process of its own: matplotlib keeps its fonts open.
    command = [
        *(sys.executable, "-m", "dialer.cli", "simulate", "--agents", "2", "--answer-rate", "25%"),
        *("--hours", "0.2", "--rule", "progressive", "--plot", str(file)),
    ]
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_piece_without_agents_has_no_level_of_dialing() -> None:
    assert per_agent(1800, Piece(dials=6)) == 0
    assert per_agent(1800, Piece(staffed_s=900.0)) == 2


def test_the_level_of_dialing_is_that_of_the_whole_piece() -> None:
    """The expected level with one ringing call for each idle agent and none for the others: 25 percent of the calls are
    answered after 12 s, and the others ring for 25 s or are busy after 2.5."""
    shift = SimulatedShift(Plan(20, 0.25, "progressive", 1.2, FLAT), 1)
    shift.run()
    pieces = shift.tally.pieces
    assert sum(each.ringing_s for each in pieces) == pytest.approx(sum(each.dials for each in pieces) * 17.5, rel=0.1)
    levels = [per_agent(each.ringing_s, each) for each in pieces]
    assert max(levels[1:]) < 2 * min(levels[1:]), levels
    assert levels[-1] == pytest.approx(levels[-2], rel=0.5), "the last piece is a shorter one"


def test_a_picture_that_cannot_be_written_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--agents", "1", "--answer-rate", "25%", "--hours", "0.05", "--rule", "progressive")
    assert _exit_code((*arguments, "--plot", "/nowhere/shift.png")) == 2
    assert "/nowhere/shift.png cannot be written (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize("rule", ["progressive", "predictive", "ratio:2", "renewal"])
def test_the_same_trace_gives_the_same_decisions_outside_of_the_core(rule: str) -> None:
    """The observations of the core's pacer, given to one made by the fast harness, lead to the same decisions."""
    entries: list[Entry] = []
    plan = Plan(5, 0.25, rule, 0.4, DRIFT)

    class Recorded(SimulatedShift):
        def rule(self, settings: CampaignSettings) -> Pacer:
            return Recorder(super().rule(settings), entries.append)

    Recorded(plan, 4).run()
    decided = [each for each in entries if isinstance(each, Decided)]
    assert sum(each.decision.dial for each in decided) > 30
    again = pacer(rule, RuleShift(plan.agents, plan.limit, plan.length_s))
    assert not list(replay(entries, again))


def test_the_harness_and_the_core_come_to_the_same_shift() -> None:
    """Two worlds of the same laws: the fast harness gives the same figures of a rule as the whole core."""
    plan = Plan(10, 0.25, "predictive", 1.5, FLAT)
    shift = SimulatedShift(plan, 1)
    shift.run()
    utilisation = 100 * shift.tally.working_s / shift.tally.staffed_s
    cell = varied(Cell(agents=10, answer_rate=0.25, hours=1.5), "flat")
    runs = [HarnessShift(cell, seed).run(pacer("predictive", RuleShift(10, 0.03, 5400.0))) for seed in (1, 2, 3)]
    assert abs(utilisation - sum(each.utilisation for each in runs) / 3) < 6


@pytest.mark.parametrize("mode", ["PREDICTIVE_ASM", "PREDICTIVE"])
def test_predictive_dialing_keeps_its_invariants(mode: str) -> None:
    """Shedding, breaks, a list that ends and a slow trunk included."""
    given = CampaignSettings(
        name="spring",
        mode=Mode(mode),
        teams=("sales",),
        lists=(CallingList(name="a"),),
        trunks=("main",),
        predictive=Predictive(min_agents=2, shed_late_rings=True, window_days=1),
    )
    profile = DRIFT.model_copy(update={"laws": DRIFT.laws.model_copy(update={"breaks": Breaks(every_s=900)})})
    trunk = Trunk(name="main", host="carrier.example.net", max_calls_per_s=2, max_legs=25)
    plan = Plan(6, 0.25, "predictive:shed", 0.5, profile, campaign=given, trunk=trunk, records=400)
    shift = _watched(plan, 5)
    shift.run()
    assert shift.tally.conversations > 30
    assert shift.tally.abandoned <= 0.15 * shift.tally.answers
    shift.drain()
    check_drained(shift)
