"""The lab's live view says what it shows in words."""

from __future__ import annotations

from rich.console import Console, RenderableType

from config.model import Mode
from dialer.lab.screen import agents_panel, results_panel
from tests.unit.callflow.scenes import after_call


def drawn(what: RenderableType) -> str:
    console = Console(width=160)
    with console.capture() as told:
        console.print(what)
    return told.get()


def test_before_the_first_result_the_box_says_so() -> None:
    assert "none yet" in drawn(results_panel({}))
    told = drawn(results_panel({"no_answer": 3}))
    assert "no answer 3" in told
    assert "none yet" not in told


def test_states_of_agents_are_words() -> None:
    floor = after_call(Mode.PROGRESSIVE_ASM)
    assert "after-call work" in drawn(agents_panel(floor.world))
    assert "_" not in drawn(agents_panel(floor.world))
