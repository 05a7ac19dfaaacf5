"""Two legs of one engine, over real SIP and RTP on loopback."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import BridgeId, LegId
from dialer.vocabulary.telephony import ClearedBy

from .rig import CARRIER, TRUNK, Engine

B1 = BridgeId("B1")
LEFT_HZ, RIGHT_HZ = 1000, 1300


def test_a_dialed_leg_goes_through_its_life(engine: Engine) -> None:
    identity = '"Example Ltd" <sip:+442079460100@example.com>'
    header = telephony.Header("X-Campaign", "spring")
    leg = engine.dial(call_id="attempt-7.1", identity=identity, headers=(header,), context="kept")
    offered = engine.expect(telephony.LegOffered)
    assert (offered.call_id, offered.account) == ("attempt-7.1", CARRIER)
    assert offered.from_uri == "sip:+442079460100@example.com"
    assert offered.request_uri.startswith("sip:+12025550123@127.0.0.1")
    assert header in offered.headers
    engine.submit(telephony.Alert(offered.leg))
    assert not engine.expect(telephony.LegAlerting).early_media
    engine.submit(telephony.Snapshot())
    snapshot = {one.leg: one for one in engine.expect(telephony.SnapshotTaken).legs}
    assert snapshot[leg].context == "kept"
    assert snapshot[leg].standing is telephony.LegStanding.ALERTING
    engine.submit(telephony.Answer(offered.leg))
    engine.expect(telephony.LegAnswered, lambda event: event.leg == leg)
    engine.submit(telephony.HangUp(leg))
    ours, theirs = engine.cleared(leg), engine.cleared(offered.leg)
    assert (ours.by, ours.code, ours.answered, ours.heard, ours.alerted) == (ClearedBy.US, 200, True, True, True)
    assert (theirs.by, theirs.answered) == (ClearedBy.PEER, True)
    codes = [event.code for event in engine.of(telephony.LegProgress, leg)]
    assert codes == [100]


def test_early_media_is_told_and_heard(engine: Engine) -> None:
    leg = engine.dial()
    theirs = engine.expect(telephony.LegOffered).leg
    engine.submit(telephony.Play(theirs, telephony.Tone(LEFT_HZ)), telephony.StartAnalysis(leg, "tones"))
    engine.submit(telephony.Alert(theirs, 183))
    progress = engine.expect(telephony.LegProgress, lambda event: event.code == 183)
    assert progress.early_media
    engine.hear_for(1.2)
    engine.submit(telephony.Reject(theirs, 486))
    cleared = engine.cleared(leg)
    assert (cleared.code, cleared.by, cleared.alerted, cleared.answered) == (486, ClearedBy.PEER, True, False)
    assert LEFT_HZ in _heard(engine, leg)


def test_joined_legs_hear_each_other_and_nobody_else(engine: Engine) -> None:
    ours, theirs = _two_conversations(engine)
    for leg, tone in zip(theirs, (LEFT_HZ, RIGHT_HZ), strict=True):
        engine.submit(telephony.Play(leg, telephony.Tone(tone)), telephony.StartAnalysis(leg, "tones"))
    engine.submit(*(telephony.Join(leg, B1) for leg in ours))
    joined = {engine.expect(telephony.Joined).leg, engine.expect(telephony.Joined).leg}
    assert joined == set(ours)
    engine.hear_for(2.4)
    engine.submit(*(telephony.HangUp(leg) for leg in ours))
    for leg, other in zip(theirs, (RIGHT_HZ, LEFT_HZ), strict=True):
        heard = _heard(engine, leg)
        assert set(heard) == {other}
        assert heard[other] > 1.5
        assert engine.cleared(leg).statistics is not None


def test_a_leg_may_be_heard_without_hearing(engine: Engine) -> None:
    ours, theirs = _two_conversations(engine)
    for leg, tone in zip(theirs, (LEFT_HZ, RIGHT_HZ), strict=True):
        engine.submit(telephony.Play(leg, telephony.Tone(tone)), telephony.StartAnalysis(leg, "tones"))
    engine.submit(telephony.Join(ours[0], B1, hears=()), telephony.Join(ours[1], B1))
    engine.hear_for(2.4)
    engine.submit(*(telephony.HangUp(leg) for leg in ours))
    assert set(_heard(engine, theirs[0])) == set()
    assert set(_heard(engine, theirs[1])) == {LEFT_HZ}


def test_a_leg_is_heard_louder_or_quieter_also_after_a_hold(engine: Engine) -> None:
    ours, theirs = _two_conversations(engine)
    engine.submit(telephony.Play(theirs[0], telephony.Tone(LEFT_HZ, level=0.1)))
    engine.submit(*(telephony.Join(leg, B1) for leg in ours))
    for db, level in ((0.0, 0.1), (12.0, 0.4), (-12.0, 0.025)):
        engine.submit(telephony.SetVolume(ours[0], db))
        assert _level(engine, theirs[1]) == pytest.approx(level, rel=0.15)
    engine.submit(telephony.HoldPeer(ours[0]))
    engine.expect(telephony.LegMedia, lambda event: event.leg == ours[0] and event.held_by_us)
    engine.submit(telephony.ResumePeer(ours[0]))
    engine.expect(telephony.LegMedia, lambda event: event.leg == ours[0] and event.active)
    assert _level(engine, theirs[1]) == pytest.approx(0.025, rel=0.15)


def _level(engine: Engine, leg: LegId) -> float:
    """How loud the leg hears the tone now; the first moment, in which the level changes, is let go by."""
    engine.hear_for(0.5)
    engine.submit(telephony.StartAnalysis(leg, "tones"))
    engine.hear_for(1.0)
    engine.submit(telephony.StopAnalysis(leg, "tones"))
    heard = engine.expect(telephony.AnalysisCompleted, lambda event: event.leg == leg)
    (tone,) = [each for each in heard.tones if abs(each.frequency_hz - LEFT_HZ) <= 5]
    return tone.level


def test_hold_and_resume_remake_the_bridge(engine: Engine) -> None:
    ours, theirs = _two_conversations(engine)
    engine.submit(*(telephony.Join(leg, B1) for leg in ours))
    engine.submit(telephony.HoldPeer(ours[0]))
    held = engine.expect(telephony.LegMedia, lambda event: event.leg == ours[0] and event.held_by_us)
    assert not held.active
    engine.expect(telephony.LegMedia, lambda event: event.leg == theirs[0] and event.held_by_peer)
    engine.submit(telephony.ResumePeer(ours[0]))
    engine.expect(telephony.LegMedia, lambda event: event.leg == ours[0] and event.active)
    engine.submit(
        telephony.Play(theirs[0], telephony.Tone(LEFT_HZ)), telephony.Play(theirs[1], telephony.Tone(RIGHT_HZ))
    )
    engine.submit(*(telephony.StartAnalysis(leg, "tones") for leg in theirs))
    engine.hear_for(2.4)
    engine.submit(*(telephony.HangUp(leg) for leg in ours))
    assert set(_heard(engine, theirs[0])) == {RIGHT_HZ}
    assert set(_heard(engine, theirs[1])) == {LEFT_HZ}


@pytest.mark.parametrize("mode", list(telephony.DtmfMode))
def test_digits_arrive(bare: Engine, mode: telephony.DtmfMode) -> None:
    bare.configure(dtmf=mode)
    ours, theirs = bare.conversation()
    bare.submit(telephony.SendDigits(ours, "19#"))
    if mode is telephony.DtmfMode.INBAND:
        # Audio has no events: the far end's analysis must hear the pairs of tones instead.
        bare.submit(telephony.StartAnalysis(theirs, "tones"), telephony.SendDigits(ours, "1111111"))
        bare.hear_for(3.0)
        bare.submit(telephony.HangUp(ours))
        heard = _heard(bare, theirs)
        assert any(abs(tone - 697) <= 5 for tone in heard)
        assert any(abs(tone - 1209) <= 5 for tone in heard)
        return
    digits = [bare.expect(telephony.Digits, lambda event: event.leg == theirs).digits for _ in range(3)]
    assert "".join(digits) == "19#"


def test_a_source_that_ends_is_told(engine: Engine) -> None:
    ours, _ = engine.conversation()
    beep = telephony.Tone(LEFT_HZ, on_ms=200)
    engine.submit(telephony.Play(ours, beep, key="beep"))
    assert engine.expect(telephony.PlayFinished).key == "beep"


def test_a_file_is_played_to_its_end(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\x10" * 2400)
    ours, _ = engine.conversation()
    engine.submit(telephony.Play(ours, telephony.File(str(path)), key="greeting"))
    assert engine.expect(telephony.PlayFinished).key == "greeting"
    engine.submit(telephony.Play(ours, telephony.File(str(tmp_path / "none.wav"))))
    assert "none.wav" in engine.expect(telephony.EngineFault).problem


def test_both_ends_may_hold(engine: Engine) -> None:
    ours, theirs = engine.conversation()
    engine.submit(telephony.HoldPeer(ours))
    engine.expect(telephony.LegMedia, lambda event: event.leg == theirs and event.held_by_peer)
    engine.submit(telephony.HoldPeer(theirs))
    both = engine.expect(
        telephony.LegMedia, lambda event: event.leg == theirs and event.held_by_us and event.held_by_peer
    )
    assert not both.active
    engine.submit(telephony.ResumePeer(ours), telephony.ResumePeer(theirs))
    for leg in (ours, theirs):
        engine.active(leg)


def _two_conversations(engine: Engine) -> tuple[list[LegId], list[LegId]]:
    pairs = [engine.conversation() for _ in range(2)]
    return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]


def _heard(engine: Engine, leg: LegId) -> dict[int, float]:
    completed = engine.expect(telephony.AnalysisCompleted, lambda event: event.leg == leg)
    return {tone.frequency_hz: tone.seconds for tone in completed.tones}


def test_an_account_of_the_trunk_is_static(engine: Engine) -> None:
    engine.submit(telephony.Snapshot())
    states = {state.account: state for state in engine.expect(telephony.SnapshotTaken).accounts}
    assert not states[TRUNK].registered
