"""A trunk's credentials go only to the trunk's own addresses, in requests of ours."""

from __future__ import annotations

from pathlib import Path

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import Credentials

from .rig import Engine, Sipp
from .scenario import invited, receive, respond, respond_to_last, script, sdp

CHALLENGE = 'WWW-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5'
ACME = Credentials(user="acme", password="example")


def challenged() -> str:
    return script(invited(), respond(401, "Unauthorized", CHALLENGE), receive("ACK"))


def test_a_stranger_who_challenges_an_invite_gets_no_credentials(bare: Engine, tmp_path: Path) -> None:
    """Such as a phone that an agent names, rung over the account of a trunk."""
    bare.configure(credentials=ACME, peers=("127.0.0.9",), host="sip:127.0.0.8")
    with Sipp(tmp_path, challenged()) as sipp:
        cleared = bare.cleared(bare.dial(sipp.port))
        messages = sipp.finished()
    assert cleared.code == 401
    assert "Authorization" not in messages


def test_the_host_of_a_trunk_needs_no_entry_among_its_peers(bare: Engine, tmp_path: Path) -> None:
    bare.configure(credentials=ACME, peers=("127.0.0.9",), host="sip:localhost")
    again = script(receive("INVITE"), respond(486, "Busy Here"), receive("ACK"))
    with Sipp(tmp_path, script(challenged(), again)) as sipp:
        cleared = bare.cleared(bare.dial(uri=f"sip:+12025550123@localhost:{sipp.port}"))
        assert 'username="acme"' in sipp.finished()
    assert cleared.code == 486


def test_a_dialog_that_goes_on_elsewhere_takes_no_credentials_along(bare: Engine, tmp_path: Path) -> None:
    """Contact may name any host; pjsip would repeat the answer to the challenge of the INVITE in ACK and BYE."""
    bare.configure(credentials=ACME)
    with Sipp(tmp_path, script(receive("ACK"), receive("BYE"), respond_to_last(200, "OK")), host="127.0.0.2") as other:
        accepted = respond(200, "OK", body=sdp()).replace(
            "sip:peer@[local_ip]:[local_port]", f"sip:peer@127.0.0.2:{other.port}"
        )
        with Sipp(tmp_path, script(challenged(), receive("INVITE"), accepted)) as sipp:
            leg = bare.dial(sipp.port)
            bare.answered(leg)
            bare.submit(telephony.HangUp(leg))
            bare.cleared(leg)
            assert 'username="acme"' in sipp.finished()
        messages = other.finished()
    assert "BYE sip:peer@127.0.0.2" in messages
    assert "uthorization" not in messages
