"""The next hours with more or fewer agents: the work of a process of its own, question on stdin, answer on stdout."""

from __future__ import annotations

import os
import sys

import msgspec

from config.model import CampaignSettings, Trunk
from dialer.simulation.figures import Figures, figures_of, together
from dialer.simulation.laws import Duration, Laws
from dialer.simulation.profile import FLAT
from dialer.simulation.rest_of_day import RestOfDay
from dialer.simulation.setting import MOST_HOURS, Plan, open_for
from dialer.simulation.tally import percent
from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.shifts import ShiftOutlook, ShiftQuestion
from dialer.words import words_of

#: The node's calls come first: a simulation has the lowest priority.
NICENESS = 10
#: The shortest mean of a duration, also for after-call work that takes a single click.
LEAST_S = 0.1
#: The longest ring is at least this much longer than the mean.
LONGEST_RING = 1.5


def outlooks(question: ShiftQuestion) -> tuple[ShiftOutlook, ...]:
    """One for each number of agents. Raises ConfigurationError for impossible settings."""
    return tuple(_outlook(question, agents) for agents in question.agents)


def _outlook(question: ShiftQuestion, agents: int) -> ShiftOutlook:
    plan = _plan(question, agents)
    shifts = [
        RestOfDay(plan, seed, question.counted, question.dialed_h, question.left_h)
        for seed in range(1, question.seeds + 1)
    ]
    for shift in shifts:
        shift.run()
    figures = together([figures_of(shift, seed) for seed, shift in enumerate(shifts, 1)], question.rule)
    ends = [each for shift in shifts if (each := _end(question, shift)) is not None]
    return ShiftOutlook(
        agents=agents,
        utilisation=figures.utilisation,
        abandonment=figures.abandonment.mean,
        abandonment_of_day=_of_day(question, figures),
        wait_s=figures.wait_s,
        conversations=sum(each.conversations for each in figures.seeds) / len(figures.seeds),
        dials_per_answer=figures.dials_per_answer,
        ends_after_h=sum(ends) / len(ends) if len(ends) == len(shifts) else None,
        continued=bool(ends) and any(shift.dialed_at_h is None for shift in shifts),
        last_retry_h=max(shift.last_retry_h for shift in shifts) or None,
        fallback=figures.fallback,
    )


def _of_day(question: ShiftQuestion, figures: Figures) -> float:
    """Percent of the day's live answers that are abandoned when the shift is over."""
    before = [each for each in question.counted if each.days_ago == 0]
    shifts = len(figures.seeds)
    answers = shifts * sum(each.answers for each in before) + sum(each.answers for each in figures.seeds)
    abandoned = shifts * sum(each.abandoned for each in before) + sum(each.abandoned for each in figures.seeds)
    return percent(abandoned, answers)


def _end(question: ShiftQuestion, shift: RestOfDay) -> float | None:
    """The hour when every record has been dialed and none is due: as simulated, else by continuation. Resting records
    are counted apart, as agents can do nothing about them."""
    if shift.dialed_at_h is not None:
        return shift.dialed_at_h
    left = shift.to_dial
    if question.records is None or left >= question.records:
        return None
    return question.hours * question.records / (question.records - left)


def _plan(question: ShiftQuestion, agents: int) -> Plan:
    campaign = CampaignSettings.model_validate_json(question.campaign)
    # The hours are calling hours of the campaign, on any day, from any begin.
    pacing = campaign.predictive.model_copy(update={"shift_ends": None})
    campaign = campaign.model_copy(update={"calling_window": open_for(MOST_HOURS), "predictive": pacing})
    ring_out_s = min(120.0, max(15.0, campaign.ring_timeout_s))
    laws = Laws(
        ring=Duration(mean_s=max(LEAST_S, min(question.ring_s, ring_out_s / LONGEST_RING)), cv=0.5),
        ring_out_s=ring_out_s,
        busy_percent=100 * question.busy_share,
        talk=Duration(mean_s=max(LEAST_S, question.talk_s)),
        wrap=Duration(mean_s=max(LEAST_S, question.wrap_s)),
    )
    trunk = Trunk(
        name="trunk",
        host="carrier.example.net",
        max_legs=min(10_000, question.max_legs),
        max_calls_per_s=min(1000.0, question.max_calls_per_s),
    )
    return Plan(
        agents=agents,
        answer_rate=question.answer_rate,
        rule=question.rule,
        hours=question.hours,
        profile=FLAT.model_copy(update={"laws": laws}),
        campaign=campaign,
        trunk=trunk,
        records=question.records,
    )


def main() -> int:
    """Print the outlooks as JSON and return 0, or the fault in words and return 1."""
    os.nice(NICENESS)
    try:
        question = msgspec.json.decode(sys.stdin.buffer.read(), type=ShiftQuestion)
        answer = outlooks(question)
    except (CornettaError, ValueError) as error:
        sys.stdout.write(words_of(error))
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
