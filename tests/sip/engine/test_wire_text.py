"""Text of peers is cleaned in every event, wherever it stood, and ends no leg."""

from __future__ import annotations

import msgspec
import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from dialer.vocabulary.telephony import Header
from sip.engine.allowance import Allowance
from sip.engine.wiretext import BOUND, clean, cleaned

from .plain import Peer, offer
from .rig import TRUNK, Engine

WORDS = {
    "latin-1": "Occup\xe9",
    "a byte of no alphabet": "\xff\xfe",
    "cut short": "caf\xc3",
    "escape sequences": "\x1b]0;owned\x07\x1b[31mred",
    "C1": "a\x9b31mb",
    "long": "a" * 5000,
    "a bell": "ring\x07",
    "overlong": "\xc0\xaf",
    "a surrogate": "\xed\xa0\x80",
    "no text": "",
}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Busy Here", "Busy Here"),
        ("Besetzt: Müller 忙", "Besetzt: Müller 忙"),
        ("Occup\udce9", "Occup\ufffd"),
        ("caf\udcc3\udca9", "café"),
        ("\ud83dx", "?x"),
        ("a\x1b]0;t\x07b", "a]0;tb"),
        ("a\x9b1mb", "a1mb"),
        ("one\r\ntwo\tthree\u2028four", "one two three four"),
        ("\u202egnp.exe\u200b\ufeff", "gnp.exe"),
        ("\0\0", ""),
        ("x" * 2000, "x" * (BOUND - 1) + "…"),
    ],
)
def test_text_is_clean(said: str, told: str) -> None:
    assert clean(said) == told
    assert clean(told) == told
    clean(said).encode()


def test_all_text_of_an_event_is_cleaned_and_what_is_ours_is_left() -> None:
    offered = telephony.LegOffered(
        LegId("L1"), AccountId("a"), "id\udcff", "sip:a\x1b", "sip:b", "sip:c", (Header("X\x07", "v\udce9"),), 1.0
    )
    told = cleaned(offered)
    assert (told.call_id, told.from_uri, told.headers) == ("id\ufffd", "sip:a", (Header("X", "v\ufffd"),))
    msgspec.msgpack.encode(told)
    assert cleaned(told) is told
    leg = telephony.LegSnapshot(
        LegId("L1"), AccountId("a"), "c", telephony.LegRole.OTHER, telephony.LegStanding.OFFERED, "x" * 5000, None,
        None, None, False, False, None, 1.0,
    )  # fmt: skip
    snapshot = telephony.SnapshotTaken(EngineId("e1"), "b1", (leg,), (), 1.0)
    assert cleaned(snapshot).legs[0].context == "x" * 5000


def test_an_allowance_is_some_at_once_then_now_and_then() -> None:
    allowance = Allowance(at_once=3, per_s=1.0, names_max=2)
    told = [allowance.take("a", 0.0) for _ in range(10)]
    assert told == [0, 0, 0, *[None] * 7]
    assert allowance.take("b", 0.0) == 0
    assert allowance.take("a", 1.0) == 7
    assert allowance.take("a", 1.0) is None
    assert [allowance.take(f"c{number}", 1.0) for number in range(5)] == [0, 0, 0, None, None]
    assert allowance.take("d", 100.0) is not None


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_a_refusal_in_any_words_is_told(engine: Engine, words: str) -> None:
    with Peer() as peer:
        leg = engine.dial(peer.port)
        invite = peer.request_of("INVITE")
        peer.respond(invite, 486, words, f'Reason: Q.850;cause=17;text="{words}"', f"Server: {words}")
        cleared = engine.cleared(leg)
        peer.request_of("ACK")
    assert (cleared.code, cleared.q850) == (486, 17)
    assert cleared.reason == clean(cleared.reason)
    assert len(cleared.reason) <= BOUND
    msgspec.msgpack.encode(cleared)


@pytest.mark.parametrize("words", ["Occup\xe9", "\x1b]0;x\x07"], ids=["latin-1", "escape"])
def test_the_answer_to_a_probe_and_to_a_registration_is_told(bare: Engine, words: str) -> None:
    with Peer() as peer:
        bare.apply(bare.account(TRUNK, registrar=f"127.0.0.1:{peer.port}"))
        peer.respond(peer.request_of("REGISTER"), 403, words)
        state = bare.expect(telephony.AccountState)
        bare.submit(telephony.Probe(TRUNK, f"sip:127.0.0.1:{peer.port}"))
        peer.respond(peer.request_of("OPTIONS"), 503, words)
        probe = bare.expect(telephony.ProbeCompleted)
    assert (state.code, probe.code) == (403, 503)
    assert state.reason == clean(words.encode("latin-1").decode("utf-8", "surrogateescape")) == probe.reason


def test_an_incoming_call_with_any_name_and_header_is_offered(engine: Engine) -> None:
    with Peer() as peer:
        odd = ("X-Note: \xff\x1b[2J", "Subject: \xe9", 'P-Asserted-Identity: "\x9b\xe9" <sip:x@127.0.0.1>')
        peer.ask_outside("INVITE", ("127.0.0.1", engine.ports[0]), *odd, body=offer())
        offered = engine.expect(telephony.LegOffered)
        msgspec.msgpack.encode(offered)
        assert cleaned(offered) is offered
        engine.submit(telephony.Reject(offered.leg, 480))
        assert peer.answer_to("INVITE").code == 480


def test_a_bye_and_digits_in_any_bytes_are_told(engine: Engine) -> None:
    with Peer() as peer:
        leg = engine.dial(peer.port)
        invite = peer.request_of("INVITE")
        peer.answer(invite)
        engine.answered(leg)
        relay = "Content-Type: application/dtmf-relay"
        for number, digit in enumerate(("\xe9", "5", "\x1b", "")):
            peer.ask("INFO", invite, number + 1, relay, body=f"Signal={digit}\r\nDuration=160\r\n")
            peer.answer_to("INFO")
        assert engine.expect(telephony.Digits, lambda event: event.digits == "5").leg == leg
        peer.ask("BYE", invite, 9, 'Reason: Q.850;cause=16;text="Termin\xe9"', "User-Agent: \xe9\xff")
        cleared = engine.cleared(leg)
    assert (cleared.code, cleared.q850) == (200, 16)
    for event in engine.events:
        msgspec.msgpack.encode(event)
