"""The form of a number for a trunk, and the caller ID."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import NumberFormat
from dialer.trunks.number import identity, identity_headers, request_uri, written
from dialer.vocabulary.telephony import Header
from tests.unit.callflow.house import trunk

LONDON = "+442079460100"


@pytest.mark.parametrize(
    ("format_", "number", "text"),
    [
        ({}, LONDON, LONDON),
        ({"form": "e164"}, LONDON, "442079460100"),
        ({"form": "national", "region": "GB"}, LONDON, "02079460100"),
        ({"form": "national", "region": "GB"}, "+12025550123", "0012025550123"),
        ({"form": "national", "region": "GB", "international_prefix": "+"}, "+12025550123", "+12025550123"),
        ({"form": "national", "region": "US"}, "+12025550123", "12025550123"),
        ({"form": "national", "region": "GB", "national_prefix": ""}, LONDON, "2079460100"),
        ({"form": "national", "region": "FR"}, "+33199001234", "0199001234"),
        ({"rules": ({"pattern": r"^\+44", "strip_digits": 3, "prepend": "0"},)}, LONDON, "02079460100"),
        (
            {"rules": ({"pattern": r"^\+1"}, {"pattern": r"\+", "strip_digits": 1, "prepend": "9#"})},
            LONDON,
            "9#442079460100",
        ),
        ({"rules": ({"pattern": r"\+44", "prepend": "1"}, {"pattern": r"\+44", "prepend": "2"})}, LONDON, f"1{LONDON}"),
    ],
)
def test_written(format_: dict[str, Any], number: str, text: str) -> None:
    assert written(number, NumberFormat(**format_)) == text


def test_request_uri() -> None:
    """An unset port is not written, as it would forbid the SRV records of the host (RFC 3263 4.2)."""
    assert request_uri(LONDON, trunk()) == f"sip:{LONDON}@main.example.net;transport=udp"
    tls = trunk(transport="tls", number_format={"form": "e164"})
    assert request_uri(LONDON, tls) == "sip:442079460100@main.example.net;transport=tls"
    assert request_uri(LONDON, trunk(port=5070)) == f"sip:{LONDON}@main.example.net:5070;transport=udp"


@pytest.mark.parametrize(
    ("more", "caller_id", "shown"),
    [
        ({}, "+442079460000", "<sip:+442079460000@main.example.net>"),
        ({}, "", "<sip:anonymous@main.example.net>"),
        ({"from_user": "us", "from_domain": "example.org"}, "+442079460000", "<sip:us@example.org>"),
        ({"number_format": {"form": "e164"}}, "+442079460000", "<sip:442079460000@main.example.net>"),
    ],
)
def test_identity(more: dict[str, Any], caller_id: str, shown: str) -> None:
    assert identity(caller_id, trunk(**more)) == shown


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ({}, ()),
        ({"extra_headers": {"X-Campaign": "spring"}}, (Header("X-Campaign", "spring"),)),
        (
            {"identity_header": "p_asserted_identity"},
            (Header("P-Asserted-Identity", "<sip:+442079460000@main.example.net>"),),
        ),
        (
            {"identity_header": "p_asserted_identity", "privacy": "id"},
            (Header("P-Asserted-Identity", "<sip:+442079460000@main.example.net>"), Header("Privacy", "id")),
        ),
        (
            {"identity_header": "remote_party_id"},
            (Header("Remote-Party-ID", "<sip:+442079460000@main.example.net>;party=calling;privacy=off;screen=yes"),),
        ),
    ],
)
def test_identity_headers(more: dict[str, Any], headers: tuple[Header, ...]) -> None:
    assert identity_headers("+442079460000", trunk(**more)) == headers


def test_no_number_no_header() -> None:
    assert identity_headers("", trunk(identity_header="p_asserted_identity", privacy="id")) == (
        Header("Privacy", "id"),
    )
