"""Requirements of a trunk that we cannot meet are reported in words with the remedy."""

from __future__ import annotations

import pytest

from dialer.vocabulary import telephony
from sip.engine.challenges import asked_in_vain

from .plain import Peer, offer
from .rig import TRUNK, Engine

DIGEST = 'Digest realm="carrier", nonce="7a1f"'
CREDENTIALS = telephony.Credentials(user="acme", password="example")
VAIN = {
    "auth-int": (f'{DIGEST}, qop="auth-int"', "qop auth-int alone"),
    "MD5-sess": (f"{DIGEST}, algorithm=MD5-sess", "algorithm MD5-sess"),
    "both": (f'{DIGEST}, algorithm="MD5-sess", qop="auth-int"', "algorithm MD5-sess"),
    "Basic": ('Basic realm="carrier"', "Basic instead of Digest"),
    "Bearer": ('Bearer authz_server="https://example.com/"', "Bearer instead of Digest"),
    "no parameters": ("Negotiate", "Negotiate instead of Digest"),
    "PGP": ('PGP version="5.0"', "PGP instead of Digest"),
    "folded": ('Basic\r\n realm="carrier"', "Basic instead of Digest"),
}
ANSWERED = {
    "no algorithm": DIGEST,
    "MD5": f"{DIGEST}, algorithm=md5",
    "SHA-256": f"{DIGEST}, algorithm=SHA-256",
    "auth among others": f'{DIGEST}, qop="auth-int, auth"',
}


@pytest.mark.parametrize(("challenge", "words"), VAIN.values(), ids=VAIN)
@pytest.mark.parametrize("code", [401, 407])
def test_a_challenge_that_cannot_be_answered_is_named(bare: Engine, code: int, challenge: str, words: str) -> None:
    bare.configure(credentials=CREDENTIALS)
    with Peer() as trunk:
        leg = bare.dial(trunk.port)
        header = "WWW-Authenticate" if code == 401 else "Proxy-Authenticate"
        trunk.respond(trunk.request_of("INVITE"), code, "Unauthorized", f"{header}: {challenge}")
        cleared = bare.cleared(leg)
        trunk.request_of("ACK")
    assert cleared.code == code
    assert cleared.reason.startswith(
        f"Unauthorized: the challenge asks for {words}, which cannot be answered: ask the "
    )


@pytest.mark.parametrize("challenge", ANSWERED.values(), ids=ANSWERED)
def test_one_that_can_be_is_answered(bare: Engine, challenge: str) -> None:
    bare.configure(credentials=CREDENTIALS)
    with Peer() as trunk:
        leg = bare.dial(trunk.port)
        trunk.respond(trunk.request_of("INVITE"), 401, "Unauthorized", f"WWW-Authenticate: {challenge}")
        trunk.request_of("ACK")
        again = trunk.request_of("INVITE")
        assert 'username="acme"' in again.header("authorization")
        trunk.respond(again, 486, "Busy Here")
        assert bare.cleared(leg).reason == "Busy Here"


@pytest.mark.parametrize("first", ['Basic realm="carrier"', "Negotiate"])
def test_a_digest_beside_another_scheme_is_answered(bare: Engine, first: str) -> None:
    bare.configure(credentials=CREDENTIALS)
    with Peer() as trunk:
        leg = bare.dial(trunk.port)
        both = (f"WWW-Authenticate: {first}", f"WWW-Authenticate: {DIGEST}")
        trunk.respond(trunk.request_of("INVITE"), 401, "Unauthorized", *both)
        trunk.request_of("ACK")
        again = trunk.request_of("INVITE")
        assert 'username="acme"' in again.header("authorization")
        trunk.respond(again, 486, "Busy Here")
        assert bare.cleared(leg).reason == "Busy Here"


def test_a_challenge_where_none_belongs_harms_nothing(engine: Engine) -> None:
    """A message that waits for a name, and an INVITE, are copied with all their headers."""
    with Peer() as trunk:
        challenge = 'WWW-Authenticate: Basic realm="carrier"'
        trunk.ask_outside("INVITE", ("127.0.0.1", engine.ports[0]), challenge, body=offer())
        offered = engine.expect(telephony.LegOffered)
        assert telephony.Header("WWW-Authenticate", 'Basic realm="carrier"') in offered.headers
        engine.submit(telephony.Reject(offered.leg, 480))
        assert trunk.answer_to("INVITE").code == 480


@pytest.mark.parametrize(("challenge", "words"), [VAIN["auth-int"], VAIN["Basic"]], ids=["auth-int", "Basic"])
def test_a_registration_says_it_too(bare: Engine, challenge: str, words: str) -> None:
    with Peer() as trunk:
        bare.apply(bare.account(TRUNK, registrar=f"127.0.0.1:{trunk.port}", credentials=CREDENTIALS))
        trunk.respond(trunk.request_of("REGISTER"), 401, "Unauthorized", f"WWW-Authenticate: {challenge}")
        state = bare.expect(telephony.AccountState)
    assert (state.code, state.registered) == (401, False)
    assert words in state.reason


def test_an_extension_that_is_required_is_named(engine: Engine) -> None:
    with Peer() as trunk:
        leg = engine.dial(trunk.port)
        trunk.respond(trunk.request_of("INVITE"), 421, "Extension Required", "Require: 100rel, precondition")
        cleared = engine.cleared(leg)
    required = "the peer requires 100rel, precondition, which Cornetta does not have"
    assert cleared.reason == f"Extension Required: {required}"


@pytest.mark.parametrize(
    "rubbish", ["", ",,", "Digest", "Digest qop=", 'Digest realm="', "=;=", "Digest " + "a=b," * 500]
)
def test_rubbish_is_no_fault_of_ours(rubbish: str) -> None:
    asked_in_vain(401, f"SIP/2.0 401 No\r\nWWW-Authenticate: {rubbish}\r\n\r\n")
    bearer = asked_in_vain(407, 'SIP/2.0 407 No\r\nProxy-Authenticate: Bearer realm="x"\r\n\r\n')
    assert "Bearer instead of Digest" in bearer
    assert asked_in_vain(486, "SIP/2.0 486 Busy\r\n\r\n") == ""
