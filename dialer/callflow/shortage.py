"""An engine that has run out of something of its own: ports, file descriptors, legs. No trunk and no phone is to blame.
Nothing new is dialled over it for some seconds, and the campaign says why."""

from __future__ import annotations

from dialer.callflow.step import Step
from dialer.interactions.leg import Leg
from dialer.vocabulary.telephony import LegCleared


def note_shortage(step: Step, leg: Leg, event: LegCleared) -> None:
    """A leg was refused for want of something."""
    engine = step.world.engines.get(leg.engine)
    if engine is None:
        return
    if not engine.is_short(step.now):
        step.history("engine_short", engine=engine.id, problem=event.reason)
    engine.run_short(event.reason, step.now)
    step.start_timer("pace/engine", engine.short_until - step.now)
    for campaign in step.world.campaigns.values():
        if campaign.is_running:
            step.campaign_changed(campaign.name)
