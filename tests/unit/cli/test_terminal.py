"""Text of others reaches the terminal as text, never as control sequences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import structlog

import dialer
from dialer.cli.console_log import log_to_stderr
from dialer.cli.terminal import escaped, say, show_table


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("503 \x1b]0;title\x07", r"503 \x1b]0;title\x07"),
        ("\x1b[2J\x1b[31mred", r"\x1b[2J\x1b[31mred"),
        ("8-bit CSI \x9b31m", r"8-bit CSI \x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("over\rwritten\x08\x08", r"over\rwritten\x08\x08"),
        ("line\u2028line", r"line\u2028line"),
        ("half \udce9", r"half \udce9"),
        ("Zoë, 北京\nnext line", "Zoë, 北京\nnext line"),
    ],
)
def test_control_characters_are_shown(words: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert escaped(words) == shown
    say(words)
    say(words, err=True)
    out, err = capsys.readouterr()
    assert (out, err) == (shown + "\n", shown + "\n")


def test_cells_of_a_table_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name",), [("[red]bold\x1b[1m",)])
    out, _ = capsys.readouterr()
    assert r"[red]bold\x1b[1m" in out
    assert "\x1b" not in out


def test_lines_of_the_log_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    try:
        for _ in range(2):
            log_to_stderr("INFO")
        structlog.get_logger().warning("trunk_down", reason="\x1b]0;title\x07", code=503)
    finally:
        structlog.configure(**before)
    told = capsys.readouterr().err
    assert told.count(r"\x1b]0;title\x07") == 1
    assert "\x1b]" not in told


def test_commands_have_no_other_way_to_the_terminal() -> None:
    ways = {"terminal.py", "console_log.py"}
    commands = [path for path in Path(dialer.__file__).parent.glob("cli/**/*.py") if path.name not in ways]
    assert len(commands) > len(ways)
    others = re.compile(r"\btyper\.(echo|secho)|\bprint\(|sys\.std(out|err)|click\.echo")
    assert [path.name for path in commands if others.search(path.read_text())] == []
