"""Legs of the lab joined by our engine hear each other; legs that are not joined hear nothing.

The contacts hang up after a talk time that is long enough to prove two seconds each way; the tests wait for their BYE.
They are joined by their answer, so that no moment of their talk is lost on a busy machine.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ClearedBy, Digits, HangUp, LegAlerting, LegMedia, Play, Tone
from sip.lab.profile import LogNormal
from sip.lab.tones import grid
from tests.sip.lab.rig import Rig, hasty_talk, rig

NUMBERS = [f"+120255501{number:02d}" for number in range(10)]
TALKATIVE = hasty_talk(3.0)


async def talked(desk: Rig, *contacts: LegId) -> None:
    """Wait until the contacts have finished talking, then hang up the phones."""
    for contact in contacts:
        assert (await desk.cleared(contact)).by is ClearedBy.PEER
    live = (await desk.lab.request({"do": "status"}))["live"]
    desk.send(*(HangUp(LegId(leg["call_id"].removesuffix(".1"))) for leg in live))
    await desk.settled()


async def test_joined_legs_hear_each_other_and_nobody_else(tmp_path: Path) -> None:
    async with rig(tmp_path, agents=4, profile=TALKATIVE) as desk:
        phones = [desk.dial_phone(f"p{number}", f"100{number + 1}") for number in range(4)]
        await desk.answered(*phones)
        for number in range(3):
            desk.join(f"b{number}", phones[number])
        contacts = [desk.dial_contact(f"c{number}", NUMBERS[number], bridge=f"b{number}") for number in range(3)]
        contacts.append(desk.dial_contact("c3", NUMBERS[3]))
        await talked(desk, *contacts)
        report = await desk.report()
        assert (report["audio_both_ways"], report["cross_talk"], report["one_way"]) == (3, [], []), report
        assert (report["live"], report["faults"], report["dropped_packets"]) == ([], [], 0)
        found = sorted((each["contact"], each["phone"], each["contact_call_id"]) for each in report["conversations"])
        assert found == [(NUMBERS[number], f"100{number + 1}", f"c{number}.1") for number in range(3)]
        alone = next(call for call in report["answered"] if call["call_id"] == "c3.1")
        assert alone["heard_tones"] == {}
        assert alone["tone_s"] > 2.0


async def test_a_contact_in_the_wrong_bridge_is_found(tmp_path: Path) -> None:
    async with rig(tmp_path, agents=1, profile=TALKATIVE) as desk:
        phone = desk.dial_phone("p1", "1001")
        await desk.answered(phone)
        desk.join("b1", phone)
        await talked(desk, *(desk.dial_contact(f"c{number}", NUMBERS[number], bridge="b1") for number in range(2)))
        report = await desk.report()
        assert report["audio_both_ways"] == 0, report
        heard = {(each["hearer"], each["heard"]) for each in report["cross_talk"]}
        assert {(NUMBERS[0], NUMBERS[1]), (NUMBERS[1], NUMBERS[0])} <= heard, report


async def test_a_standing_phone_is_heard_by_one_contact_after_the_other(tmp_path: Path) -> None:
    """Between two contacts the phone has no listener for a while. The next contact must not hear the audio of the
    meantime, played faster to catch up: that would be no steady tone."""
    ringing = replace(TALKATIVE, ring=LogNormal(2.0, 0.1, 1.8, 2.2))
    async with rig(tmp_path, agents=2, profile=ringing) as desk:
        idle = desk.dial_phone("p0", "1001")  # has 400 Hz, which can be squeezed without a trace
        await desk.answered(idle)
        phone = desk.dial_phone("p1", "1002")
        await desk.answered(phone)
        desk.join("b1", phone)
        for number in range(2):
            await desk.cleared(desk.dial_contact(f"c{number}", NUMBERS[number], bridge="b1"))
        report = await desk.report()
        assert report["audio_both_ways"] == 2, report
        assert {each["phone_call_id"] for each in report["conversations"]} == {"p1.1"}
        assert [leg["name"] for leg in report["live"]] == ["1001", "1002"]
        assert [len(call["heard_tones"]) for call in report["answered"]] == [1, 1]
        desk.send(HangUp(idle), HangUp(phone))
        await desk.settled()


async def test_the_tones_at_both_ends_of_the_grid_arrive_as_themselves_alone(tmp_path: Path) -> None:
    async with rig(tmp_path, profile=hasty_talk(1.5)) as desk:
        ends = sorted(grid())
        played = {f"c{hertz}.1": hertz for hertz in (*ends[:15], *ends[-15:])}
        contacts = [desk.dial_contact(call_id[:-2], NUMBERS[0]) for call_id in played]
        desk.send(*(Play(contact, Tone(hertz), True) for contact, hertz in zip(contacts, played.values(), strict=True)))
        await talked(desk, *contacts)
        heard = {call["call_id"]: list(call["heard_tones"]) for call in (await desk.report())["answered"]}
        assert heard == {call_id: [str(hertz)] for call_id, hertz in played.items()}


async def test_phones_do_as_they_are_told(tmp_path: Path) -> None:
    async with rig(tmp_path, agents=2) as desk:
        phone = desk.dial_phone("p1", "1001")
        await desk.answered(phone)
        await desk.lab.request({"do": "phone", "phone": "1001", "action": "hold"})
        held = await desk.event(LegMedia, phone, lambda media: media.held_by_peer)
        await desk.lab.request({"do": "phone", "phone": "1001", "action": "resume"})
        await desk.event(LegMedia, phone, lambda media: media.at > held.at and media.active and not media.held_by_peer)
        await desk.lab.request({"do": "phone", "phone": "1001", "action": "digits", "digits": "42#"})
        await desk.event(Digits, phone, lambda _: "".join(told.digits for told in desk.of(Digits, phone)) == "42#")
        await desk.lab.request({"do": "phone", "phone": "1001", "action": "hang_up"})
        assert (await desk.cleared(phone)).by is ClearedBy.PEER
        await desk.settled()


async def test_phones_may_ring_on_refuse_or_be_unplugged(tmp_path: Path) -> None:
    async with rig(tmp_path, agents=3) as desk:
        for user, taking in (("1001", "rings"), ("1002", "refuses"), ("1003", "unplugged")):
            await desk.lab.request({"do": "manner", "phone": user, "manner": {"taking": taking}})
        ringing = desk.dial_phone("p1", "1001")
        refusing = desk.dial_phone("p2", "1002")
        unplugged = desk.dial_phone("p3", "1003", timeout_s=1.5)
        unknown = desk.dial_phone("p4", "1999")
        assert (await desk.cleared(refusing)).code == 486
        assert (await desk.cleared(unknown)).code == 404
        await desk.event(LegAlerting, ringing)
        await desk.lab.request({"do": "phone", "phone": "1001", "action": "answer"})
        await desk.answered(ringing)
        cleared = await desk.cleared(unplugged)
        assert (cleared.by, cleared.alerted) == (ClearedBy.TIMEOUT, False)
        desk.send(HangUp(ringing))
        await desk.settled()
