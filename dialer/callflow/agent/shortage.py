"""An engine that has run out of something of its own: ports, file descriptors, legs. No trunk and no phone is to blame.
Nothing new is dialed over it for some seconds, and the campaign says why."""

from __future__ import annotations

from dialer.core.step import Step
from dialer.interactions.leg import Leg
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import EngineId
from dialer.vocabulary.reasons.dialing import EngineShort
from dialer.vocabulary.telephony import LegCleared
from dialer.world.world import EngineView

#: The code of whatever does not happen for want of something of an engine's.
SHORT_CODE = "engine_short"


def note_shortage(step: Step, leg: Leg, event: LegCleared) -> None:
    """A leg was refused for want of something."""
    engine = step.world.engines.get(leg.engine)
    if engine is None:
        return
    if not engine.is_short(step.now):
        step.history(SHORT_CODE, engine=engine.id, problem=event.reason)
    engine.run_short(event.reason, step.now)
    step.start_timer("pace/engine", engine.short_until - step.now)
    for campaign in step.world.campaigns.values():
        if campaign.is_running:
            step.campaign_changed(campaign.name)


def refuse_if_short(step: Step, engine: EngineView) -> None:
    """Raises Refused while the engine is short of something."""
    if engine.is_short(step.now):
        raise Refused(short(engine.id, engine.shortage))


def short(engine: EngineId, problem: str) -> EngineShort:
    """What an agent is told of a shortage."""
    return EngineShort(engine, f"{problem[:1].upper()}{problem[1:]}")
