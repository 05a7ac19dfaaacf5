"""Each comparison in its shortest form: it runs, its last line is JSON, and its figures are possible. No times."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

TIMEOUT_S = 150


def bench(*arguments: str) -> dict[str, Any]:
    """The object that the command prints."""
    command = [sys.executable, "-m", "dialer.cli", "bench", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.timeout(TIMEOUT_S)
def test_media_bridges_the_same_pairs_three_times() -> None:
    told = bench("media", "--pairs", "5", "--seconds", "3", "--rounds", "1")
    assert (told["pairs"], told["rounds"]) == (5, 1)
    assert 0 < told["cpu_cores"] < 2
    assert 0 < told["cpu_dial"] < 2
    assert 0 < told["cpu_confbridge"] < 2
    assert told["cpu_ratio_dial"] > 0
    assert told["cpu_ratio_confbridge"] > 0
    assert 20 < told["rss_mb"] < 400
    assert told["packets_lost"] >= 0
    assert (told["technology_dial"], told["technology_confbridge"]) == ("native_rtp x 5", "softmix x 5")
    for side in ("", "_dial", "_confbridge"):
        assert 40 < told[f"received_per_leg_s{side}"] < 52, side


@pytest.mark.timeout(TIMEOUT_S)
@pytest.mark.parametrize("rate", ["0", "20"])
def test_latency_hears_the_agent_in_every_call_on_both_sides(rate: str) -> None:
    told = bench("latency", "--rate", rate, "--calls", "6", "--rounds", "1")
    assert (told["silent"], told["ari_silent"]) == (0, 0)
    for side in ("audio_ms", "ari_audio_ms"):
        assert 0 < told[side]["p50"] <= told[side]["p99"] < 5000


@pytest.mark.timeout(TIMEOUT_S)
def test_latency_of_a_phone_that_is_rung_for_each_call() -> None:
    told = bench("latency", "--calls", "5", "--rounds", "1", "--phone", "auto-answer")
    assert told["silent"] == 0
    assert told["audio_ms"]["p50"] < told["ring_to_audio_ms"]["p50"] < 5000


@pytest.mark.timeout(TIMEOUT_S)
def test_setup_counts_calls_and_what_they_cost() -> None:
    told = bench("setup", "--rate", "10", "--seconds", "3", "--rounds", "1")
    assert 0 < told["achieved"] < 13
    assert 0 < told["event_ms_p50"] <= told["event_ms_p99"] <= told["event_ms_worst"]
    assert told["node_cpu_per_call_ms"] > 0
    assert told["engine_cpu_per_call_ms"] > 0
    assert told["faults"] == 0
