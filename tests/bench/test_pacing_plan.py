"""The long run of the pacing comparison: its plan, its end, and its continuation after an interruption."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from bench.pacing import plan
from bench.pacing.cell import AGENTS, RATES, VARIANTS, Cell
from bench.pacing.plan import Job
from bench.pacing.rows import Played, add_played, begin, find, program, read_played, rows_of
from bench.pacing.runs import play
from bench.registry import run_bench

HOUR = Cell(agents=2, answer_rate=0.25, hours=1.0)
#: The longest time of the whole page on two cores, by the cost of shifts at the lowest answer rate.
MOST_MINUTES = 100


def jobs(seeds: int) -> list[Job]:
    return [Job(plan.BASE, HOUR, "progressive", seed) for seed in range(1, seeds + 1)]


def kept(path: Path, *played: Job, by: str = "") -> None:
    for job in played:
        add_played(path, Played(by or program(job.rule), job, play(job.cell, job.rule, job.seed)))


@pytest.mark.parametrize("text", ["ax25", "25xten", "0x25", "5x100", ""])
def test_what_is_no_cell_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"write 25x10|agents from 1"):
        plan.cells(text)


class TestPlan:
    def test_large_teams_and_rules_that_compare_have_fewer_seeds(self) -> None:
        assert [len(plan.seeds_for(agents, "predictive")) for agents in AGENTS] == [20, 20, 20, 20, 20, 10, 5, 2]
        assert len(plan.seeds_for(25, "oracle:both")) < 20
        assert len(plan.seeds_for(1000, "oracle:both")) == 1
        assert len(plan.seeds_for(10, "predictive", "breaks")) < 20

    def test_the_page_has_all_cells_rules_and_variants(self) -> None:
        page = plan.page_jobs()
        assert len(set(page)) == len(page)
        base = {(job.cell.agents, job.cell.answer_rate, job.rule) for job in page if job.variant == plan.BASE}
        assert base == {(agents, rate, rule) for agents in AGENTS for rate in RATES for rule in plan.RULES}
        assert {job.variant for job in page} == {plan.BASE, *plan.PAGE_VARIANTS}
        assert set(plan.PAGE_VARIANTS) <= set(VARIANTS)

    def test_the_page_can_be_played_in_the_time_that_it_has(self) -> None:
        assert plan.planned_s(plan.page_jobs(), 2) < MOST_MINUTES * 60

    def test_every_cell_is_begun_before_any_has_its_second_seed(self) -> None:
        seeds = [job.seed for job in plan.page_jobs()]
        assert seeds == sorted(seeds)

    @pytest.mark.parametrize("rule", plan.RULES)
    def test_a_shift_costs_more_with_more_agents_and_less_when_it_is_short(self, rule: str) -> None:
        costs = [plan.cost_s(Job(plan.BASE, Cell(agents, 0.1), rule, 1)) for agents in AGENTS]
        assert costs == sorted(costs)
        assert costs[0] > 0
        short = plan.cost_s(Job(plan.BASE, Cell(2, 0.1, hours=1.0), rule, 1))
        assert short == pytest.approx(costs[0] / 8)


class TestResults:
    def test_what_was_played_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "played"
        kept(path, *jobs(2))
        found = read_played(path)
        assert list(found) == jobs(2)
        [row] = rows_of(jobs(3), found)
        assert row.figures.seeds == 2
        assert find([row], plan.BASE, HOUR, "progressive") == row
        assert find([row], plan.BASE, HOUR, "predictive") is None

    def test_there_may_be_no_file_yet(self, tmp_path: Path) -> None:
        begin(tmp_path / "none")
        assert read_played(tmp_path / "none") == {}
        assert read_played(None) == {}

    def test_what_another_program_played_is_left_alone(self, tmp_path: Path) -> None:
        kept(tmp_path / "played", *jobs(1), by="older")
        assert read_played(tmp_path / "played") == {}

    def test_a_line_that_was_cut_off_is_played_again(self, tmp_path: Path) -> None:
        path = tmp_path / "played"
        kept(path, *jobs(2))
        path.write_bytes(path.read_bytes()[:-20])
        assert list(read_played(path)) == jobs(1)
        begin(path)
        kept(path, jobs(2)[1])
        assert list(read_played(path)) == jobs(2)


class TestCommand:
    def told(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
        assert run_bench("pacing", list(arguments)) == 0
        output = capsys.readouterr()
        return json.loads(output.out), output.err

    def test_a_run_goes_on_with_the_seeds_that_are_missing(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        asked = ["--cells", "2x25", "--rules", "progressive", "--results", str(tmp_path / "played")]
        _, first = self.told(capsys, *asked, "--seeds", "1-2")
        result, second = self.told(capsys, *asked, "--seeds", "1-3")
        assert "2 shifts of 2 to play" in first
        assert "1 shifts of 3 to play" in second
        assert result["cells"][0]["seeds"] == 3
        again, third = self.told(capsys, *asked, "--seeds", "1-3")
        assert "0 shifts of 3 to play" in third
        assert again == result

    def test_no_time_is_no_shift_and_no_failure(self, capsys: pytest.CaptureFixture[str]) -> None:
        result, _ = self.told(capsys, "--page", "--minutes", "0")
        assert result["cells"] == []
        assert result["shifts"] == 0
        assert result["of_shifts"] == len(plan.page_jobs())
