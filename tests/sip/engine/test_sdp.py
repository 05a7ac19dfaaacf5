"""SDP of ours, reduced to the codecs of an account."""

from __future__ import annotations

import pytest

from sip.engine import sdp

OFFER = "\r\n".join(
    [
        "v=0",
        "m=audio 4000 RTP/AVP 0 8 9 96 120 121",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:96 useinbandfec=1",
        "a=rtpmap:120 telephone-event/8000",
        "a=fmtp:120 0-16",
        "a=rtpmap:121 telephone-event/48000",
        "a=sendrecv",
        "m=video 0 RTP/AVP 31",
        "",
    ]
)


@pytest.mark.parametrize(
    ("codecs", "payloads"),
    [
        (("PCMA", "PCMU"), "8 0 120"),
        (("opus",), "96 121"),
        (("G.722", "opus"), "9 96 120 121"),
        (("iLBC",), "0 8 9 96 120 121"),
    ],
)
def test_payloads_are_those_of_the_account_in_its_order(codecs: tuple[str, ...], payloads: str) -> None:
    lines = sdp.only(OFFER, codecs).splitlines()
    assert lines[1] == f"m=audio 4000 RTP/AVP {payloads}"
    kept = payloads.split()
    described = {line.split(":")[1].split()[0] for line in lines if line.startswith("a=rtpmap:")}
    assert described == set(kept)
    assert "a=sendrecv" in lines
    assert lines[-1] == "m=video 0 RTP/AVP 31"


def test_static_payloads_need_no_rtpmap() -> None:
    assert sdp.only("m=audio 4000 RTP/AVP 0 8\r\n", ("PCMA",)) == "m=audio 4000 RTP/AVP 8\r\n"


def test_nothing_stays_nothing() -> None:
    assert sdp.only("", ("PCMU",)) == ""
