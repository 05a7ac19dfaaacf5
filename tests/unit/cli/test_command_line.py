"""The command line: an ended command ends its processes, and a changed user keeps the values that were not given."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner

from config.model import Role
from dialer.cli.app import app
from dialer.cli.command import EXIT_STOPPED, run_async, until_told
from dialer.cli.terminal import say
from dialer.cli.users import RoleName
from dialer.store.opening import open_plain

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


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Commands set up the log of their process, which here is that of all tests."""
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    root.handlers = before


HEAVY = ("aiohttp", "alembic", "config.model", "holidays", "msgspec", "numpy", "phonenumbers", "pjsua2", "sqlalchemy")


@pytest.mark.parametrize("arguments", [["--help"], ["user", "add", "--help"], ["list", "--help"], ["call", "--help"]])
def test_help_loads_nothing_that_it_does_not_need(arguments: list[str]) -> None:
    tell = (
        "import sys; from dialer.cli.app import app; app(standalone_mode=False); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", tell, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    assert "Usage" in told.stdout
    assert told.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [["why", "spring"], ["reload"], ["check"]])
def test_a_command_that_asks_the_node_loads_no_node(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))
    where = [str(tmp_path)] if command == ["check"] else ["--config", str(tmp_path)]
    unneeded = ("aiohttp", "alembic", "numpy", "pjsua2", "sqlalchemy")
    tell = (
        "import sys; from dialer.cli.app import app; app(standalone_mode=False); "
        f"print([name for name in {unneeded!r} if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", tell, *command, *where], capture_output=True, text=True, check=False, timeout=60
    )
    assert told.stdout.splitlines()[-1] == "[]" if told.stdout else "No node has run here" in told.stderr


def test_a_phone_is_given_without_a_new_password(tmp_path: Path) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))

    def cornetta(*arguments: str, typed: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(app, [*arguments, "--config", str(tmp_path)], input=typed, env={"COLUMNS": "160"})
        return result.exit_code, result.output

    asked = "a-first-password\na-first-password\n"
    assert cornetta("user", "add", "anna", "--team", "sales", typed=asked)[0] == 0, "a new user has a password"
    before = asyncio.run(_hash_of(tmp_path, "anna"))
    assert cornetta("user", "add", "anna", "--phone", "101@desks")[0] == 0
    assert asyncio.run(_hash_of(tmp_path, "anna")) == before
    assert cornetta("user", "add", "anna", typed=asked)[0] == 0, "nothing else to change: it is the password"
    assert asyncio.run(_hash_of(tmp_path, "anna")) != before
    code, told = cornetta("user", "add", "anna", "--password", "short")
    assert (code, "5 characters" in told) == (2, True)


def test_a_name_that_nobody_could_read_is_no_name_of_a_user(tmp_path: Path) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))

    def cornetta(*arguments: str) -> tuple[int, str]:
        more = ("--team", "sales", "--password", "a-first-password", "--config", str(tmp_path))
        result = CliRunner().invoke(app, ["user", "add", *arguments, *more], env={"COLUMNS": "160"})
        return result.exit_code, result.output

    code, told = cornetta("an\x1b[31mna")
    assert (code, "is no log-in name; use letters" in told) == (2, True)
    code, told = cornetta("anna", "--display-name", "A" * 121)
    assert (code, "at most 120" in told) == (2, True)
    assert cornetta("anna", "--display-name", "Anna\x1b]0;x\x07\u202e\nAlder")[0] == 0
    assert asyncio.run(_display_name_of(tmp_path, "anna")) == "Anna ]0;x Alder"


async def _display_name_of(directory: Path, name: str) -> str:
    store = await open_plain(f"sqlite:///{directory}/data/cornetta.db")
    try:
        user = await store.users.user(name)
        assert user is not None
        return user.display_name
    finally:
        await store.close()


async def _hash_of(directory: Path, name: str) -> str:
    store = await open_plain(f"sqlite:///{directory}/data/cornetta.db")
    try:
        user = await store.users.user(name)
        assert user is not None
        return user.password_hash
    finally:
        await store.close()


def test_the_roles_of_the_command_line_are_those_of_the_configuration() -> None:
    assert [(each.name, each.value) for each in RoleName] == [(each.name, each.value) for each in Role]


def test_what_a_carrier_has_said_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    say("trunk pbx: 503 Busy\x1b]0;owned\x07\x9b31m\nsecond line")
    told = capsys.readouterr().out
    assert told == "trunk pbx: 503 Busy\\x1b]0;owned\\x07\\x9b31m\nsecond line\n"


SECRETS = """
users:
  - name: carol
    role: supervisor
    password: ${CAROLS_FIRST_PASSWORD}
"""


def test_commands_that_need_no_secret_want_none(tmp_path: Path) -> None:
    file = tmp_path / "cornetta.yaml"
    file.write_text(CONFIGURATION.format(tmp_path).replace("port: 15060,", TRUNK_SECRET) + SECRETS)

    def cornetta(*arguments: str) -> str:
        return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"}).output

    where = ("--config", str(tmp_path))
    checked = cornetta("check", str(tmp_path))
    assert "campaign spring" in checked
    note = "users[carol].password: the environment variable CAROLS_FIRST_PASSWORD is not set"
    assert f"note: {file}:12: {note}" in checked, checked
    assert "trunks[pbx].authentication.password: the environment variable PBX_SECRET is not set" in checked
    for command in (
        ["why", "spring"],
        ["reload"],
        ["call", "+442079460000", "--campaign", "spring", "--phone", "1@desks"],
    ):
        assert "No node has run here" in cornetta(*command, *where)
    for command in (["list", "show"], ["user", "show"]):
        assert "PASSWORD" not in cornetta(*command, *where)
    told = cornetta("run", *where)
    assert told.strip() == (
        f"{file}:4: trunks[pbx].authentication.password: the environment variable PBX_SECRET is not set; "
        "set it before the start"
    )


TRUNK_SECRET = 'port: 15060, authentication: {user: us, password: "${PBX_SECRET}"},'


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
        assert "people: 2 records would be dialed again (2 updated)" in cornetta("list", "reset", "people", "--preview")
        assert "Nothing was changed" in cornetta("list", "reset", "people", code=1, answer="n\n")
        assert "people: 0 records" in cornetta("list", "reset", "people", "--status", "cancelled", "--yes")
        assert "2 records are dialed again" in cornetta("list", "reset", "people", answer="y\n")
        assert database.execute("SELECT DISTINCT status, attempts FROM records").fetchall() == [("ready", 0)]
        (line,) = database.execute("SELECT facts FROM history WHERE kind = 'list_reset_done'").fetchall()[-1:]
        assert '"records":2' in line[0]
        assert "command line" in line[0]
    finally:
        database.close()
    assert "no status of records that are done" in cornetta("list", "reset", "people", "--status", "ready", code=2)
    assert "nowhere" in cornetta("list", "reset", "nowhere", "--yes", code=2)


@pytest.mark.parametrize("file", ["-", "/dev/stdin"])
def test_a_list_is_imported_from_a_pipe(tmp_path: Path, file: str) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))
    rows = "".join(f"+44207946{each:04d},{'Ann ' * 20}\n" for each in range(1000))
    run = "from dialer.cli.app import app; app()"
    arguments = ("list", "import", file, "--list", "people", "--zone", "Europe/London", "--config", str(tmp_path))
    told = subprocess.run(
        [sys.executable, "-c", run, *arguments],
        input=f"number,contact\n{rows}",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (told.returncode, told.stderr.strip()) == (0, "")
    assert "people: 1000 of 1000 rows taken" in told.stdout


def test_an_import_says_what_to_say_where_it_cannot_tell(tmp_path: Path) -> None:
    (tmp_path / "cornetta.yaml").write_text(CONFIGURATION.format(tmp_path))
    file = tmp_path / "people.csv"

    def imported(content: str, *options: str, name: str = "people", code: int = 0) -> str:
        file.write_text(content)
        arguments = ("list", "import", str(file), "--list", name, "--region", "GB", "--config", str(tmp_path))
        result = CliRunner().invoke(app, [*arguments, *options], env={"COLUMNS": "160"})
        assert result.exit_code == code, result.output
        return result.output

    assert "Name it: --number-column HEADER." in imported("Recapito;name\n020 7946 0001;Ada\n", code=2)
    assert "people: 1 of 1 row taken" in imported("Recapito;n\n020 7946 0001;a\n", "--number-column", "recapito")
    assert "Say which: --delimiter ';'." in imported("a;b, c\n020 7946 0002;x\n", code=2)
    assert "1 of 1 row taken" in imported("a;b, c\n020 7946 0002;x\n", "--delimiter", ";", "--number-column", "a")
    told = imported("number,name\n2079460003.0,\x1b[31mAda\n+449098790001,Bea\n020 7946 0004,Cid\n")
    assert "line 2: name: '\\x1b[31mAda': there is a control character (U+001B) in the text: remove it" in told
    assert "line 3: number: '+449098790001': this is a premium-rate number" in told
    assert "note: Column 'number'" in imported("number\n2079460003.0\n020 7946 0005\n")
    told = imported("number\n020 7946 0006\n", name="spring 2026", code=2)
    assert "'spring 2026' is no name of a list: use letters, digits, dot, dash and underscore" in told
