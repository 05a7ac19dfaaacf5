"""An engine is killed; the next one ends the dialogs at its peers: BYE for conversations, CANCEL for ringing calls."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, LegId
from sip.driven_engine import DrivenEngine
from tests.sip.engine.plain import Message, Peer, offer
from tests.sip.engine.rig import Sipp, free_port
from tests.sip.engine.scenario import invited, receive, respond, respond_to_last, script, sdp

TRUNK = AccountId("trunk/acme")
LOOK_S = 0.02
CREDENTIALS = telephony.Credentials(user="acme", password="example")


def _kept_for_later() -> str:
    """The INVITE, whose Via and CSeq a response needs after a CANCEL came in between."""
    headers = "\n".join(
        f'<ereg regexp=".*" search_in="hdr" header="{name}:" assign_to="kept_{name.lower()}"/>'
        for name in ("Via", "CSeq", "From", "To")
    )
    names = "kept_via,kept_cseq,kept_from,kept_to"
    return (
        f'<recv request="INVITE" rrs="true">\n<action>\n{headers}\n</action>\n</recv>\n<Reference variables="{names}"/>'
    )


def _late(code: int, reason: str, body: str = "") -> str:
    """The final answer to the INVITE that was kept."""
    answer = respond(code, reason, body=body)
    for old, new in (
        ("[last_Via:]", "Via:[$kept_via]"),
        ("[last_From:]", "From:[$kept_from]"),
        ("[last_To:]", "To:[$kept_to]"),
        ("[last_CSeq:]", "CSeq:[$kept_cseq]"),
    ):
        answer = answer.replace(old, new)
    return answer


def _cancelled() -> str:
    return script(receive("CANCEL"), respond_to_last(200, "OK"), _late(487, "Request Terminated"), receive("ACK"))


def _ended() -> str:
    return script(receive("BYE"), respond_to_last(200, "OK"))


def _configuration(port: int, **changes: object) -> telephony.Configure:
    facts: dict[str, object] = {
        "identity": "sip:acme@127.0.0.1",
        "host": "sip:127.0.0.1",
        "bind_port": port,
        **changes,
    }
    account = telephony.Account(TRUNK, **facts)  # type: ignore[arg-type]  # named by the tests
    return telephony.Configure(1, (account,), telephony.Media(rtp_port_low=24000, rtp_port_high=24398))


async def _written(folder: Path, *texts: str) -> None:
    """Wait until the file of dialogs has these texts."""
    async with asyncio.timeout(10):
        while True:
            found = folder / "e1" / "e1.dialogs"
            if found.exists() and all(text in found.read_text() for text in texts):
                return
            await asyncio.sleep(LOOK_S)


async def _die_and_come_back(
    folder: Path, steps: str, *texts: str, late: int = 0, **changes: object
) -> tuple[str, list[telephony.LateAnswer]]:
    """Dial SIPp, kill the engine as soon as its file has `texts`, and start the next one; returns the messages on the
    wire, and at least this many late answers."""
    configuration = _configuration(free_port(), **changes)
    with Sipp(folder, steps) as sipp:
        async with DrivenEngine("e1", folder, configuration, speaking=False) as first:
            first.dial(TRUNK, f"sip:+12025550123@127.0.0.1:{sipp.port}")
            await _written(folder, *texts)
            first.kill()
        async with DrivenEngine("e1", folder, configuration, speaking=False) as second:
            messages = await asyncio.to_thread(sipp.finished)
            await second.until(lambda: len(_late_answers(second)) >= late, 10, "the late answers")
    return messages, _late_answers(second)


def _late_answers(engine: DrivenEngine) -> list[telephony.LateAnswer]:
    return [event for event in engine.others if isinstance(event, telephony.LateAnswer)]


async def test_a_conversation_of_a_killed_engine_is_ended(short_dir: Path) -> None:
    steps = script(invited(), respond(200, "OK", body=sdp()), receive("ACK"), _ended())
    messages, _ = await _die_and_come_back(short_dir, steps, '"early":false')
    assert messages.count("\nBYE sip:") == 1
    assert (short_dir / "e1" / "e1.dialogs").read_text().count('"over"') == 1


async def test_its_bye_goes_the_way_of_the_dialog(short_dir: Path) -> None:
    routed = respond(200, "OK", "Record-Route: <sip:[local_ip]:[local_port];lr;x=7>", body=sdp())
    steps = script(invited(), routed, receive("ACK"), _ended())
    messages, _ = await _die_and_come_back(short_dir, steps, '"early":false')
    bye = messages.partition("\nBYE sip:")[2].partition("\n\n")[0]
    assert bye.startswith("peer@127.0.0.1")
    assert ";lr;x=7>" in bye.partition("Route: ")[2]
    assert "To: <sip:+12025550123@127.0.0.1" in bye.replace("To: sip:+1", "To: <sip:+1")
    assert ";tag=1" in bye


async def test_its_bye_answers_a_challenge(short_dir: Path) -> None:
    challenge = 'Proxy-Authenticate: Digest realm="example.com", nonce="7a1f", algorithm=MD5'
    steps = script(
        invited(),
        respond(200, "OK", body=sdp()),
        receive("ACK"),
        receive("BYE"),
        respond_to_last(407, "Proxy Authentication Required", challenge),
        _ended(),
    )
    messages, _ = await _die_and_come_back(short_dir, steps, '"early":false', credentials=CREDENTIALS)
    assert 'Digest username="acme"' in messages.rpartition("\nBYE sip:")[2]


async def test_what_rings_is_cancelled(short_dir: Path) -> None:
    steps = script(_kept_for_later(), respond(180, "Ringing"), _cancelled())
    messages, late = await _die_and_come_back(short_dir, steps, '"remote_tag":""', '"early":true')
    invite, cancel = (messages.partition(f"\n{method} sip:")[2].partition("\n\n")[0] for method in ("INVITE", "CANCEL"))
    for header in ("Via", "Call-ID"):
        assert _value(cancel, header) == _value(invite, header)
    assert _value(cancel, "From").partition(">;tag=")[2] == _value(invite, "From").partition(";tag=")[2]
    assert _value(cancel, "CSeq") == _value(invite, "CSeq").replace("INVITE", "CANCEL")
    assert not late


async def test_an_invite_of_which_nothing_was_heard_is_cancelled(short_dir: Path) -> None:
    messages, _ = await _die_and_come_back(short_dir, script(_kept_for_later(), _cancelled()), '"early":true')
    assert "\nCANCEL sip:" in messages


async def test_an_answer_that_crosses_the_cancel_is_ended_and_told(short_dir: Path) -> None:
    steps = script(
        _kept_for_later(),
        respond(180, "Ringing"),
        receive("CANCEL"),
        respond_to_last(200, "OK"),
        _late(200, "OK", sdp()),
        receive("ACK"),
        _ended(),
    )
    _, late = await _die_and_come_back(short_dir, steps, '"early":true', late=1)
    assert [each.call_id for each in late] == ["e1-1"]


async def test_an_engine_that_is_killed_while_it_ends_a_call_leaves_it_to_the_next(short_dir: Path) -> None:
    """The answer crosses the CANCEL of the second engine, which is dead when the answer comes."""
    configuration = _configuration(free_port())
    with Peer() as trunk:
        uri = f"sip:+12025550123@127.0.0.1:{trunk.port}"
        async with DrivenEngine("e1", short_dir, configuration, speaking=False) as first:
            first.dial(TRUNK, uri)
            invite = await asyncio.to_thread(trunk.request_of, "INVITE")
            trunk.respond(invite, 180, "Ringing")
            await _written(short_dir, '"early":true')
            first.kill()
        async with DrivenEngine("e1", short_dir, configuration, speaking=False) as second:
            cancel = await asyncio.to_thread(trunk.request_of, "CANCEL")
            # The file is written in order: the second engine's note on the first call precedes this one.
            second.send(telephony.Dial(leg=LegId("marker"), account=TRUNK, uri=uri, call_id="marker", timeout_s=30.0))
            await _written(short_dir, '"call_id":"marker"')
            second.kill()
        trunk.respond(cancel, 200, "OK")
        async with DrivenEngine("e1", short_dir, configuration, speaking=False) as third:
            await asyncio.to_thread(trunk.expect, lambda each: _is(each, "CANCEL", invite))
            trunk.respond(invite, 200, "OK", body=offer())
            await asyncio.to_thread(trunk.expect, lambda each: _is(each, "ACK", invite))
            bye = await asyncio.to_thread(trunk.expect, lambda each: _is(each, "BYE", invite))
            trunk.respond(bye, 200, "OK")
            await third.until(lambda: bool(_late_answers(third)), 10, "the late answer")
    assert [each.call_id for each in _late_answers(third)] == [invite.header("call-id")]


def _is(message: Message, method: str, invite: Message) -> bool:
    """A request of the dialog that this INVITE began."""
    return message.first_line.startswith(f"{method} ") and message.header("call-id") == invite.header("call-id")


async def test_what_ended_in_time_is_left_alone(short_dir: Path) -> None:
    """Only standing dialogs are ended: the next engine sends no message."""
    configuration = _configuration(free_port())
    steps = script(invited(), respond(200, "OK", body=sdp()), receive("ACK"), _ended())
    with Sipp(short_dir, steps) as sipp:
        async with DrivenEngine("e1", short_dir, configuration, speaking=False) as first:
            leg = first.dial(TRUNK, f"sip:+12025550123@127.0.0.1:{sipp.port}")
            await first.until(lambda: leg in first.answered, 10, "the answer")
            await first.hang_up([leg])
            sipp.finished()
            await _written(short_dir, '"over"')
            first.kill()
    async with DrivenEngine("e1", short_dir, configuration, speaking=False) as second:
        assert not second.faults
    assert '"up"' not in (short_dir / "e1" / "e1.dialogs").read_text()


def _value(head: str, name: str) -> str:
    (found,) = [line.partition(": ")[2].strip() for line in head.splitlines() if line.startswith(f"{name}: ")]
    return found
