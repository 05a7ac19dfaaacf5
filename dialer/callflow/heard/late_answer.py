"""Answers that come after the attempt was given up: our CANCEL crosses the 200 (RFC 3261 section 9.1), or a silent
trunk answers after all. The engine ends them at once. The contact picked up and heard nobody, which the law counts as
abandoned whatever the attempt's result was. The pacing is told while the attempt is open; the count of the day covers
those that are settled."""

from __future__ import annotations

from config.model import USUAL_RETRIES, Retry
from dialer.campaigns.calendar import day_of
from dialer.core.step import Step
from dialer.interactions.attempt import read_call_id
from dialer.interactions.interaction import Interaction
from dialer.records.treatment import rest_of
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AttemptId, EngineId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import AddHistory, MarkLateAnswer
from dialer.world.world import World


def on_late_answer(step: Step, engine_id: EngineId, event: telephony.LateAnswer) -> None:
    """By now the attempt may be over, or dialed over another trunk, so only its Call-ID tells which it was. One that
    goes on is judged at its end: who was reached in the end was not abandoned."""
    dialed = read_call_id(event.call_id)
    if dialed is not None:
        at = step.utc_of(event.at)
        rest = _rest(step.world, dialed[0])
        step.write(MarkLateAnswer(*dialed, at, at + rest.delay_s, rest.max_attempts))
        _count(step, dialed[0], at)
    facts: dict[str, object] = {"engine": engine_id, "leg": event.leg}
    step.write(AddHistory("late_answer", step.utc, attempt=dialed[0] if dialed else None, facts=facts))


def _count(step: Step, id_: AttemptId, at: float) -> None:
    world = step.world
    interaction = _interaction_of(world, id_)
    if interaction is not None and interaction.attempt is not None:
        attempt = interaction.attempt
        attempt.late_answer_at = attempt.late_answer_at or at
        step.interaction_changed(interaction)
        if not attempt.settled:
            return
    # Each is counted once, however often its 200 comes.
    given_up = world.given_up.pop(id_, None)
    campaign = None if given_up is None else world.campaigns.get(given_up[0])
    if campaign is not None:
        day = day_of(campaign, at)
        campaign.abandonment.answer(day)
        campaign.abandonment.abandon(day)
        step.campaign_changed(campaign.name)


def _interaction_of(world: World, id_: AttemptId) -> Interaction | None:
    """The one that is still open and whose present attempt it is."""
    return next((each for each in world.interactions.values() if each.attempt and each.attempt.id == id_), None)


def _rest(world: World, id_: AttemptId) -> Retry:
    """The campaign's rule for who was abandoned; the longest of all if the attempt is not remembered any more."""
    interaction = _interaction_of(world, id_)
    name = interaction.campaign if interaction is not None else world.given_up.get(id_, (None, 0.0))[0]
    campaign = None if name is None else world.campaigns.get(name)
    asked = world.campaigns.values() if campaign is None else (campaign,)
    rules = [rest_of(each.settings) for each in asked]
    return max(rules, key=lambda each: each.delay_s, default=USUAL_RETRIES[CallResult.ABANDONED])
