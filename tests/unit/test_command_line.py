"""The command line: what is told to end ends what it began, and a user who is changed keeps what was not named."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
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


def test_a_list_is_reset_after_a_preview_and_a_question(tmp_path: Path) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))
    (tmp_path / "people.csv").write_text("number,contact\n+442079460111,Ann\n+442079460112,Bob\n")
    config = ("--config", str(tmp_path))

    def cornetta(*arguments: str, code: int = 0, answer: str = "") -> str:
        result = CliRunner().invoke(app, [*arguments, *config], input=answer, env={"COLUMNS": "160"})
        assert result.exit_code == code, result.output
        return result.output

    cornetta("list", "import", str(tmp_path / "people.csv"), "--list", "people", "--zone", "Europe/London")
    database = sqlite3.connect(tmp_path / "data" / "cornetta.db")
    try:
        database.execute("UPDATE records SET status = 'updated', attempts = 3")
        database.commit()
        assert "people: 2 records would be dialled again (2 updated)" in cornetta(
            "list", "reset", "people", "--preview"
        )
        assert "Nothing was changed" in cornetta("list", "reset", "people", code=1, answer="n\n")
        assert "people: 0 records" in cornetta("list", "reset", "people", "--status", "cancelled", "--yes")
        assert "2 records are dialled again" in cornetta("list", "reset", "people", answer="y\n")
        assert database.execute("SELECT DISTINCT status, attempts FROM records").fetchall() == [("ready", 0)]
        (line,) = database.execute("SELECT facts FROM history WHERE kind = 'list_reset_done'").fetchall()[-1:]
        assert '"records":2' in line[0]
        assert "command line" in line[0]
    finally:
        database.close()
    assert "no status of records that are done" in cornetta("list", "reset", "people", "--status", "ready", code=2)
    assert "nowhere" in cornetta("list", "reset", "nowhere", "--yes", code=2)
