"""The proofs by tones, and their limits."""

from __future__ import annotations

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import ToneHeard
from sip.lab.legs import LabLeg, Side, Slice
from sip.lab.witness import Finding, find


def leg(
    name: str,
    side: Side,
    tone_hz: int | None,
    heard: dict[int, float],
    lived: tuple[float, float | None] = (0.0, 10.0),
) -> LabLeg:
    begun_at, ended_at = lived
    slices = [Slice(begun_at, ended_at or 100.0, tuple(ToneHeard(hz, seconds) for hz, seconds in heard.items()), 0)]
    return LabLeg(
        LegId(name), side, name, f"{name}@call", "", begun_at, begun_at, ended_at, "", 200, tone_hz, begun_at,
        slices=slices,
    )  # fmt: skip


def contact(
    name: str, tone_hz: int | None, heard: dict[int, float], lived: tuple[float, float | None] = (0.0, 10.0)
) -> LabLeg:
    return leg(name, Side.CONTACT, tone_hz, heard, lived)


def phone(name: str, tone_hz: int, heard: dict[int, float], lived: tuple[float, float | None] = (0.0, 10.0)) -> LabLeg:
    return leg(name, Side.PHONE, tone_hz, heard, lived)


def heard_pairs(finding: Finding) -> list[tuple[str, str, bool]]:
    return [(each.contact, each.phone, each.both_ways) for each in finding.conversations]


def test_two_legs_that_heard_each_other_are_a_conversation() -> None:
    finding = find([contact("c1", 505, {1000: 5.0}), phone("p1", 1000, {505: 4.0})])
    assert heard_pairs(finding) == [("c1", "p1", True)]
    assert finding.audio_both_ways == 1
    assert finding.cross_talk == finding.one_way == ()


def test_the_analysis_may_round_the_tone() -> None:
    finding = find([contact("c1", 505, {995: 5.0}), phone("p1", 1000, {510: 4.0})])
    assert finding.audio_both_ways == 1


def test_less_than_two_seconds_is_no_proof() -> None:
    finding = find([contact("c1", 505, {1000: 5.0}), phone("p1", 1000, {505: 1.9})])
    assert heard_pairs(finding) == [("c1", "p1", False)]
    assert finding.audio_both_ways == 0


def test_one_direction_alone_is_told_and_not_counted() -> None:
    finding = find([contact("c1", 505, {1000: 5.0}), phone("p1", 1000, {})])
    assert finding.conversations == ()
    assert [(each.hearer, each.heard) for each in finding.one_way] == [("c1", "p1")]


def test_hearing_a_stranger_spoils_the_conversation() -> None:
    finding = find([
        contact("c1", 505, {1000: 5.0, 700: 1.0}),
        phone("p1", 1000, {505: 4.0}),
        contact("c2", 600, {700: 5.0}),
        phone("p2", 700, {600: 5.0}),
    ])  # fmt: skip
    assert heard_pairs(finding) == [("c1", "p1", False), ("c2", "p2", True)]
    assert [(each.hearer, each.heard, each.seconds) for each in finding.cross_talk] == [("c1", "p2", 1.0)]


def test_hearing_oneself_is_cross_talk() -> None:
    finding = find([contact("c1", 505, {1000: 5.0, 505: 2.0}), phone("p1", 1000, {505: 4.0})])
    assert [(each.hearer, each.heard) for each in finding.cross_talk] == [("c1", "c1")]
    assert finding.audio_both_ways == 0


def test_a_moment_of_a_stranger_is_tolerated() -> None:
    finding = find([
        contact("c1", 505, {1000: 5.0, 700: 0.2}),
        phone("p1", 1000, {505: 4.0}),
        phone("p2", 700, {}),
    ])  # fmt: skip
    assert finding.audio_both_ways == 1


def test_sidebands_of_audio_that_stutters_are_nobody() -> None:
    stutter = {985: 0.8, 990: 2.2, 1000: 5.0, 1005: 0.4, 1015: 3.4, 1030: 1.6}
    finding = find([contact("c1", 505, stutter), phone("p1", 1000, {505: 4.0}), phone("p2", 1015, {})])
    assert finding.audio_both_ways == 1
    assert finding.cross_talk == ()


def test_the_harmonic_of_a_voice_is_nobody() -> None:
    listening = phone("p1", 1000, {})
    listening.slices = [Slice(0.0, 10.0, (ToneHeard(505, 5.0, 0.3), ToneHeard(1600, 0.6, 0.04)), 0)]
    stranger = phone("p2", 1600, {700: 5.0})
    finding = find([listening, contact("c1", 505, {1000: 5.0}), stranger, contact("c2", 700, {1600: 5.0})])
    assert finding.audio_both_ways == 2
    assert finding.cross_talk == finding.one_way == ()


def test_tones_that_no_leg_had_are_not_legs() -> None:
    finding = find([contact("c1", 505, {1000: 5.0, 425: 3.0}), phone("p1", 1000, {505: 4.0, 1400: 0.4})])
    assert finding.audio_both_ways == 1


def test_a_standing_phone_has_one_conversation_after_the_other() -> None:
    standing = phone("p1", 1000, {505: 4.0}, (0.0, None))
    standing.slices = [
        Slice(0.0, 10.1, (ToneHeard(505, 4.0),), 0),
        Slice(10.1, 30.0, (ToneHeard(600, 6.0),), 0),
        Slice(30.0, 40.0, (ToneHeard(505, 3.0),), 0),
    ]
    finding = find([
        standing,
        contact("c1", 505, {1000: 5.0}, (1.0, 10.0)),
        contact("c2", 600, {1000: 7.0}, (12.0, 29.0)),
        contact("c3", 505, {1000: 5.0}, (31.0, 39.0)),
    ])  # fmt: skip
    assert heard_pairs(finding) == [("c1", "p1", True), ("c2", "p1", True), ("c3", "p1", True)]
    assert [each.phone_heard_s for each in finding.conversations] == [4.0, 6.0, 3.0]


def test_a_transferred_contact_has_two_conversations() -> None:
    finding = find([
        contact("c1", 505, {1000: 5.0, 700: 4.0}),
        phone("p1", 1000, {505: 4.0}, (0.0, 6.0)),
        phone("p2", 700, {505: 3.0}, (6.0, 10.0)),
    ])  # fmt: skip
    assert finding.audio_both_ways == 2


def test_contacts_who_hear_each_other_are_cross_talk() -> None:
    finding = find([
        contact("c1", 505, {1000: 5.0, 600: 5.0}),
        contact("c2", 600, {1000: 5.0, 505: 5.0}),
        phone("p1", 1000, {505: 5.0, 600: 5.0}),
    ])  # fmt: skip
    assert heard_pairs(finding) == [("c1", "p1", False), ("c2", "p1", False)]
    assert {(each.hearer, each.heard) for each in finding.cross_talk} == {
        ("c1", "c2"), ("c2", "c1"), ("p1", "c1"), ("p1", "c2"),
    }  # fmt: skip


def test_a_phone_with_two_contacts_at_once_spoils_both_conversations() -> None:
    finding = find([
        contact("c1", 505, {1000: 5.0}),
        contact("c2", 600, {1000: 5.0}),
        phone("p1", 1000, {505: 5.0, 600: 5.0}),
    ])  # fmt: skip
    assert finding.audio_both_ways == 0
    assert len(finding.conversations) == 2


def test_phones_that_hear_each_other_are_cross_talk() -> None:
    finding = find([phone("p1", 1000, {700: 3.0}), phone("p2", 700, {1000: 3.0})])
    assert len(finding.cross_talk) == 2


def test_a_contact_who_waited_while_the_phone_talked_to_another_is_clean() -> None:
    busy = phone("p1", 1000, {}, (0.0, None))
    busy.slices = [Slice(0.0, 6.1, (ToneHeard(505, 5.0),), 0), Slice(6.1, 20.0, (ToneHeard(600, 4.0),), 0)]
    finding = find([
        busy,
        contact("c1", 505, {1000: 5.0}, (1.0, 6.0)),
        contact("c2", 600, {1000: 4.0}, (3.0, 12.0)),
    ])  # fmt: skip
    assert finding.audio_both_ways == 2
    assert finding.cross_talk == ()


def test_an_unmeasured_leg_proves_nothing() -> None:
    finding = find([contact("c1", None, {1000: 5.0}), phone("p1", 1000, {})])
    assert finding.audio_both_ways == 0
