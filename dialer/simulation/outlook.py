"""The next hours with more or fewer agents: the work of a process of its own, question on stdin, answer on stdout."""

from __future__ import annotations

import os
import sys

import msgspec

from config.model import Campaign, Trunk
from dialer.simulation.figures import Figures, figures_of, together
from dialer.simulation.laws import Duration, Laws
from dialer.simulation.profile import FLAT
from dialer.simulation.setting import Plan, open_for
from dialer.simulation.shift import SimulatedShift
from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.shifts import ShiftOutlook, ShiftQuestion

#: Calls and conversations of the node come first: what a simulation takes, it takes of idle processors.
NICENESS = 10
#: Nothing takes no time at all, such as after-call work that agents finish with a single click.
LEAST_S = 0.1
#: Nobody answers after a ring that is this much longer than the mean, at least.
LONGEST_RING = 1.5


def outlooks(question: ShiftQuestion) -> tuple[ShiftOutlook, ...]:
    """One for each number of agents. Raises ConfigurationError for what cannot be."""
    return tuple(_outlook(question, agents) for agents in question.agents)


def _outlook(question: ShiftQuestion, agents: int) -> ShiftOutlook:
    plan = _plan(question, agents)
    found = []
    for seed in range(1, question.seeds + 1):
        shift = SimulatedShift(plan, seed)
        shift.run()
        found.append((figures_of(shift, seed), shift.records_left, shift.last_retry_h))
    figures = together([each for each, _, _ in found], question.rule)
    left = sum(each for _, each, _ in found) / len(found)
    last_retry_h = sum(each for _, _, each in found) / len(found)
    ends_after_h, continued = _end(question, figures, left, last_retry_h)
    return ShiftOutlook(
        agents=agents,
        utilisation=figures.utilisation,
        abandonment=figures.abandonment.mean,
        wait_s=figures.wait_s,
        conversations=sum(each.conversations for each in figures.seeds) / len(figures.seeds),
        dials_per_answer=figures.dials_per_answer,
        ends_after_h=ends_after_h,
        continued=continued,
        fallback=figures.fallback,
    )


def _end(question: ShiftQuestion, figures: Figures, left: float, last_retry_h: float) -> tuple[float | None, bool]:
    """When the list is finished, and whether that lies after what was simulated. Records that wait for another attempt
    are not done before it, however many agents there are."""
    if figures.ends_at_h is not None:
        return figures.ends_at_h, False
    if question.records is None or left >= question.records:
        return None, False
    return max(last_retry_h, question.hours * question.records / (question.records - left)), True


def _plan(question: ShiftQuestion, agents: int) -> Plan:
    campaign = Campaign.model_validate_json(question.campaign)
    # The hours are those in which the campaign may dial, on whatever day and whenever they begin.
    campaign = campaign.model_copy(update={"calling_window": open_for(question.hours)})
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
    """0 with the outlooks as JSON, or 1 with what is wrong in words."""
    os.nice(NICENESS)
    try:
        question = msgspec.json.decode(sys.stdin.buffer.read(), type=ShiftQuestion)
        answer = outlooks(question)
    except (CornettaError, ValueError) as error:
        sys.stdout.write(str(error))
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
