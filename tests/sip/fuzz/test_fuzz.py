"""The engine's border under messages that no carrier should send. `make fuzz` sends 100,000 of them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from .mutations import HERE, Mutations, sdp
from .run import Fuzz

MESSAGES = 2_000
ALLOCATED_ONCE_MB = 10.0
"""The allowed growth after so few messages; 1.5 on an idle machine. `make fuzz` sends more before it measures."""


def test_a_seed_gives_the_same_messages_again_and_no_half_address() -> None:
    made = [
        [Mutations(Random(seed)).mutate(f"X {HERE}\r\n\r\n{sdp(1, Random(1))}") for _ in range(20)]
        for seed in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]


@pytest.mark.timeout(280)
async def test_mutated_messages_of_a_trunk_harm_nothing(tmp_path: Path) -> None:
    figures = await Fuzz(MESSAGES, seed=20, warm=0).run(tmp_path)
    assert figures.messages >= MESSAGES
    assert figures.answered > 50
    assert figures.problems(ALLOCATED_ONCE_MB) == [], figures
