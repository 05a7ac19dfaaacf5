"""A stranger gets no state, no answer larger than the request, and no influence on our calls."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import ClearedBy

from .plain import Message, Peer, offer
from .rig import TRUNK, Engine

STRANGER = "127.0.0.9"
DTMF = "Content-Type: application/dtmf-relay"


def trunk_of(engine: Engine) -> tuple[str, int]:
    return "127.0.0.1", engine.ports[0]


def settled(engine: Engine) -> None:
    """Wait until no leg and no slot of pjsip is left."""
    engine.expect(telephony.EngineStatistics, lambda event: event.legs == 0 and event.lingering == 0)


def last_statistics(engine: Engine) -> telephony.EngineStatistics:
    return [event for event in engine.events if isinstance(event, telephony.EngineStatistics)][-1]


def call(engine: Engine, peer: Peer, **changes: object) -> None:
    """A normal call from INVITE to BYE."""
    leg = engine.dial(peer.port, **changes)  # type: ignore[arg-type]
    invite = peer.request_of("INVITE")
    peer.respond(invite, 180, "Ringing")
    engine.expect(telephony.LegAlerting, lambda event: event.leg == leg)
    peer.answer(invite)
    engine.answered(leg)
    engine.submit(telephony.HangUp(leg))
    peer.respond(peer.request_of("BYE"), 200, "OK")
    assert engine.cleared(leg).answered


# -- requests of strangers


@pytest.mark.parametrize(
    ("method", "code"),
    [("SUBSCRIBE", 489), ("PUBLISH", 489), ("NOTIFY", 489), ("OPTIONS", 403), ("INVITE", 403), ("MESSAGE", 403),
     ("REGISTER", 403), ("REFER", 403), ("INFO", 403), ("WHATEVER", 403)],
)  # fmt: skip
def test_a_request_of_a_stranger_is_refused_in_few_words_and_leaves_nothing(
    engine: Engine, method: str, code: int
) -> None:
    headers = ("Event: presence", "Expires: 3600", f"Refer-To: <sip:x@{STRANGER}>", "Accept: application/pidf+xml")
    with Peer(STRANGER) as stranger:
        asked = stranger.ask_outside(method, trunk_of(engine), *headers, body=offer() if method == "INVITE" else "")
        answer = stranger.answer_to(method)
        assert answer.code == code
        assert len(answer.text) <= len(asked)
        stranger.silence(0.7)
    settled(engine)
    assert not [event for event in engine.events if isinstance(event, telephony.LegOffered)]


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_what_belongs_to_no_invite_of_a_stranger_gets_no_answer(engine: Engine, method: str) -> None:
    with Peer(STRANGER) as stranger:
        stranger.ask_outside(method, trunk_of(engine))
        stranger.silence(0.5)


def test_the_shortest_request_of_a_stranger_gets_no_larger_answer(engine: Engine) -> None:
    """An answer has to repeat Via, To and the rest: here it would be larger, so there is none."""
    with Peer(STRANGER) as stranger:
        lines = ["OPTIONS sip:x SIP/2.0", f"v:SIP/2.0/UDP {STRANGER}:{stranger.port};rport;branch=z9hG4bK1"]
        lines += ["f:<sip:x>;tag=1", "t:<sip:x>", "i:1", "CSeq:1 OPTIONS", "", ""]
        stranger.send("\r\n".join(lines), trunk_of(engine))
        stranger.silence(0.5)


def test_nothing_leaves_for_the_host_that_a_strangers_via_or_contact_names(engine: Engine) -> None:
    with Peer(STRANGER) as stranger, Peer("127.0.0.10") as third, Peer() as trunk:
        for header in (f"maddr={third.address}", "rport"):
            via = f"Via: SIP/2.0/UDP {third.address}:{third.port};{header};branch=z9hG4bK{header[:3]}"
            lines = [f"SUBSCRIBE sip:127.0.0.1:{engine.ports[0]} SIP/2.0", via, "From: <sip:x@example.com>;tag=1"]
            lines += ["To: <sip:y@example.com>", "Call-ID: 1", "CSeq: 1 SUBSCRIBE", "Event: presence"]
            lines += [f"Contact: <sip:x@{third.address}:{third.port}>", "Content-Length: 0", "", ""]
            stranger.send("\r\n".join(lines), trunk_of(engine))
        third.silence(0.7)
        call(engine, trunk)


def test_a_flood_of_strangers_leaves_trunk_and_dialing_up(engine: Engine) -> None:
    """1,000 requests a second for 4 s. Then the engine must end within seconds (see the rig)."""
    with Peer(STRANGER) as stranger, Peer() as trunk:
        call(engine, trunk)
        begun, sent, calls = time.monotonic(), 0, 0
        engine.hear_for(0.2)
        rss = last_statistics(engine).rss_mb
        while (elapsed := time.monotonic() - begun) < 4.0:
            while sent < elapsed * 1000:
                method = ("SUBSCRIBE", "INVITE", "OPTIONS", "REGISTER")[sent % 4]
                stranger.ask_outside(method, trunk_of(engine), "Event: presence", "Expires: 3600", body=offer())
                sent += 1
            if calls < elapsed:
                engine.submit(telephony.Probe(TRUNK, f"sip:127.0.0.1:{trunk.port}"))
                trunk.respond(trunk.request_of("OPTIONS"), 200, "OK")
                assert engine.expect(telephony.ProbeCompleted).code == 200
                call(engine, trunk)
                calls += 1
        engine.hear_for(0.3)
        last = last_statistics(engine)
    assert sent >= 3900
    assert last.rss_mb - rss < 5.0
    assert last.legs == last.lingering == 0
    engine.owner.stop(5.0)  # raises if it takes longer


# -- requests of peers


@pytest.mark.parametrize(
    ("method", "code"),
    [("OPTIONS", 200), ("NOTIFY", 489), ("SUBSCRIBE", 489), ("PUBLISH", 489), ("MESSAGE", 405), ("REGISTER", 405),
     ("REFER", 405), ("WHATEVER", 405), ("BYE", 481), ("INFO", 481), ("UPDATE", 481), ("PRACK", 481)],
)  # fmt: skip
def test_a_request_of_a_trunk_outside_of_a_dialog_is_answered(engine: Engine, method: str, code: int) -> None:
    with Peer() as trunk:
        trunk.ask_outside(method, trunk_of(engine), "Event: keep-alive")
        answer = trunk.answer_to(method)
    assert answer.code == code
    assert ("INVITE" in answer.header("Allow")) == (code in (200, 405))
    assert re.search(r";tag=\S", answer.header("to"))
    settled(engine)


@pytest.mark.parametrize(
    ("method", "headers", "body", "code"),
    [
        ("OPTIONS", (), "", 200),
        ("INFO", (DTMF,), "Signal=5\r\nDuration=160\r\n", 200),
        ("INFO", (), "", 200),
        ("INFO", ("Content-Type: application/media_control+xml",), "<media_control/>", 415),
        ("MESSAGE", ("Content-Type: text/plain",), "hello", 405),
        ("NOTIFY", ("Event: keep-alive",), "", 489),
        ("NOTIFY", ("Event: refer", "Subscription-State: active"), "", 489),
        ("NOTIFY", (), "", 489),
        ("SUBSCRIBE", ("Event: dialog",), "", 489),
        ("PUBLISH", ("Event: presence",), "", 489),
        ("WHATEVER", (), "", 405),
        ("REFER", ("Refer-To: <sip:x@127.0.0.1>",), "", 603),
        ("UPDATE", (), "", 200),
    ],
)
def test_a_request_inside_of_a_dialog_is_answered_and_harms_nothing(
    engine: Engine, method: str, headers: tuple[str, ...], body: str, code: int
) -> None:
    with Peer() as trunk:
        leg = engine.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        trunk.answer(invite)
        engine.answered(leg)
        trunk.ask(method, invite, 5, *headers, body=body)
        assert trunk.answer_to(method).code == code
        trunk.ask("OPTIONS", invite, 6)
        assert trunk.answer_to("OPTIONS").code == 200
        trunk.ask("BYE", invite, 7)
        assert trunk.answer_to("BYE").code == 200
        cleared = engine.cleared(leg)
    assert (cleared.by, cleared.answered) == (ClearedBy.PEER, True)
    assert not [event for event in engine.events if isinstance(event, telephony.EngineFault)]


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "INFO", "BYE", "OPTIONS"])
def test_a_request_in_a_call_that_is_over_leaves_nothing(engine: Engine, method: str) -> None:
    """pjsip kept the call of a re-INVITE after BYE for good, and its slot with it."""
    with Peer() as trunk:
        leg = engine.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        trunk.answer(invite)
        engine.answered(leg)
        trunk.ask("BYE", invite, 5)
        assert trunk.answer_to("BYE").code == 200
        engine.cleared(leg)
        trunk.ask(method, invite, 6, body=offer() if method == "INVITE" else "")
        assert trunk.answer_to(method).code == 481
    settled(engine)


def test_a_bye_from_another_address_of_the_carrier_ends_the_call(engine: Engine) -> None:
    with Peer() as trunk, Peer(STRANGER) as other:
        leg = engine.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        trunk.answer(invite)
        engine.answered(leg)
        trunk.ask("BYE", invite, 1, sock=other)
        assert engine.cleared(leg).by is ClearedBy.PEER


def test_a_flood_of_digits_is_bounded(engine: Engine) -> None:
    """3,000 INFOs on each of five legs: as many as from a keypad are accepted, the others are refused without state."""
    with Peer() as trunk:
        invites = []
        for _ in range(5):
            leg = engine.dial(trunk.port)
            invites.append(trunk.request_of("INVITE"))
            trunk.answer(invites[-1])
            engine.answered(leg)
        engine.expect(telephony.EngineStatistics, lambda event: event.legs == 5)
        engine.hear_for(0.2)
        rss = last_statistics(engine).rss_mb
        events = len(engine.events)
        for number in range(3000):
            for invite in invites:
                trunk.ask("INFO", invite, number + 1, DTMF, body=f"Signal={number % 10}\r\nDuration=160\r\n")
            trunk.drain()
        engine.hear_for(0.5)
        trunk.drain()
        told = [event for event in engine.events[events:] if not isinstance(event, telephony.EngineStatistics)]
        after = last_statistics(engine)
        for invite in invites:
            trunk.ask("BYE", invite, 4000)
            assert trunk.answer_to("BYE").code == 200
    assert {type(event) for event in told} <= {telephony.Digits}
    assert 5 * 20 <= len(told) <= 5 * 400
    assert after.rss_mb - rss < 20.0
    assert after.lag_ms_max < 250.0


LACKING = {
    "G.729 alone": offer().replace("AVP 0 101", "AVP 18").replace("0 PCMU", "18 G729"),
    "video alone": offer().replace("m=audio", "m=video"),
    "none": offer().partition("m=")[0],
}


@pytest.mark.parametrize("offered", LACKING.values(), ids=LACKING)
@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_an_offer_in_a_call_of_which_we_can_take_nothing_is_not_acceptable(
    engine: Engine, method: str, offered: str
) -> None:
    with Peer() as trunk:
        leg = engine.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        trunk.answer(invite)
        engine.answered(leg)
        trunk.ask(method, invite, 5, body=offered)
        assert trunk.answer_to(method).code == 488
        if method == "INVITE":
            trunk.ask("ACK", invite, 5)
        trunk.ask("BYE", invite, 6)
        assert engine.cleared(leg).by is ClearedBy.PEER


def test_an_incoming_call_with_codecs_that_we_lack_is_not_acceptable(engine: Engine) -> None:
    with Peer() as trunk:
        trunk.ask_outside("INVITE", trunk_of(engine), body=LACKING["G.729 alone"])
        assert trunk.answer_to("INVITE").code == 488
    assert not [event for event in engine.events if isinstance(event, telephony.LegOffered)]


# -- responses


Forgery = Callable[[Message], str]


def forged(invite: Message, **changes: str) -> str:
    """A forged 200 to an INVITE, correct except for the changes."""
    via, from_ = invite.header("via"), invite.header("from")
    branch = changes.get("branch", invite.branch)
    tag = changes.get("tag", re.sub(r".*;tag=", "", from_))
    lines = ["SIP/2.0 200 OK", f"Via: {via.replace(invite.branch, branch)}"]
    lines += [f"From: {re.sub(';tag=.*', '', from_)};tag={tag}", f"To: {invite.header('to')};tag=forged"]
    lines += [f"Call-ID: {changes.get('call_id', invite.header('call-id'))}", f"CSeq: {invite.header('cseq')}"]
    lines += ["Contact: <sip:x@127.0.0.9:9>", "Content-Type: application/sdp"]
    return "\r\n".join([*lines, f"Content-Length: {len(offer())}", "", offer()])


FORGERIES: dict[str, tuple[str, dict[str, str]]] = {
    "another address": (STRANGER, {}),
    "another address and branch": (STRANGER, {"branch": "z9hG4bKforged"}),
    "branch": ("127.0.0.1", {"branch": "z9hG4bKforged"}),
    "no branch of RFC 3261": ("127.0.0.1", {"branch": "forged"}),
    "tag": ("127.0.0.1", {"tag": "forged"}),
    "Call-ID": ("127.0.0.1", {"call_id": "forged"}),
}


@pytest.mark.parametrize("which", FORGERIES)
@pytest.mark.parametrize("when", ["ringing", "refused", "given up"])
def test_a_forged_answer_counts_for_nothing(engine: Engine, which: str, when: str) -> None:
    address, changes = FORGERIES[which]
    with Peer() as trunk, Peer(address) as forger:
        leg = engine.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        if when == "ringing":
            trunk.respond(invite, 180, "Ringing")
            engine.expect(telephony.LegAlerting)
        elif when == "refused":
            trunk.respond(invite, 486, "Busy Here")
            assert engine.cleared(leg).code == 486
            trunk.request_of("ACK")
        else:
            engine.submit(telephony.HangUp(leg))
            assert not engine.cleared(leg).answered
        forger.send(forged(invite, **changes), trunk_of(engine))
        engine.hear_for(0.3)
        forger.silence(0.1)
        told = {type(event) for event in engine.events}
        assert not told & {telephony.LegAnswered, telephony.LateAnswer}
        if when == "ringing":
            trunk.respond(invite, 486, "Busy Here")
            assert engine.cleared(leg).code == 486


def test_a_late_answer_of_the_trunk_itself_counts_also_from_another_of_its_addresses(bare: Engine) -> None:
    bare.apply(bare.account(TRUNK, peers=("127.0.0.0/29",)))
    with Peer() as trunk, Peer("127.0.0.2") as other:
        leg = bare.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        bare.submit(telephony.HangUp(leg))
        bare.cleared(leg)
        trunk.respond(invite, 200, "OK", body=offer(), sock=other)
        assert bare.expect(telephony.LateAnswer).leg == leg


def test_a_response_from_elsewhere_is_told_with_its_address(bare: Engine) -> None:
    """A carrier that answers from an unknown machine is reported, and not only ignored."""
    bare.apply(bare.account(TRUNK, peers=("127.0.0.1",)))
    with Peer() as trunk, Peer(STRANGER) as other:
        leg = bare.dial(trunk.port)
        invite = trunk.request_of("INVITE")
        trunk.respond(invite, 180, "Ringing", sock=other)
        fault = bare.expect(telephony.EngineFault)
        trunk.respond(invite, 486, "Busy Here")
        assert not bare.cleared(leg).alerted
    assert fault.where == "border"
    assert STRANGER in fault.problem


def test_tags_and_branches_cannot_be_guessed(engine: Engine) -> None:
    """Those of pjlib without libuuid come from rand(), whose seed is the time of the start."""
    seen = set()
    with Peer() as trunk:
        for _ in range(3):
            leg = engine.dial(trunk.port)
            invite = trunk.request_of("INVITE")
            for value in (invite.branch, invite.header("from").rpartition(";tag=")[2]):
                found = re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", value)
                assert found is not None, value
                seen.add(found[0])
            trunk.respond(invite, 480)
            engine.cleared(leg)
            trunk.request_of("ACK")
    assert len(seen) == 6
