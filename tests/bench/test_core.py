"""The core beside the harness: the figures of a cell, and its gates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.core import failed_gates
from bench.registry import run_bench

FINE: dict[str, Any] = {
    "agents": 25,
    "hours": 8.0,
    "utilisation": 89.1,
    "utilisation_harness": 89.6,
    "difference": -0.5,
    "standard_error": 0.1,
    "tick_us": 1000.0,
    "shift_s": 40.0,
}


def test_a_cell_at_its_gates_passes() -> None:
    assert failed_gates(FINE) == []
    assert failed_gates({**FINE, "hours": 1.0, "shift_s": 5.0}) == []


@pytest.mark.parametrize(
    ("other", "gate"),
    [
        ({"tick_us": 1000.1}, "tick_us"),
        ({"tick_us": 5000.1, "agents": 1000}, "tick_us"),
        ({"shift_s": 40.1}, "shift_s"),
        ({"shift_s": 5.1, "hours": 1.0}, "shift_s"),
        ({"difference": 0.6}, "difference"),
        ({"difference": -0.6}, "difference"),
    ],
)
def test_a_cell_beyond_a_gate_names_it(other: dict[str, Any], gate: str) -> None:
    assert failed_gates({**FINE, **other}) == [gate]


def test_scatter_and_size_are_allowed_for() -> None:
    assert failed_gates({**FINE, "difference": 2.9, "standard_error": 1.0}) == []
    assert failed_gates({**FINE, "agents": 1000, "tick_us": 4999.0, "shift_s": 900.0}) == []


def test_both_sides_play_the_same_cell(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--cells", "4x25", "--hours", "1", "--seeds", "1-2"]
    assert run_bench("core", asked) in (0, 1), "times of this machine are no matter of a test"
    [cell] = json.loads(capsys.readouterr().out)["cells"]
    assert cell["seeds"] == 2
    assert 50 < cell["utilisation"] < 95
    assert "difference" not in failed_gates(cell)
    assert 0 < cell["tick_us"] < cell["tick_p99_us"]
    assert cell["decision_us"] > 0
