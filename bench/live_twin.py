"""The twin of a live run: a simulated shift with the very same contacts and agents.

Two runs of 20 minutes with other people lie points apart under any rule. With the same people in the same order they
should not: the remaining difference between a live run and its twins comes from real SIP, real time and the node's own
latency, and from milliseconds by which two agents change their turns. So a run has several twins, whose calls are
answered up to JITTER_S later.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from dialer.lab.autopilot import LOOK_S, Habits, wrap_times
from dialer.lab.contacts import contacts
from dialer.lab.scenario import Scenario
from dialer.simulation.crowd import Crowd, Fate, Kind
from dialer.simulation.desks import Desks
from dialer.simulation.figures import ShiftFigures, figures_of
from dialer.simulation.profile import FLAT
from dialer.simulation.setting import Plan
from dialer.simulation.shift import SimulatedShift
from dialer.vocabulary.ids import AgentName
from sip.lab.behaviours import Behaviour
from sip.lab.plan import CallPlan, plan_call

#: The difference between two rounds of INVITE and 200 on loopback, in seconds.
JITTER_S = 0.03
MINUTES_PER_HOUR = 60


class TwinShift(SimulatedShift):
    """A shift with the people of a lab's scenario; `nth` is the number of the twin."""

    def __init__(self, scenario: Scenario, habits: Habits, nth: int) -> None:
        plan = Plan(
            scenario.agents, scenario.profile.answer_rate, hours=scenario.minutes / MINUTES_PER_HOUR, profile=FLAT
        )
        super().__init__(plan, nth)
        laws = plan.profile.laws
        crowd = _SameContacts(self.engine, laws, self.rate_at, nth, self._answered)
        crowd.plans = _plans(scenario)
        self.crowd = self.engine.people = crowd
        names = [AgentName(user) for user in self.tables.users]
        same = zip(names, scenario.agent_names(), strict=True)
        self.agents = _SameAgents(self, names, laws, nth)
        self.agents.wraps = {name: wrap_times(scenario.seed, live, habits) for name, live in same}
        self.desks = self.agents


class _SameContacts(Crowd):
    """The n-th call of the shift meets the n-th contact of the list, as in the lab."""

    plans: Iterator[CallPlan]

    def fate(self, uri: str) -> Fate:
        plan = next(self.plans)
        late_s = self._calls.uniform(0, JITTER_S)
        if plan.behaviour is Behaviour.PERSON:
            return Fate(Kind.PERSON, plan.ring_s + late_s, plan.talk_s or inf)
        if plan.behaviour is Behaviour.BUSY:
            return Fate(Kind.BUSY, plan.refuses_after_s + late_s)
        return Fate(Kind.NOBODY, inf)


class _SameAgents(Desks):
    """Each agent's n-th after-call work takes as long as in the lab, where it is noticed at the next look."""

    wraps: dict[AgentName, Iterator[float]]

    def draw_wrap(self, name: AgentName) -> float:
        return next(self.wraps[name]) + LOOK_S


def _plans(scenario: Scenario) -> Iterator[CallPlan]:
    """Calls to the scenario's list, in its order. More than it has would be an endless list's: StopIteration."""
    for record in contacts(scenario.records, scenario.seed):
        yield plan_call(scenario.seed, record.number, 1, scenario.profile)


def twin(scenario: Scenario, habits: Habits, nth: int) -> ShiftFigures:
    """The `nth` twin of a live run of PACE-8h's people."""
    shift = TwinShift(scenario, habits, nth)
    shift.run()
    return figures_of(shift, nth)
