"""Why a pacing rule dials as many as it does, in one clause. Shares are percent, times seconds."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason, Said


class OneForEachIdle(Reason, frozen=True, tag="decision.one_to_one"):
    """1:1; `idle` are the agents for whom nobody waits yet."""

    idle: int


class LinesForEachIdle(Reason, frozen=True, tag="decision.ratio"):
    lines: float
    idle: int
    ringing: int


class LinesByLevel(Reason, frozen=True, tag="decision.level"):
    """Lines per agent are the dial level: `goal` lines for so many agents, and `up` of them are there."""

    level: float
    agents: int
    goal: int
    up: int


class MeansBalanced(Reason, frozen=True, tag="decision.balance"):
    """Agents who are idle and who are expected `soon`, times a factor, and the answers expected of calls that ring."""

    idle: int
    soon: float
    factor: float
    coming: float


class EvenRate(Reason, frozen=True, tag="decision.rate"):
    """`load` is what the agents can carry, in Erlang."""

    per_s: float
    load: float
    agents: int


class NextRisks(Reason, frozen=True, tag="next_call.risk"):
    """Chance that a contact is abandoned for one more call."""

    percent: float


class NextWeighs(Reason, frozen=True, tag="next_call.burst"):
    """The same with bursts charged, as the `period` bears only so many abandoned contacts more."""

    percent: float
    period: str
    bears: int


NextCall = NextRisks | NextWeighs


class DayEnds(Reason, frozen=True, tag="restraint.day_ends"):
    """Shift or calling window."""


class ListEnds(Reason, frozen=True, tag="restraint.list_ends"):
    pass


class FewAtWork(Reason, frozen=True, tag="restraint.few_agents"):
    at_work: int


#: Why nothing may be risked.
Held = DayEnds | ListEnds | FewAtWork


class HeldBack(Reason, frozen=True, tag="decision.held"):
    """In this and the next ones: so many calls are placed, and `shed` that have rung long are given up."""

    dial: int
    shed: int
    why: Held


class BudgetSpent(Reason, frozen=True, tag="decision.budget_spent"):
    dial: int
    shed: int
    period: str


class AllDialed(Reason, frozen=True, tag="decision.all"):
    """One more call would be allowed, and lines and records are at their end."""

    dial: int
    shed: int
    next_call: NextCall


class RiskReached(Reason, frozen=True, tag="decision.risk"):
    """One more call would risk more than is `allowed`. `free` agents and `answers` are expected within a ring.
    `guarded`: hardly any abandonment of the `period` is left."""

    dial: int
    shed: int
    next_call: NextCall
    allowed: float
    idle: int
    free: float
    answers: float
    period: str
    guarded: bool


DialedAhead = HeldBack | BudgetSpent | AllDialed | RiskReached


class ByHabits(Reason, frozen=True, tag="decision.habits"):
    """`percent` of the next records are expected to answer, by `dials` of former days, `alike` of them to the same
    hour, type of number and region."""

    decided: DialedAhead
    percent: int
    dials: int
    alike: int


class ListIsNew(Reason, frozen=True, tag="decision.new_list"):
    """The campaign went over to a list of which nothing is known."""

    decided: DialedAhead | ByHabits
    calling_list: str


#: What the predictive rule says.
Predicted = DialedAhead | ByHabits | ListIsNew

#: What any rule says. One that is not ours has words of its own.
Decided = OneForEachIdle | LinesForEachIdle | LinesByLevel | MeansBalanced | EvenRate | Predicted | Said
