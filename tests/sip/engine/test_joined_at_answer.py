"""A leg that joins a bridge by its answer, without a further command of the node."""

from __future__ import annotations

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import BridgeId, LegId
from dialer.vocabulary.telephony import ClearedBy

from .rig import Engine

B1 = BridgeId("B1")
AGENT_HZ, CONTACT_HZ, RINGBACK_HZ = 1000, 1300, 700


def test_who_waits_in_the_bridge_is_joined_before_the_answer_is_told(engine: Engine) -> None:
    agent, phone = _standing_by(engine)
    contact, theirs = _dialed(engine)
    engine.submit(telephony.StartAnalysis(theirs, "tones"), telephony.StartAnalysis(phone, "tones"))
    engine.submit(telephony.Play(theirs, telephony.Tone(CONTACT_HZ)), telephony.Answer(theirs))
    joined = engine.expect(telephony.Joined, lambda event: event.leg == contact)
    answered = engine.answered(contact)
    assert joined.others == (agent,)
    assert joined.at >= answered.at
    assert _place(engine, joined) < _place(engine, answered)
    engine.hear_for(2.4)
    engine.submit(telephony.HangUp(contact), telephony.HangUp(agent))
    assert _heard(engine, theirs) == {AGENT_HZ}
    assert _heard(engine, phone) == {CONTACT_HZ}


def test_early_media_joins_nobody(engine: Engine) -> None:
    agent, phone = _standing_by(engine)
    contact, theirs = _dialed(engine)
    engine.submit(telephony.StartAnalysis(phone, "tones"), telephony.Play(theirs, telephony.Tone(CONTACT_HZ)))
    engine.submit(telephony.Alert(theirs, 183))
    engine.active(contact)
    engine.hear_for(1.2)
    assert not engine.of(telephony.Joined, agent)
    engine.submit(telephony.StopAnalysis(phone, "tones"))
    assert _heard(engine, phone) == set()
    engine.submit(telephony.Answer(theirs))
    assert engine.expect(telephony.Joined, lambda event: event.leg == contact).others == (agent,)
    engine.answered(contact)


def test_an_answer_that_crosses_our_cancel_joins_nobody(engine: Engine) -> None:
    agent, _ = _standing_by(engine)
    contact, theirs = _dialed(engine)
    # The CANCEL leaves before the 200 is read.
    engine.submit_at_once(telephony.Answer(theirs), telephony.HangUp(contact))
    assert engine.cleared(contact).by is ClearedBy.US
    engine.cleared(theirs)
    assert not engine.of(telephony.Joined, agent)
    assert not engine.of(telephony.Joined, contact)


def test_a_bridge_without_anybody_keeps_its_contact(engine: Engine) -> None:
    """A contact who answers before an agent is found waits in the bridge, and is joined by the agent's leg."""
    contact, theirs = _dialed(engine)
    engine.submit(telephony.Answer(theirs))
    engine.answered(contact)
    agent, _ = engine.conversation()
    assert not engine.of(telephony.Joined, contact)
    engine.submit(telephony.Join(agent, B1))
    assert engine.expect(telephony.Joined, lambda event: event.leg == contact).others == (agent,)


def test_the_ringback_of_who_waits_ends_with_the_answer(engine: Engine) -> None:
    """Also without a node: nobody has to talk through a ringing tone."""
    agent, phone = _standing_by(engine)
    contact, theirs = _dialed(engine)
    engine.submit(telephony.Play(agent, telephony.Tone(RINGBACK_HZ), loop=True))
    engine.submit(telephony.Play(theirs, telephony.Tone(CONTACT_HZ)), telephony.Answer(theirs))
    engine.answered(contact)
    engine.submit(telephony.StartAnalysis(phone, "tones"))
    engine.hear_for(2.4)
    engine.submit(telephony.HangUp(contact), telephony.HangUp(agent))
    assert _heard(engine, phone) == {CONTACT_HZ}


def _standing_by(engine: Engine) -> tuple[LegId, LegId]:
    """An agent's leg in the bridge, whose phone plays a tone: our end and the phone's."""
    agent, phone = engine.conversation()
    engine.submit(telephony.Join(agent, B1), telephony.Play(phone, telephony.Tone(AGENT_HZ)))
    return agent, phone


def _dialed(engine: Engine) -> tuple[LegId, LegId]:
    """A contact who has not answered: our end and theirs."""
    contact = engine.dial(bridge=B1)
    return contact, engine.expect(telephony.LegOffered).leg


def _place(engine: Engine, event: telephony.Event) -> int:
    return next(place for place, each in enumerate(engine.events) if each is event)


def _heard(engine: Engine, leg: LegId) -> set[int]:
    completed = engine.expect(telephony.AnalysisCompleted, lambda event: event.leg == leg)
    return {tone.frequency_hz for tone in completed.tones}
