"""The lab's live view uses words in place of codes."""

from __future__ import annotations

import pytest
from rich.console import Console, RenderableType
from rich.text import Text

from config.model import Mode
from dialer.lab.gauge import Reading
from dialer.lab.screen import agents_panel, lines_panel, picture, results_panel
from dialer.vocabulary.ids import AgentName
from dialer.vocabulary.reasons.trunks import TrunkRefuses
from tests.unit.callflow.scenes import after_call, opened


def drawn(what: RenderableType, width: int = 160) -> str:
    console = Console(width=width)
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


def pictured(mode: Mode, agents: int, width: int, height: int) -> list[str]:
    """The lines on a terminal of this size."""
    names = tuple(AgentName(f"agent{number}") for number in range(1, agents + 1))
    floor = opened(mode, agents=names)
    reading = Reading(87.5, 3, 1, agents, 200, 4, 3.0, "the abandonment is spent for the answers so far, " * 4)
    results = dict.fromkeys(("answer", "no_answer", "busy", "answering_machine", "wrong_number", "fax"), 12)
    foot = Text("http://127.0.0.1:8080   log in as supervisor, admin, agent1 to agent8 (password demo)   Ctrl-C ends")
    told = picture(floor.world, floor.campaign, reading, results, foot=foot, size=(width, height))
    return drawn(told, width).splitlines()


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PREDICTIVE_ASM])
def test_a_small_terminal_shows_eight_agents(mode: Mode) -> None:
    lines = pictured(mode, 8, 80, 24)
    assert len(lines) < 24, "the cursor has a line, too"
    assert all(len(line) <= 80 for line in lines)
    for number in range(1, 9):
        assert any(f"agent{number} " in f"{line.lower()} " for line in lines[3:]), f"agent{number} is not shown"


def test_agents_for_whom_there_is_no_row_are_counted() -> None:
    lines = pictured(Mode.PROGRESSIVE, 40, 80, 24)
    assert len(lines) < 24
    assert any(" more" in line for line in lines)


def test_a_large_terminal_has_boxes() -> None:
    assert "campaign" in pictured(Mode.PROGRESSIVE, 8, 160, 50)[0]


def test_words_of_a_carrier_are_no_orders_to_the_terminal() -> None:
    floor = opened()
    floor.trunk().last_error = TrunkRefuses(503, "503 \x1b]0;[red]title\x07")
    told = drawn(lines_panel(floor.world))
    assert r"\x1b]0;[red]title\x07" in told
    assert "\x1b" not in told
