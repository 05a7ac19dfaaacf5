"""The fast harness: its laws, its figures, and that the rules reach the figures of PACE-8h."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.pacing import plan
from bench.pacing.cell import AGENTS, RATES, Breaks, Cell, varied
from bench.pacing.laws import RING_OUT_S, Laws
from bench.pacing.outcome import Outcome
from bench.pacing.profile import HOUR_S, Profile, factors
from bench.pacing.rows import Played, add_played, program
from bench.pacing.runs import pacer_for, play
from bench.pacing.scored_list import AHEAD, ScoredList
from bench.pacing.shift import Shift
from bench.pacing.tuned import Untuned, settled
from bench.registry import run_bench
from dialer.pacing import rules
from dialer.pacing.pacer import Decision, Observation, Observed
from dialer.pacing.pacer import Outcome as Ended
from dialer.pacing.trace import Decided, Entry, Recorder, Told, replay
from dialer.vocabulary.reasons.reason import Said

HOUR = Cell(agents=5, answer_rate=0.25, hours=1.0)
SHORT_TIMEOUT_S = 600
#: PACE-8h's published figures at 25 %, by agents and rule: utilisation in percent.
PUBLISHED = {
    (5, "progressive"): 65.1,
    (25, "progressive"): 65.2,
    (5, "vicidial:tapered"): 66.9,
    (25, "vicidial:tapered"): 67.2,
}
#: Least of ours; five seeds of small teams scatter by a point.
LEAST = {5: 76.3, 25: 88.9}


def traced(cell: Cell, rule: str, seed: int = 1) -> tuple[Outcome, list[Entry]]:
    entries: list[Entry] = []
    shift = Shift(cell, seed, one_to_one=rules.is_one_to_one(rule))
    return shift.run(Recorder(pacer_for(shift, rule), entries.append)), entries


def observed(entries: list[Entry], kind: Observed) -> list[Observation]:
    return [each.observation for each in entries if isinstance(each, Told) and each.observation.kind is kind]


class TestLaws:
    def test_times_have_their_means(self) -> None:
        laws = Laws(Cell(5, 0.25), 1)
        luck, ring, miss = np.array(list(islice(laws.calls(), 40_000))).T
        talk, wrap = np.array(list(islice(laws.conversations(), 40_000))).T
        assert luck.mean() == pytest.approx(0.5, abs=0.01)
        assert ring.max() <= RING_OUT_S
        assert 11.0 < ring.mean() < 12.0, "12 s less what is drawn again"
        assert (miss < RING_OUT_S).mean() == pytest.approx(0.25, abs=0.01)
        assert miss[miss < RING_OUT_S].mean() == pytest.approx(2.5, abs=0.05)
        assert talk.mean() == pytest.approx(120, rel=0.03)
        assert wrap.mean() == pytest.approx(20, rel=0.03)
        assert talk.std() / talk.mean() == pytest.approx(1.0, abs=0.1)

    @pytest.mark.parametrize(
        ("hour", "factor"),
        [(0, 0.8), (1.5, 1.0), (2.999, 1.2), (3, 0.6), (4.5, 0.8), (5, 1.4), (6.25, 1.15), (7.75, 0.85)],
    )
    def test_the_profile_drifts_as_published(self, hour: float, factor: float) -> None:
        assert factors(Profile.DRIFT, np.array([hour * HOUR_S]))[0] == pytest.approx(factor, abs=0.001)

    def test_the_steps_of_the_variants(self) -> None:
        at_s = np.array([0.0, 2.9, 3.1]) * HOUR_S
        assert factors(Profile.DOWN, at_s).tolist() == [1.0, 1.0, 0.6]
        assert factors(Profile.UP, at_s).tolist() == [1.0, 1.0, 1.4]
        assert factors(Profile.FLAT, at_s).tolist() == [1.0, 1.0, 1.0]


class TestShift:
    def test_the_same_seed_is_the_same_shift(self) -> None:
        first, again, other = (traced(HOUR, "renewal", seed)[1] for seed in (1, 1, 2))
        assert first == again
        assert first != other

    def test_calls_and_answers_add_up(self) -> None:
        outcome, entries = traced(HOUR, "ratio:2")
        ends = [each.outcome for each in observed(entries, Observed.ENDED)]
        assert len(observed(entries, Observed.DIALED)) == pytest.approx(outcome.dials, abs=10)
        assert outcome.answers - outcome.conversations - outcome.abandoned in range(6)
        assert outcome.abandoned == pytest.approx(ends.count(Ended.ABANDONED), abs=1)
        assert sum(answers for answers, _ in outcome.by_hour) == outcome.answers
        assert 0 < outcome.busy_s < outcome.staffed_s == HOUR.agents * HOUR_S

    def test_who_waits_two_seconds_is_abandoned(self) -> None:
        _, entries = traced(HOUR, "ratio:3")
        answered = {each.attempt: each.at for each in observed(entries, Observed.ANSWERED)}
        connected = {each.attempt: each.at for each in observed(entries, Observed.AGENT_CHANGED) if each.attempt}
        lost = [each for each in observed(entries, Observed.ENDED) if each.outcome is Ended.ABANDONED]
        assert lost
        assert all(each.at == answered[each.attempt] + 2.0 for each in lost)
        assert all(0 <= at - answered[attempt] <= 2.0 for attempt, at in connected.items())

    def test_events_come_in_their_order_and_before_the_decision(self) -> None:
        _, entries = traced(HOUR, "ratio:2")
        latest = 0.0
        for entry in entries:
            at = entry.now if isinstance(entry, Decided) else entry.observation.at
            assert at >= latest
            latest = at

    def test_progressive_abandons_nobody(self) -> None:
        outcome, entries = traced(HOUR, "progressive")
        assert outcome.abandoned == 0
        assert all(entry.snapshot.ringing == 0 for entry in entries if isinstance(entry, Decided))

    def test_breaks_take_agents_away(self) -> None:
        outcome = play(varied(Cell(10, 0.25, hours=2.0), "breaks"), "progressive", 1)
        away = 1 - outcome.staffed_s / (10 * 2 * HOUR_S)
        usual = 600 / Breaks().every_s
        assert 0.3 * usual < away < 2 * usual
        assert outcome.utilisation > 55

    def test_a_call_that_is_shed_ends(self) -> None:
        class Sheds:
            """Dials one call after the other and gives each up after a second."""

            def __init__(self) -> None:
                self.young: list[Observation] = []
                self.ends: list[Ended | None] = []

            def observe(self, observation: Observation) -> None:
                if observation.kind is Observed.DIALED:
                    self.young.append(observation)
                elif observation.kind is Observed.ENDED:
                    self.ends.append(observation.outcome)

            def decide(self, now: float, snapshot: object) -> Decision:
                old = [each for each in self.young if each.at <= now - 1.0]
                self.young = [each for each in self.young if each not in old]
                return Decision(1, Said("decision", "a test"), shed=tuple(each.attempt for each in old if each.attempt))

        pacer = Sheds()
        outcome = Shift(HOUR, 1).run(pacer)
        assert outcome.shed > 6000
        assert pacer.ends.count(Ended.SHED) == pytest.approx(outcome.shed, abs=3)

    def test_a_list_that_ends_before_the_day_stays_within_the_limit(self) -> None:
        """Answers that a list can no longer give do not make up for contacts abandoned before."""
        shifts = [play(varied(Cell(10, 0.25), "list-ends"), "predictive", seed) for seed in range(1, 7)]
        assert all(shift.dials == 2500 for shift in shifts)
        assert all(shift.staffed_s < 10 * 4 * HOUR_S and 75 < shift.utilisation < 90 for shift in shifts)
        assert max(shift.abandonment for shift in shifts) <= 3.0
        assert sum(shift.abandoned for shift in shifts) > 0.02 * sum(shift.answers for shift in shifts)

    @pytest.mark.parametrize("rule", ["renewal", "erlang", "vicidial:tapered", "predictive"])
    def test_a_trace_of_it_replays_to_the_same_decisions(self, rule: str) -> None:
        _, entries = traced(HOUR, rule)
        told = rules.Shift(agents=HOUR.agents, length_s=HOUR_S)
        assert not list(replay(entries, rules.pacer(rule, told)))


class TestScoredList:
    def list_of(self, *high: bool) -> ScoredList:
        return ScoredList(Cell(5, 0.25, spread=0.6), iter([*high, *[False] * 1000]))

    def test_records_are_taken_in_order_or_as_picked(self) -> None:
        scored = self.list_of(False, True, False, True)
        assert [each.score for each in scored.upcoming()[:4]] == [0.1, 0.4, 0.1, 0.4]
        assert [factor for factor, _ in scored.take(Decision(2, Said("decision", ""), pick=(1, 3)))] == [1.6, 1.6]
        assert [factor for factor, _ in scored.take(Decision(1, Said("decision", "")))] == [0.4]
        assert len(scored.upcoming()) == AHEAD

    def test_more_may_be_dialed_than_are_seen(self) -> None:
        scored = self.list_of(True)
        assert len(scored.take(Decision(AHEAD + 10, Said("decision", "")))) == AHEAD + 10
        assert len(scored.upcoming()) == AHEAD


class TestCommand:
    def told(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
        assert run_bench("pacing", list(arguments)) == 0
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    def test_cells_and_seeds_as_people_write_them(self) -> None:
        assert plan.cells("5x25,10") == [Cell(5, 0.25), *(Cell(10, rate) for rate in RATES)]
        assert len(plan.cells("all")) == 24
        assert list(plan.seeds("3-5")) == [3, 4, 5]
        assert list(plan.seeds("7")) == [7]

    @pytest.mark.parametrize(
        "arguments",
        [["--cells", "0x25"], ["--cells", "5x100"], ["--cells", "many"], ["--seeds", "5-1"], ["--variant", "x"]],
    )
    def test_bad_options_are_told(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert run_bench("pacing", arguments) == 2
        assert arguments[0] in capsys.readouterr().err

    def test_a_rule_that_is_none_is_told_before_anything_is_played(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_bench("pacing", ["--cells", "5x25", "--rules", "ratio:2", "guess"]) == 1
        told = capsys.readouterr()
        assert "guess" in told.err
        assert "used" not in told.err

    @pytest.mark.parametrize("rule", ["progressive:x", "renewal:3", "ratio:0", "ratio:nan", "vicidial:hard,most=nan"])
    def test_a_rule_that_makes_no_sense_is_not_played(self, rule: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run_bench("pacing", ["--cells", "5x25", "--rules", rule]) == 1
        told = capsys.readouterr()
        assert rule in told.err
        assert "write" in told.err
        assert "used" not in told.err

    def test_figures_are_kept_and_not_played_again(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        asked = ["--cells", "2x25", "--rules", "progressive", "--seeds", "1-2", "--results", str(tmp_path / "rows")]
        first = self.told(capsys, *asked)
        assert self.told(capsys, *asked) == first
        assert first["cells"][0]["legal"] is True
        assert set(first["cells"][0]["abandonment"]) == {"mean", "p95", "worst", "worst_hour"}

    def test_tuned_rules_are_for_the_published_cells(self) -> None:
        assert settled("ratio:tuned", Cell(25, 0.25)) == "ratio:3.0"
        assert settled("predictive", Cell(3, 0.3)) == "predictive"
        with pytest.raises(Untuned, match="3 x 30"):
            settled("vicidial:tuned", Cell(3, 0.3))


def bench(*arguments: str) -> list[dict[str, Any]]:
    """The cells that the command prints, played by two processes."""
    command = [sys.executable, "-m", "dialer.cli", "bench", "pacing", *arguments, "--workers", "2", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SHORT_TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    cells: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])["cells"]
    return cells


def test_a_rule_is_known_by_what_it_is_made_of() -> None:
    families = {rule.partition(":")[0] for rule in plan.RULES}
    assert len({program(family) for family in families}) == len(families)
    assert program("predictive") == program("predictive:shed")


def test_two_processes_play_the_same_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--cells", "5x25", "--rules", "ratio:2", "--seeds", "1-3"]
    [shared] = bench(*asked)
    assert run_bench("pacing", asked) == 0
    [alone] = json.loads(capsys.readouterr().out)["cells"]
    timed = {"decision_us", "decision_p99_us"}
    assert all(alone[name] == shared[name] for name in alone.keys() - timed)


def test_the_page_has_what_was_played_with_its_seeds_and_a_plot(tmp_path: Path) -> None:
    outcome = play(HOUR, "progressive", 1)
    for job in plan.page_jobs():
        if job.rule == "predictive" and job.seed <= 2:
            add_played(tmp_path / "played", Played(program(job.rule), job, outcome))
    bench("--page", "--minutes", "0", "--results", str(tmp_path / "played"), "--write", str(tmp_path))
    page = (tmp_path / "pacing.md").read_text()
    assert f"of {len(plan.page_jobs()):,} planned shifts are played" in page, "a page that is not whole says so"
    beside_base = (len(plan.PAGE_VARIANTS) + 1) * len(plan.VARIANT_CELLS)
    assert page.count(f"{outcome.utilisation:.1f} (0.00 / 0.00; 2)") == len(AGENTS) * len(RATES) + beside_base
    assert (tmp_path / "pacing.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("option", ["--write", "--results"])
def test_a_path_that_cannot_be_written_is_refused_before_anything_is_played(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nowhere" / "file"
    assert run_bench("pacing", ["--cells", "1000x10", option, str(path)]) == 1
    assert f"{option} {path}: " in (said := capsys.readouterr().err)
    assert "make it first" in said


@pytest.mark.timeout(SHORT_TIMEOUT_S)
def test_the_short_form_comes_to_the_published_figures() -> None:
    cells = {(each["agents"], each["rule"]): each for each in bench("--short")}
    for cell, utilisation in PUBLISHED.items():
        assert cells[cell]["utilisation"] == pytest.approx(utilisation, abs=1.5), cell
    for agents, least in LEAST.items():
        ours = cells[agents, "predictive"]
        assert ours["utilisation"] >= least
        assert ours["legal"], ours["abandonment"]
        assert cells[agents, "progressive"]["abandonment"]["worst"] == 0
        assert not cells[agents, "vicidial:tapered"]["legal"]
