"""Lines of a log: no secret, no control character, no flood, short tracebacks without values."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
import structlog

from dialer.cli.console_log import log_to_stderr
from dialer.vocabulary.log.clean import MAX_TRACE, MAX_VALUE, TOKEN_PREFIX, clean_line, without_secrets
from dialer.vocabulary.log.flood import BURST, PER_S, Flood
from dialer.vocabulary.log.traces import BURST as TRACES
from dialer.vocabulary.log.traces import Traces
from dialer.vocabulary.printable import printable
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.reasons.trunks import NothingHeard

TOKEN = TOKEN_PREFIX + "Zk3vQ9aLr0uXw1TgYb7HnA"
PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Written:
    """The lines of a program on stderr."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def getvalue(self) -> str:
        return self._capsys.readouterr().err


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """The lines written after `log_to_stderr`."""
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    log_to_stderr("INFO")
    yield Written(capsys)
    structlog.reset_defaults()
    root.handlers = before


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        "authorization: bearer abcdefgh",
        "Authorization: Basic Y2Fyb2w6c2VjcmV0",
        f"a token alone: {TOKEN}",
        f"GET /api/v1/events?token={TOKEN}&seq=3",
        "Cookie: cornetta=Zk3vQ9aLr0uXw1TgYb7HnA; theme=dark",
        "Cookie: __Host-cornetta=Zk3vQ9aLr0uXw1TgYb7HnA",
        '{"user":"carol","password":"Zk3vQ9aLr0uXw1TgYb7HnA"}',
        "{'user': 'carol', 'password': 'a \\'Zk3vQ9aLr0uXw1TgYb7HnA\\' b'}",
        "LogInRequest(user='carol', password='Zk3vQ9aLr0uXw1TgYb7HnA', proof='bearer')",
        "password: a Zk3vQ9aLr0uXw1TgYb7HnA with blanks",
        "first_password=Zk3vQ9aLr0uXw1TgYb7HnA",
        "postgresql+asyncpg://cornetta:Zk3vQ9aLr0uXw1TgYb7HnA@db.example.net/cornetta",
        'Authorization: Digest username="101", realm="pbx", response="Zk3vQ9aLr0uXw1TgYb7HnA"',
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:Zk3vQ9aLr0uXw1TgYb7HnAZk3vQ9aLr0uXw1Tg",
        "Set-Cookie: cornetta-device=Zk3vQ9aLr0uXw1TgYb7HnA; Path=/",
    ],
)
def test_a_secret_inside_a_text_is_hidden(text: str) -> None:
    told = without_secrets(text)
    for secret in (TOKEN, "Zk3vQ9aLr0uXw1TgYb7HnA", "abcdefgh", "Y2Fyb2w6c2VjcmV0"):
        assert secret not in told
    assert "***" in told


def test_what_is_no_secret_is_left() -> None:
    text = "trunk pbx answered 503 after 1.5 s; basic rate, sip:101@pbx.example.net:5060"
    assert without_secrets(text) == text


@pytest.mark.parametrize("key", ["password", "first_password", "Authorization", "token", "set_cookie", "api_key"])
def test_what_stands_under_the_name_of_a_secret_is_hidden(key: str) -> None:
    line = clean_line(None, "info", {"event": "x", key: PASSWORD, "facts": {key: PASSWORD, "deep": [{key: PASSWORD}]}})
    assert PASSWORD not in str(line)


def test_a_token_in_locals_headers_address_and_body_reaches_no_log(written: Written) -> None:
    def handler(token: str, password: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Cookie": f"cornetta={token}"}
        body = f'{{"user":"carol","password":"{password}"}}'.encode()
        raise ValueError(f"GET /x?token={token} {headers} {body!r} {body.decode()}")

    try:
        handler(TOKEN, PASSWORD)
    except ValueError as error:
        structlog.get_logger().error("request_failed", exc_info=error, headers={"Authorization": f"Bearer {TOKEN}"})
        logging.getLogger("asyncio").error("Task failed: %s", error, exc_info=error)
    told = written.getvalue()
    assert told.count("Traceback") == 2
    assert "in handler" in told
    assert TOKEN not in told
    assert PASSWORD not in told


def test_a_traceback_tells_no_values_and_has_a_bound(written: Written) -> None:
    def deep(number: int, value: str) -> None:
        if number == 0:
            raise RuntimeError("x" * 50_000)
        deep(number - 1, value)

    try:
        deep(300, "a value of a variable")
    except RuntimeError as error:
        structlog.get_logger().error("request_failed", exc_info=error)
    told = written.getvalue()
    assert "a value of a variable" not in told
    assert len(told) < MAX_TRACE + 500


def test_tracebacks_are_few() -> None:
    clock = Clock()
    traces = Traces(clock)

    def told() -> str:
        try:
            raise KeyError("x")
        except KeyError as error:
            return str(traces(None, "error", {"event": "failed", "exc_info": error})["exception"])

    assert ["Traceback" in told() for _ in range(TRACES + 3)] == [True] * TRACES + [False] * 3
    assert "KeyError at " in told()
    clock.now = 60.0
    assert "Traceback" in told()


def test_a_flood_of_one_kind_is_bounded_and_counted() -> None:
    clock = Clock()
    flood = Flood(clock)

    def lines(number: int, event: str) -> list[dict[str, object]]:
        passed = []
        for _ in range(number):
            try:
                passed.append(dict(flood(None, "warning", {"event": event})))
            except structlog.DropEvent:
                continue
        return passed

    assert len(lines(10_000, "log_in_refused")) == BURST
    assert len(lines(1, "trunk_down")) == 1, "another kind is written"
    clock.now = 2.0
    after = lines(10_000, "log_in_refused")
    assert len(after) == 2 * PER_S
    assert after[0]["left_out"] == 10_000 - BURST
    assert "left_out" not in after[1]


def test_many_kinds_have_a_bound_together() -> None:
    flood = Flood(Clock())
    passed = 0
    for number in range(20_000):
        try:
            flood(None, "error", {"event": f"kind {number}"})
            passed += 1
        except structlog.DropEvent:
            continue
    assert passed == 2_000


def test_libraries_write_the_same_way_and_are_bounded(written: Written) -> None:
    begun = time.monotonic()
    for number in range(1_000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource %d", number)
    earned = int(PER_S * (time.monotonic() - begun))
    told = written.getvalue()
    assert BURST <= told.count("\n") <= BURST + earned
    assert "out of system resource 0" in told


def test_a_line_is_one_line_without_escapes_of_a_terminal(written: Written) -> None:
    structlog.get_logger().warning("trunk_down", reason="Busy\x1b]0;owned\x07\r\nforged line \x9b31m \u202e abc \ud800")
    told = written.getvalue()
    assert told.count("\n") == 1
    for letter in ("\x1b", "\x07", "\x9b", "\u202e", "\r"):
        assert letter not in told.replace("\x1b[0m", "")
    assert len(clean_line(None, "info", {"event": "x", "value": "y" * 100_000})["value"]) < MAX_VALUE + 50


def test_printable_leaves_words_of_all_languages() -> None:
    assert printable("Büro, 東京, naïve 🙂") == "Büro, 東京, naïve 🙂"
    assert printable("\x1b[31m\ud800") == "\\x1b[31m\\ud800"


def test_a_sentence_is_written_in_words_and_a_bare_reason_as_its_key(written: Written) -> None:
    heard = NothingHeard(4.0)
    structlog.get_logger().warning("trunk_down", last_error=Sentence(heard), why=heard)
    line = written.getvalue()
    assert "nothing heard 4 s after an INVITE" in line
    assert "why=trunk_silent" in line
