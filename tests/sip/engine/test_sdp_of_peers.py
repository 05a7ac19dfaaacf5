"""SDP of peers: a usable one makes a call, an unusable one is reported at once and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import ClearedBy, Srtp

from .rig import Engine, Sipp
from .scenario import invited, receive, respond, respond_to_last, script, sdp

KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:tMuyik1Aiiq9p4DQVHhAASSWDEP7K7wo0cICOn39"
GOOD = sdp()

ODD = {
    "no session name": GOOD.replace("s=-\n", ""),
    "an empty session name": GOOD.replace("s=-", "s="),
    "a session name of one space": GOOD.replace("s=-", "s= "),
    "no origin": GOOD.replace("o=peer 1 1 IN IP4 127.0.0.1\n", ""),
    "neither origin nor name": GOOD.replace("o=peer 1 1 IN IP4 127.0.0.1\ns=-\n", ""),
    "spaces in the origin's name": GOOD.replace("o=peer", "o=Media Gateway 7"),
    "an origin without a name": GOOD.replace("o=peer 1 1", "o=1 1"),
    "a broken origin": GOOD.replace("o=peer 1 1 IN IP4 127.0.0.1", "o=broken"),
    "letters for numbers in the origin": GOOD.replace("o=peer 1 1", "o=peer a1b2 x"),
    "small letters in origin and connection": GOOD.replace("IN IP4", "in ip4"),
    "no time": GOOD.replace("t=0 0\n", ""),
    "a payload type that nothing explains": GOOD.replace("RTP/AVP 0 101", "RTP/AVP 0 101 120"),
    "spaces behind the lines": GOOD.replace("\na=sendrecv", " \na=sendrecv  "),
    "silence suppression": GOOD.replace("0 101", "0 13 101") + "\na=silenceSupp:on - - - -",
    "video that was not offered": GOOD + "\nm=video 0 RTP/AVP 31",
}
MUTE = {
    "G.729 alone": (
        GOOD.replace("0 101", "18 101").replace("rtpmap:0 PCMU", "rtpmap:18 G729"),
        "its SDP takes G729, and we offered PCMU, PCMA",
    ),
    "port 0": (GOOD.replace("[media_port]", "0"), "its SDP refuses the audio (port 0)"),
    "IPv6": (
        GOOD.replace("c=IN IP4 127.0.0.1", "c=IN IP6 ::1"),
        "its SDP names an IP6 address, and we speak IP4 only",
    ),
    "no media": (GOOD.split("m=audio")[0].rstrip(), "its SDP has no audio line where we offered one"),
    "no SDP": ("", "it has no SDP"),
    "no connection": (GOOD.replace("c=IN IP4 127.0.0.1\n", ""), "its SDP cannot be read (no c= line)"),
    "a broken media line": (GOOD.replace("[media_port]", "x"), "its SDP cannot be read (a broken m= line)"),
    "no SDP at all": ("hello, world", "its SDP cannot be read (it is no SDP)"),
    "encryption that was not offered": (
        GOOD.replace("RTP/AVP", "RTP/SAVP") + f"\n{KEY}",
        "its SDP wants encryption (RTP/SAVP), which we did not offer",
    ),
}


def _ends_by_bye() -> str:
    return script(receive("BYE"), respond_to_last(200, "OK"))


def _answers(body: str) -> str:
    return script(invited(), respond(200, "OK", body=body), receive("ACK"), _ends_by_bye())


@pytest.mark.parametrize("case", ODD)
def test_what_others_accept_is_a_call(engine: Engine, tmp_path: Path, case: str) -> None:
    with Sipp(tmp_path, _answers(ODD[case])) as sipp:
        leg = engine.dial(sipp.port)
        engine.answered(leg)
        engine.active(leg)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()
    assert engine.cleared(leg).by is ClearedBy.US


@pytest.mark.parametrize("case", MUTE)
def test_what_cannot_be_heard_is_ended_and_told_in_words(engine: Engine, tmp_path: Path, case: str) -> None:
    """A person picked up, so it is an answer; it never was a call, so there is no LegAnswered."""
    body, words = MUTE[case]
    with Sipp(tmp_path, _answers(body)) as sipp:
        leg = engine.dial(sipp.port)
        cleared = engine.cleared(leg)
        sipp.finished()
    assert (cleared.by, cleared.code, cleared.answered) == (ClearedBy.MEDIA, 200, True)
    assert cleared.reason == words
    assert not engine.of(telephony.LegAnswered, leg)


@pytest.mark.parametrize(
    ("srtp", "change", "words"),
    [
        (Srtp.MANDATORY, ("", ""), "its SDP has no encryption (RTP/AVP), which we asked for"),
        (Srtp.MANDATORY, ("RTP/AVP", "RTP/SAVP"), "its SDP wants encryption (RTP/SAVP) and gives no key (a=crypto)"),
    ],
)
def test_encryption_that_does_not_fit_is_told(
    bare: Engine, tmp_path: Path, srtp: Srtp, change: tuple[str, str], words: str
) -> None:
    bare.configure(srtp=srtp)
    with Sipp(tmp_path, _answers(GOOD.replace(*change) if change[0] else GOOD)) as sipp:
        cleared = bare.cleared(bare.dial(sipp.port))
        sipp.finished()
    assert (cleared.by, cleared.reason) == (ClearedBy.MEDIA, words)


@pytest.mark.parametrize("case", [case for case in MUTE if case != "no SDP"])
def test_a_good_answer_after_early_media_of_no_use_is_a_call(engine: Engine, tmp_path: Path, case: str) -> None:
    early = respond(183, "Session Progress", body=MUTE[case][0])
    good = respond(200, "OK", body=GOOD)
    with Sipp(tmp_path, script(invited(), early, good, receive("ACK"), _ends_by_bye())) as sipp:
        leg = engine.dial(sipp.port)
        engine.answered(leg)
        engine.active(leg)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()
    assert engine.cleared(leg).by is ClearedBy.US


def test_early_media_that_was_understood_goes_on_whatever_the_answer_says(engine: Engine, tmp_path: Path) -> None:
    early = respond(183, "Session Progress", body=GOOD)
    answer = respond(200, "OK", body=MUTE["a broken media line"][0])
    with Sipp(tmp_path, script(invited(), early, answer, receive("ACK"), _ends_by_bye())) as sipp:
        leg = engine.dial(sipp.port)
        engine.answered(leg)
        engine.submit(telephony.HangUp(leg))
        sipp.finished()
    assert engine.cleared(leg).by is ClearedBy.US


def test_a_hundred_and_more_answers_leave_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    """After the call no data of its unusable early media is kept."""
    early = respond(183, "Session Progress", body=MUTE["port 0"][0])
    refused = script(invited(), early, respond(486, "Busy Here"), receive("ACK"))
    with Sipp(tmp_path, refused, calls=20) as sipp:
        legs = [engine.dial(sipp.port) for _ in range(20)]
        assert {engine.cleared(leg).code for leg in legs} == {486}
        sipp.finished()
