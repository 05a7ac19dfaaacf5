"""Secrets are referred to, never written, and never shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.difference import difference
from config.loader import check, load
from config.model import SecretToCome, Settings
from config.references import Secrets
from dialer.vocabulary.errors import ConfigurationError

Write = Callable[[dict[str, str] | str], Path]

USER = "users:\n  - name: carol\n    role: auditor\n    password: {}\n"


def told(write: Write, value: str, environment: dict[str, str] | None = None) -> str:
    """The one problem of a password written as `value`, or the note of one that may wait."""
    report = check(write(USER.format(value)), environment or {})
    (problem,) = report.problems or [line for line in report.summary if line.startswith("note: ")]
    return problem.removeprefix("note: ")


def first_password(settings: Settings) -> str:
    password = settings.user("carol").password
    assert password is not None
    return password.get_secret_value()


def secret_file(directory: Path, content: bytes = b"correct horse\n", mode: int = 0o600) -> Path:
    file = directory / "password"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_secret_comes_from_the_environment(write: Write) -> None:
    settings = load(write(USER.format("${CAROL}")), {"CAROL": "correct horse"})
    assert first_password(settings) == "correct horse"
    assert "correct horse" not in repr(settings)
    assert "correct horse" not in settings.model_dump_json()


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_comes_from_a_file_of_ours_alone(write: Write, mode: int) -> None:
    directory = write(USER.format("file:password"))
    secret_file(directory, mode=mode)
    assert first_password(load(directory, {})) == "correct horse"


@pytest.mark.parametrize(
    "content",
    [
        *(b"\xef\xbb\xbfcorrect horse", b"\xef\xbb\xbf\xef\xbb\xbfcorrect horse\n", b"correct horse\r\n"),
        *(b"\xef\xbb\xbfcorrect horse\r\n", b"correct horse\n\n\n", b"correct horse\r\r\n"),
    ],
)
def test_what_editors_put_around_a_secret_is_no_part_of_it(write: Write, content: bytes) -> None:
    directory = write(USER.format("file:password"))
    secret_file(directory, content)
    assert first_password(load(directory, {})) == "correct horse"
    value = content.decode()
    directory = write(USER.format("${CAROL}"))
    assert first_password(load(directory, {"CAROL": value})) == "correct horse"


@pytest.mark.parametrize(
    "content",
    [
        b"correct horse\nbattery staple",
        b"user\tcorrect horse",
        "correct horse".encode("utf-16-le"),
        b"correct\x1b horse",
    ],
)
def test_a_file_with_more_than_a_secret_is_refused(write: Write, content: bytes) -> None:
    directory = write(USER.format("file:password"))
    secret_file(directory, content)
    (problem,) = check(directory, {}).problems
    assert "password holds line ends or control characters; write the secret alone, in one line of UTF-8" in problem
    assert "horse" not in problem


def test_a_file_in_utf_16_is_named(write: Write) -> None:
    directory = write(USER.format("file:password"))
    secret_file(directory, "correct horse".encode("utf-16"))
    (problem,) = check(directory, {}).problems
    assert "password is not UTF-8; save it as UTF-8" in problem


def test_an_inline_secret_is_refused_and_not_shown(write: Write) -> None:
    problem = told(write, "correct-horse")
    assert problem.endswith(
        ":4: users[carol].password: a secret may not stand in the configuration; write ${NAME_OF_VARIABLE} or file:PATH"
    )
    assert "correct-horse" not in problem


def test_a_variable_that_is_not_set_or_empty_is_named(write: Write) -> None:
    assert "the environment variable CAROL is not set; set it before the start" in told(write, "${CAROL}")
    assert "${CAROL} is empty; set the environment variable to the secret" in told(write, "${CAROL}", {"CAROL": ""})


def test_a_first_password_is_as_long_as_any_other_and_one_that_is_missing_is_told_once(write: Write) -> None:
    assert told(write, "${CAROL}", {"CAROL": "horse"}).endswith(
        ":4: users[carol].password: the password has 5 characters; take 10 or more"
    )
    assert told(write, "${X}").endswith(
        ":4: users[carol].password: the environment variable X is not set; set it before the start, "
        "unless the database has the user already"
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_may_read_is_refused(write: Write, tmp_path: Path, mode: int) -> None:
    file = secret_file(tmp_path, mode=mode)
    assert told(write, "file:password").endswith(f"{file} may be read by others; run chmod 600 {file}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n", "is empty; write the secret into it"),
        (b"\xff", "is not UTF-8; save it as UTF-8"),
        (b"x" * 70_000, "is larger than 65536 bytes; name the file that holds the secret alone"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(write: Write, tmp_path: Path, content: bytes, said: str) -> None:
    secret_file(tmp_path, content)
    assert said in told(write, "file:password")


def test_what_is_no_file_is_refused_without_waiting(write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "password", 0o600)
    assert told(write, "file:password").endswith("is no file; name the file that holds the secret")


def test_a_missing_file_is_named(write: Write, tmp_path: Path) -> None:
    said = f"{tmp_path}/password cannot be read (No such file or directory); write the secret into it"
    assert said in told(write, "file:password")


def test_a_password_in_a_database_url_is_refused(write: Write) -> None:
    url = "server:\n  database_url: postgresql+asyncpg://cornetta:{}@db.example.net/cornetta\n"
    (problem,) = check(write(url.format("hunter")), {}).problems
    assert problem.endswith("a password may not stand in the configuration; write ${NAME_OF_VARIABLE} in its place")
    assert "hunter" not in problem
    settings = load(write(url.format("${DB}")), {"DB": "hunter"})
    assert settings.server.database == "postgresql+asyncpg://cornetta:hunter@db.example.net/cornetta"
    assert "hunter" not in repr(settings)


def test_a_url_without_password_may_be_written(write: Write) -> None:
    settings = load(write("server: {database_url: 'sqlite:////tmp/x.db'}\n"), {})
    assert settings.server.database == "sqlite:////tmp/x.db"


def test_the_environment_serves_other_values_too(write: Write) -> None:
    text = "server: {listen_port: '${PORT}', public_url: 'https://${HOST}/x'}\n"
    text += "not_ready_reasons: [{code: a, label: '$${X}'}]\n"
    settings = load(write(text), {"PORT": "9001", "HOST": "dialer.example.net"})
    assert settings.server.listen_port == 9001
    assert settings.server.url == "https://dialer.example.net/x"
    assert settings.not_ready_reasons[0].label == "${X}"


def test_a_value_from_the_environment_is_shown_by_its_name(write: Write) -> None:
    (problem,) = check(write("server: {listen_port: '${PORT}'}\n"), {"PORT": "correct horse"}).problems
    assert "'${PORT}' is no whole number" in problem


TRUNK = """
trunks:
  - name: carrier
    host: 127.0.0.1
    port: 15060
    caller_ids: ["+442079460100"]
    authentication: {user: us, password: {0}}
users:
  - name: carol
    role: auditor
    password: ${FIRST}
"""


def test_a_first_password_is_not_needed_to_read_the_configuration(write: Write) -> None:
    settings = load(write(USER.format("${CAROL}")), {})
    password = settings.user("carol").password
    assert isinstance(password, SecretToCome)
    with pytest.raises(ConfigurationError) as told_by_use:
        password.get_secret_value()
    assert str(told_by_use.value).endswith(
        "all.yaml:4: users[carol].password: the environment variable CAROL is not set; set it before the start"
    )


def test_a_check_says_of_a_first_password_when_it_is_not_needed(write: Write) -> None:
    directory = write(TRUNK.replace("{0}", "'${PBX}'"))
    of_trunk, of_user = (each for each in check(directory, {}, Secrets.LATER).summary if each.startswith("note: "))
    assert of_user.endswith(
        "users[carol].password: the environment variable FIRST is not set; set it before the start, "
        "unless the database has the user already"
    )
    assert of_trunk.endswith("password: the environment variable PBX is not set; set it before the start")


def test_a_first_password_may_leave_the_file(write: Write) -> None:
    settings = load(write("users:\n  - name: carol\n    role: auditor\n"), {})
    assert settings.user("carol").password is None


def test_the_file_of_a_first_password_may_be_gone(write: Write) -> None:
    assert isinstance(load(write(USER.format("file:gone")), {}).user("carol").password, SecretToCome)


@pytest.mark.parametrize("value", ["${PBX}", "file:pbx.secret"])
def test_the_password_of_a_trunk_is_needed_by_a_node_and_by_nobody_else(write: Write, value: str) -> None:
    directory = write(TRUNK.replace("{0}", f"'{value}'"))
    with pytest.raises(ConfigurationError) as missing:
        load(directory, {})
    assert "all.yaml:7: trunks[carrier].authentication.password: " in str(missing.value)
    settings = load(directory, {}, Secrets.LATER)
    authentication = settings.trunks[0].authentication
    assert authentication is not None
    with pytest.raises(ConfigurationError, match=r"trunks\[carrier\].authentication.password"):
        authentication.password.get_secret_value()


def test_the_database_is_told_by_who_opens_it(write: Write) -> None:
    url = "server:\n  database_url: postgresql+asyncpg://cornetta:${DB}@db.example.net/cornetta\n"
    settings = load(write(url), {}, Secrets.LATER)
    with pytest.raises(ConfigurationError, match="the environment variable DB is not set"):
        _ = settings.server.database
    with pytest.raises(ConfigurationError, match="the environment variable DB is not set"):
        load(write(url), {})


def test_a_variable_that_is_no_secret_is_always_needed(write: Write) -> None:
    text = "server: {listen_port: '${PORT}', public_url: 'https://${HOST}'}\n"
    problems = check(write(text), {}, Secrets.LATER).problems
    assert [each.partition(": ")[2] for each in problems] == [
        "server.listen_port: the environment variable PORT is not set; set it before the start",
        "server.public_url: the environment variable HOST is not set; set it before the start",
    ]


def test_secrets_that_wait_are_equal_to_themselves_alone(write: Write) -> None:
    directory = write(USER.format("${CAROL}"))
    without, again, with_it = load(directory, {}), load(directory, {}), load(directory, {"CAROL": "correct horse"})
    assert without == again
    assert hash(without.user("carol").password) == hash(again.user("carol").password)
    assert without != with_it
    assert difference(without, with_it) == ()
