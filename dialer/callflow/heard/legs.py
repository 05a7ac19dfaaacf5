"""Events of legs: which handler takes them, by the purpose of the leg."""

from __future__ import annotations

from typing import assert_never

from dialer.callflow import test_call
from dialer.callflow.agent import engaged, phone_transfer
from dialer.callflow.call import commands, connect, hold
from dialer.callflow.heard import contact, phones
from dialer.core.step import Step
from dialer.interactions.leg import Leg, LegPurpose, LegTrigger
from dialer.vocabulary import telephony

LegEvent = (
    telephony.LegProgress
    | telephony.LegAlerting
    | telephony.LegAnswered
    | telephony.LegMedia
    | telephony.Joined
    | telephony.LegCleared
    | telephony.Digits
)


def on_leg_event(step: Step, event: LegEvent) -> None:
    """Events of legs that are gone already (a replay, or one that crossed our decision) change nothing."""
    step.world.note_lag(step.now - event.at, step.now)
    leg = step.world.legs.get(event.leg)
    if leg is None:
        return
    if isinstance(event, telephony.LegMedia):
        held = leg.held_by_peer
        hold.on_media(step, leg, event)
        if leg.held_by_peer is not held:
            engaged.on_hold_changed(step, leg)
        phone_transfer.on_identity(step, leg, event.identity)
        return
    if isinstance(event, telephony.Joined):
        connect.on_joined(step, leg, event)
        return
    if isinstance(event, telephony.Digits):
        on_keyed = test_call.on_keyed if leg.purpose is LegPurpose.TEST else commands.on_keyed
        on_keyed(step, leg, event)
        return
    if isinstance(event, telephony.LegCleared):
        leg.machine.advance(LegTrigger.CLEAR, step.now)
        step.remove_leg(leg)
    if leg.purpose is LegPurpose.TEST:
        test_call.on_leg_event(step, leg, event)
    elif leg.purpose is LegPurpose.CONTACT:
        _on_contact_event(step, leg, event)
    else:
        _on_phone_event(step, leg, event)


CallEvent = telephony.LegProgress | telephony.LegAlerting | telephony.LegAnswered | telephony.LegCleared


def _on_contact_event(step: Step, leg: Leg, event: CallEvent) -> None:
    interaction = step.world.interactions.get(leg.interaction) if leg.interaction else None
    if interaction is None:
        return
    match event:
        case telephony.LegCleared():
            contact.on_cleared(step, interaction, leg, event)
        case telephony.LegAnswered():
            contact.on_answered(step, interaction, leg, event)
        case telephony.LegProgress() | telephony.LegAlerting():
            contact.on_progress(step, interaction, leg, event)
        case _:
            assert_never(event)


def _on_phone_event(step: Step, leg: Leg, event: CallEvent) -> None:
    match event:
        case telephony.LegCleared():
            phones.on_cleared(step, leg, event)
        case telephony.LegAnswered():
            phones.on_answered(step, leg, event)
        case telephony.LegProgress() | telephony.LegAlerting():
            phones.on_progress(step, leg, event)
        case _:
            assert_never(event)
