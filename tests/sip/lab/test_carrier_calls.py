"""Our engine dials the carrier: each behaviour on the wire matches its row of the table."""

from __future__ import annotations

from pathlib import Path

from dialer.vocabulary.telephony import (
    ClearedBy,
    HangUp,
    LegAlerting,
    LegAnswered,
    LegProgress,
    StartAnalysis,
)
from sip.lab.behaviours import REFUSALS, Behaviour, number_for
from tests.sip.lab.rig import rig

RINGS_FIRST = {Behaviour.DECLINED, Behaviour.NO_ANSWER}
EARLY_MEDIA = {Behaviour.SIT_UNKNOWN, Behaviour.SIT_CONGESTED}
RING_OUT_S = 2.0
"""Room for an INVITE that is sent again, after T1 and 2 * T1 more (RFC 3261 17.1.1.2): 0.5 and 1.5 s."""


async def test_refusals_arrive_with_code_cause_and_what_came_before(tmp_path: Path) -> None:
    async with rig(tmp_path) as desk:
        legs = {behaviour: desk.dial_contact(behaviour, number_for(behaviour)) for behaviour in REFUSALS}
        for behaviour, leg in legs.items():
            cleared, refusal = await desk.cleared(leg), REFUSALS[behaviour]
            told = (cleared.code, cleared.reason, cleared.q850, cleared.by, cleared.answered, cleared.retry_after_s)
            wanted = (refusal.code, refusal.phrase, refusal.cause, ClearedBy.PEER, False, refusal.retry_after_s or None)
            assert told == wanted, behaviour
            assert cleared.alerted is (behaviour in RINGS_FIRST | EARLY_MEDIA), behaviour
            assert bool(desk.of(LegAlerting, leg)) is (behaviour in RINGS_FIRST), behaviour
            early = [event for event in desk.of(LegProgress, leg) if event.code == 183 and event.early_media]
            assert bool(early) is (behaviour in EARLY_MEDIA), behaviour
        await desk.settled()
        calls = (await desk.lab.request({"do": "status"}))["calls"]
        assert calls == dict.fromkeys(map(str, REFUSALS), 1)


async def test_who_answers_and_hangs_up_is_answered_and_cleared_by_the_peer(tmp_path: Path) -> None:
    leaving = (
        Behaviour.PERSON,
        Behaviour.EARLY_MEDIA_PERSON,
        Behaviour.EARLY_HANG_UP,
        Behaviour.MACHINE,
        Behaviour.FAX,
    )
    async with rig(tmp_path) as desk:
        legs = {behaviour: desk.dial_contact(behaviour, number_for(behaviour)) for behaviour in leaving}
        machine, fax = legs[Behaviour.MACHINE], legs[Behaviour.FAX]
        # Before they answer: the fax calls for half a second at once, and not again before it hangs up.
        desk.send(StartAnalysis(machine, "tones"), StartAnalysis(fax, "tones"))
        await desk.answered(machine, fax)
        for behaviour, leg in legs.items():
            cleared = await desk.cleared(leg)
            assert (cleared.answered, cleared.by) == (True, ClearedBy.PEER), behaviour
        early = desk.of(LegProgress, legs[Behaviour.EARLY_MEDIA_PERSON])
        assert [event.early_media for event in early if event.code == 183] == [True]
        assert desk.of(LegAlerting, legs[Behaviour.PERSON])
        beep, cng = await desk.tones(machine), await desk.tones(fax)
        assert any(abs(hertz - 1000) <= 5 for hertz in beep), beep
        assert any(abs(hertz - 1100) <= 5 for hertz in cng), cng
        await desk.settled()


async def test_who_waits_stays_until_we_hang_up(tmp_path: Path) -> None:
    async with rig(tmp_path) as desk:
        waiting = (Behaviour.PATIENT_PERSON, Behaviour.SILENT)
        legs = [desk.dial_contact(behaviour, number_for(behaviour)) for behaviour in waiting]
        legs.append(desk.dial_contact("late", number_for(Behaviour.LATE, 1)))
        await desk.answered(*legs)
        assert not [leg for leg in legs if desk.of(LegAnswered, leg) and not desk.of(LegAlerting, leg)]
        desk.send(*(HangUp(leg) for leg in legs))
        assert {(await desk.cleared(leg)).by for leg in legs} == {ClearedBy.US}
        await desk.settled()


async def test_who_never_answers_is_cancelled(tmp_path: Path) -> None:
    async with rig(tmp_path) as desk:
        ringing = desk.dial_contact("ringing", number_for(Behaviour.RINGS_ON), timeout_s=RING_OUT_S)
        mute = desk.dial_contact("mute", number_for(Behaviour.MUTE), timeout_s=RING_OUT_S)
        cleared = await desk.cleared(ringing)
        assert (cleared.by, cleared.alerted, cleared.answered) == (ClearedBy.TIMEOUT, True, False)
        cleared = await desk.cleared(mute)
        assert (cleared.by, cleared.alerted, cleared.answered) == (ClearedBy.TIMEOUT, False, False)
        await desk.settled()


async def test_the_witness_of_the_wire_sees_what_was_dialed(tmp_path: Path) -> None:
    async with rig(tmp_path, agents=1, capture=True) as desk:
        numbers = [f"+120255501{number:02d}" for number in range(20)]
        legs = [desk.dial_contact(f"c{number}", number) for number in numbers]
        phone = desk.dial_phone("p1", "1001")
        await desk.answered(*legs, phone)
        desk.send(*(HangUp(leg) for leg in (*legs, phone)))
        await desk.settled()
        wire = await desk.lab.request({"do": "wire"})
        assert wire["missed"] == 0
        seen = {(invite["call_id"], invite["user"]) for invite in wire["invites"]}
        assert seen == {(f"c{number}.1", number) for number in numbers} | {("p1.1", "1001")}
