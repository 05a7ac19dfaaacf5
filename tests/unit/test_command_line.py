"""The command line: what is told to end ends what it began, and a user who is changed keeps what was not named."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dialer.cli import EXIT_STOPPED, app, run_async, until_told

CONFIGURATION = """
server: {{data_directory: {0}/data}}
engines: [{{name: engine-1, address: 127.0.0.1}}]
trunks: [{{name: pbx, host: 127.0.0.1, port: 15060, caller_ids: ["+442079460100"]}}]
phones: [{{kind: asterisk, name: desks, trunk: pbx}}]
teams: [{{name: sales}}]
campaigns: [{{name: spring, mode: PREVIEW, teams: [sales], lists: [people], trunks: [pbx], time_zone: Europe/London}}]
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_work_that_is_told_to_end_cleans_up(number: signal.Signals) -> None:
    cleaned = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    with pytest.raises(typer.Exit) as ended:
        run_async(until_told(work()))
    assert ended.value.exit_code == EXIT_STOPPED
    assert cleaned == [True]


def test_a_new_password_leaves_role_phone_and_teams_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))

    def cornetta(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments, "--config", str(tmp_path)], env={"COLUMNS": "160"})
        assert result.exit_code == 0, result.output
        return result.output

    where = ("--role", "supervisor", "--phone", "101@desks", "--team", "sales", "--display-name", "Carol Example")
    cornetta("user", "add", "carol", "--password", "a-first-password", *where)
    assert "carol is supervisor" in cornetta("user", "add", "carol", "--password", "another-password")
    (row,) = [line for line in cornetta("user", "show").splitlines() if "carol" in line]
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        "carol",
        "Carol Example",
        "supervisor",
        "101@desks",
        "sales",
        "True",
    ]
