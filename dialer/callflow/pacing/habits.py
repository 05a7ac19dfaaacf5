"""When and where contacts answer: what each attempt teaches is kept, what former days have taught is told to pacing."""

from __future__ import annotations

from dialer.callflow.pacing.observations import outcome_of
from dialer.callflow.pacing.traits import traits_of
from dialer.campaigns.calendar import day_of
from dialer.campaigns.campaign import Campaign
from dialer.core.step import Step
from dialer.interactions.attempt import Attempt
from dialer.interactions.interaction import Interaction
from dialer.pacing import Observation, Observed, Outcome
from dialer.pacing.habits import DAYS_BACK, weighed
from dialer.vocabulary import events
from dialer.vocabulary.habits import Habit
from dialer.vocabulary.outputs import RecallHabits
from dialer.vocabulary.results import CallResult

#: Live answers of an attempt that ended so; what is not named says nothing of the contact.
ANSWERS = {Outcome.UNANSWERED: 0.0, Outcome.MACHINE: 0.0, Outcome.HANDLED: 1.0, Outcome.ABANDONED: 1.0}


def habit_of(step: Step, interaction: Interaction, result: CallResult) -> Habit | None:
    """What an attempt that came to `result` teaches; None if it says nothing of its contact, or has no record."""
    attempt, record = interaction.attempt, interaction.record
    answer = None if attempt is None else _answer(interaction, attempt, result)
    if attempt is None or record is None or answer is None:
        return None
    traits = traits_of(record, attempt.begun_at)
    day = day_of(step.world.campaigns[interaction.campaign], attempt.begun_at)
    return Habit(interaction.campaign, record.list, day, traits.hour, traits.number_type, traits.region, answer)


def _answer(interaction: Interaction, attempt: Attempt, result: CallResult) -> float | None:
    """A call that the pacing gave up counts its chance: left out, only those that answered early would be counted."""
    outcome = outcome_of(interaction, result)
    return attempt.chance if outcome is Outcome.SHED else ANSWERS.get(outcome)


def recall(step: Step, campaign: Campaign) -> None:
    """Ask the store for what is known by now; the pacing goes on meanwhile."""
    campaign.habits_day = day_of(campaign, step.utc)
    step.put(RecallHabits(campaign.name, campaign.habits_day - DAYS_BACK))


def follow_the_day(step: Step, campaign: Campaign) -> None:
    """What yesterday taught counts from today on; a question that was not answered is asked again. The day may also
    turn out to be another one, once the zones of the records are known."""
    if day_of(campaign, step.utc) != campaign.habits_day:
        recall(step, campaign)


def on_recalled(step: Step, event: events.HabitsRecalled) -> None:
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is None:
        return
    today = day_of(campaign, step.utc)
    former = [each for each in event.habits if each.day < today]
    counts = weighed(former, today)
    lists = tuple(sorted({each.list for each in former}))
    campaign.has_habits = bool(former)
    governor = step.world.pacers[campaign.name]
    governor.observe(Observation(Observed.HISTORY, step.now, history=counts, lists=lists))
    step.history("habits_recalled", campaign=campaign.name, dials=sum(each.dials for each in former))


def on_recall_failed(step: Step, event: events.RecallFailed) -> None:
    campaign = step.world.campaigns.get(event.campaign)
    if campaign is not None:
        campaign.habits_day = 0
