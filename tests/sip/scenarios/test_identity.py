"""Our identity and the form of numbers on the wire."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialer.lab.scenario import CALLER_ID
from dialer.vocabulary.results import CallResult
from tests.sip.engine.scenario import script

from .booth import NUMBER, Booth, Booths, Carrier
from .messages import Message
from .steps import answered, ended_by_us, refused

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUSY = refused(486, "Busy Here")
IN_BRITAIN = "+442079460123"
ANOTHER = "+442079460555"


async def _invite(booth: Booth, number: str = NUMBER) -> Message:
    """The INVITE of a call that is refused."""
    await booth.start()
    attempt, wire = await booth.settled(number), await booth.wire("first")
    assert attempt.result is CallResult.BUSY
    assert wire.call_ids == list(attempt.call_ids)
    (invite,) = wire.once.requests("INVITE")
    return invite


def _user(address: str) -> str:
    """The user of the URI in a From, To or the like."""
    return address.partition("sip:")[2].partition("@")[0]


def _host(address: str) -> str:
    return address.partition("@")[2].partition(">")[0]


async def test_the_caller_id_is_in_from_and_nowhere_else(booths: Booths) -> None:
    async with booths(Carrier(BUSY)) as booth:
        invite = await _invite(booth)
    assert _user(invite.header("From")) == CALLER_ID
    assert _user(invite.header("To")) == NUMBER
    for name in ("P-Asserted-Identity", "Remote-Party-ID", "Privacy", "P-Preferred-Identity"):
        assert not invite.has(name)


async def test_an_asserted_identity_stands_beside_the_accounts_from_user(booths: Booths) -> None:
    trunk = {
        "identity_header": "p_asserted_identity",
        "from_user": "acme-dialer",
        "from_domain": "pbx.example.net",
        "authentication": {"user": "auth-7", "password": "example"},
    }
    async with booths(Carrier(BUSY, trunk=trunk)) as booth:
        invite = await _invite(booth)
    assert (_user(invite.header("From")), _host(invite.header("From"))) == ("acme-dialer", "pbx.example.net")
    assert invite.header("P-Asserted-Identity") == f"<sip:{CALLER_ID}@pbx.example.net>"
    assert not invite.has("Privacy")
    assert "auth-7" not in str(invite.headers)


@pytest.mark.parametrize("header", ["p_asserted_identity", "remote_party_id"])
async def test_a_withheld_number_is_asserted_and_marked(booths: Booths, header: str) -> None:
    trunk = {"identity_header": header, "privacy": "id"}
    async with booths(Carrier(BUSY, trunk=trunk)) as booth:
        invite = await _invite(booth)
    assert invite.header("Privacy") == "id"
    if header == "p_asserted_identity":
        assert _user(invite.header("P-Asserted-Identity")) == CALLER_ID
        assert not invite.has("Remote-Party-ID")
    else:
        assert _user(invite.header("Remote-Party-ID")) == CALLER_ID
        assert ";privacy=full" in invite.header("Remote-Party-ID")
        assert not invite.has("P-Asserted-Identity")


async def test_a_campaigns_caller_id_is_shown_where_the_trunk_owns_it(booths: Booths) -> None:
    trunk = {"caller_ids": (CALLER_ID, ANOTHER), "identity_header": "p_asserted_identity"}
    campaign = {"caller_ids": ("+442079460777", ANOTHER)}
    async with booths(Carrier(BUSY, trunk=trunk), campaign=campaign) as booth:
        invite = await _invite(booth)
        (dial,) = await booth.rows("SELECT caller_id FROM dials")
    assert _user(invite.header("From")) == ANOTHER
    assert _user(invite.header("P-Asserted-Identity")) == ANOTHER
    assert dial["caller_id"] == ANOTHER


NATIONAL = {"form": "national", "region": "GB"}
FORMATS: tuple[tuple[Mapping[str, object], str, str], ...] = (
    ({"form": "e164_plus"}, IN_BRITAIN, "+442079460123"),
    ({"form": "e164"}, IN_BRITAIN, "442079460123"),
    (NATIONAL, IN_BRITAIN, "02079460123"),
    (NATIONAL, NUMBER, "0012025550123"),
    ({**NATIONAL, "international_prefix": "+"}, NUMBER, "+12025550123"),
    ({"form": "e164", "rules": ({"pattern": "^44", "strip_digits": 2, "prepend": "9"},)}, IN_BRITAIN, "92079460123"),
    ({"form": "e164", "rules": ({"pattern": "^44", "strip_digits": 2, "prepend": "9"},)}, NUMBER, "12025550123"),
    (
        {
            **NATIONAL,
            "rules": (
                {"pattern": "^00", "strip_digits": 2, "prepend": "810"},
                {"pattern": "^8", "strip_digits": 1, "prepend": "0"},
            ),
        },
        NUMBER,
        "81012025550123",
    ),
)


@pytest.mark.parametrize(("format_", "number", "written"), FORMATS)
async def test_numbers_are_written_as_the_trunk_wants_them(
    booths: Booths, format_: Mapping[str, object], number: str, written: str
) -> None:
    async with booths(Carrier(BUSY, trunk={"number_format": format_}), numbers=(number,)) as booth:
        invite = await _invite(booth, number)
        assert (await booth.record(number)).number == number
    assert _user(invite.uri) == written
    assert _user(invite.header("To")) == written


async def test_a_trunks_own_headers_are_on_every_invite(booths: Booths) -> None:
    trunk = {"extra_headers": {"X-Customer": "acme", "X-Route": "gold"}, "codecs": ("PCMU",)}
    async with booths(Carrier(BUSY, trunk=trunk)) as booth:
        invite = await _invite(booth)
    assert (invite.header("X-Customer"), invite.header("X-Route")) == ("acme", "gold")
    (media,) = [line for line in invite.body.splitlines() if line.startswith("m=")]
    assert media.split()[3] == "0"
    assert "PCMA" not in invite.body


async def test_requests_of_a_dialog_say_the_same_identity(booths: Booths) -> None:
    trunk = {"from_user": "acme-dialer", "identity_header": "p_asserted_identity"}
    async with booths(Carrier(script(answered(), ended_by_us()), trunk=trunk)) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt, wire = await booth.settled(), await booth.wire("first")
    assert attempt.result is CallResult.ANSWER
    (invite,), (bye,) = wire.once.requests("INVITE"), wire.once.requests("BYE")
    assert bye.header("From") == invite.header("From")
    assert _user(bye.header("From")) == "acme-dialer"
