"""Answers that come after we have given up: our CANCEL crosses the 200 (RFC 3261 9.1), or a trunk that kept silent
answers after all. The engine ends them at once. Somebody picked up and heard nobody: the law counts that, whatever
the attempt's result was. The pacing is told of it while the attempt is open; of one that is settled it sees the count
of the day alone."""

from __future__ import annotations

from config.model import USUAL_RETRIES, Retry
from dialer.callflow.calendar import day_of
from dialer.callflow.step import Step
from dialer.callflow.world import World
from dialer.interactions.attempt import Attempt, read_call_id
from dialer.interactions.interaction import Interaction
from dialer.records.treatment import rest_of
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AttemptId, EngineId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.writes import AddHistory, MarkLateAnswer

#: How long an attempt that was given up is remembered: twice the 64*T1 in which a 2xx may still come (RFC 3261
#: 13.3.1.4). What comes later yet is counted at the next start, from its row.
REMEMBERED_S = 64.0


def remember(step: Step, interaction: Interaction, attempt: Attempt) -> None:
    """An attempt has ended without an answer. Those that ended first are the first to be forgotten."""
    given_up = step.world.given_up
    given_up[attempt.id] = (interaction.campaign, step.now)
    while (first := next(iter(given_up.items())))[1][1] < step.now - REMEMBERED_S:
        del given_up[first[0]]


def on_late_answer(step: Step, engine_id: EngineId, event: telephony.LateAnswer) -> None:
    """By now the attempt may be over, or dialled over another trunk, so only its Call-ID tells which it was. One that
    goes on is judged at its end: who was reached in the end was not abandoned."""
    dialled = read_call_id(event.call_id)
    if dialled is not None:
        at = step.utc_of(event.at)
        rest = _rest(step.world, dialled[0])
        step.write(MarkLateAnswer(*dialled, at, at + rest.delay_s, rest.max_attempts))
        _count(step, dialled[0], at)
    facts: dict[str, object] = {"engine": engine_id, "leg": event.leg}
    step.write(AddHistory("late_answer", step.utc, attempt=dialled[0] if dialled else None, facts=facts))


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
