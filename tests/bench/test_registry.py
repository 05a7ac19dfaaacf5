from __future__ import annotations

import importlib

import pytest

from bench.registry import BENCHES, PROGRAMS, run_bench


def test_an_unknown_name_is_told_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bench("nothing", []) == 2
    told = capsys.readouterr()
    assert not told.out
    assert "'nothing'" in told.err
    assert run_bench("list", []) == 0
    listed = capsys.readouterr()
    for name in (*BENCHES, *PROGRAMS):
        assert name in told.err
        assert name in listed.out


@pytest.mark.parametrize(
    "arguments", [["--pairs", "0"], ["--pairs", "many"], ["--seconds", "0"], ["--unknown"], ["--rounds", "99"]]
)
def test_bad_options_are_told_without_a_traceback(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bench("media", arguments) == 2
    told = capsys.readouterr()
    assert not told.out
    assert arguments[0] in told.err


@pytest.mark.parametrize("name", [*BENCHES, *PROGRAMS])
def test_each_comparison_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module({**BENCHES, **PROGRAMS}[name][0])
    assert module.__doc__
    if name in BENCHES:
        assert run_bench(name, ["--help"]) == 0
        repeated_by = "--seeds" if name in ("core", "live", "mode_change", "pacing") else "--rounds"
        assert repeated_by in capsys.readouterr().out


def test_what_cannot_be_measured_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bench("latency", ["--phone", "auto-answer", "--rate", "5"]) == 1
    assert "leave out --rate" in capsys.readouterr().err
