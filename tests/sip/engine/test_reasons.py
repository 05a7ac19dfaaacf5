"""Data in raw messages."""

from __future__ import annotations

import pytest

from sip.engine import reasons

RESPONSE = (
    "SIP/2.0 503 Service  Unavailable\r\n"
    "v: SIP/2.0/UDP 192.0.2.1\r\n"
    'Reason: SIP;cause=503, Q.850 ;cause=34;text="No circuit"\r\n'
    "Retry-After: 18000;duration=3600\r\n"
    "Subject: folded\r\n over two lines\r\n"
    "c: application/sdp\r\n"
    "\r\n"
    "v=0\r\n"
)


def test_a_response_is_read() -> None:
    assert reasons.status_of(RESPONSE) == (503, "Service  Unavailable")
    assert reasons.q850(RESPONSE) == 34
    assert reasons.retry_after_s(RESPONSE) == 18000.0
    assert reasons.header(RESPONSE, "Via") == "SIP/2.0/UDP 192.0.2.1"
    assert reasons.header(RESPONSE, "subject") == "folded over two lines"
    assert reasons.carries_sdp(RESPONSE)
    assert reasons.request_uri(RESPONSE) == ""


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("Reason: Q.850;cause=17", 17),
        ('reason: q.850;text="x";cause="16"', 16),
        ("Reason: Q850;cause=17", 17),
        ("Reason: q.850 ; cause = 17 ; text = x", 17),
        ('Reason: Q.850;text="No user, responding; cause=3";cause=18', 18),
        ('Reason: SIP;cause=480;text="x, Q.850;cause=17"', None),
        ('Reason: SIP;cause=486;text="a \\"b\\", Q.850;cause=1",Q.850;cause=17', 17),
        ("Reason: Q.850;cause=999", None),
        ("Reason: Q.850;cause=0", None),
        ("Reason: Q.850;cause=-1", None),
        ("Reason: Q.850;cause=1\u0661", None),
        ("Reason: Q.850;cause=", None),
        ("Reason: Q.850;cause=999, Q.850;cause=16", 16),
        ("Reason: XQ.850;cause=17", None),
        ('Reason: ;;,,"', None),
        ("Reason: ,", None),
        ("Reason: SIP;cause=200", None),
        ("Reason: Q.850", None),
        ("Retry-After: soon", None),
    ],
)
def test_q850_is_found_or_not(line: str, cause: int | None) -> None:
    message = f"BYE sip:a@192.0.2.1 SIP/2.0\r\n{line}\r\n\r\n"
    assert reasons.q850(message) == cause
    assert reasons.retry_after_s(message) is None
    assert reasons.request_uri(message) == "sip:a@192.0.2.1"
    assert reasons.status_of(message) == (0, "")


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ('"A <b>" <sip:a@192.0.2.1;x=y>;tag=1', "sip:a@192.0.2.1;x=y"),
        ("<sip:a@192.0.2.1>;tag=1", "sip:a@192.0.2.1"),
        ("sip:a@192.0.2.1;tag=1", "sip:a@192.0.2.1"),
    ],
)
def test_a_name_address_is_bared(address: str, uri: str) -> None:
    assert reasons.bare_uri(address) == uri


def test_a_line_break_is_unsafe() -> None:
    assert reasons.unsafe("a\r\nb")
    assert reasons.unsafe("a\0b")
    assert not reasons.unsafe("plain")
