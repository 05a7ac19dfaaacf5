"""What is asked of a simulation of the next hours, and what it answers."""

from __future__ import annotations

from msgspec import Struct

#: Shifts for each number of agents: enough to even out chance, few enough to wait for.
SEEDS = 2


class ShiftQuestion(Struct, frozen=True):
    """How the next `hours` would go with each of these numbers of `agents`.

    `answer_rate` and `busy_share` (of the calls that nobody answers) are shares; times are means in seconds. `records`
    are still to dial, None for no end. `campaign` is the campaign's settings as JSON, `rule` a name of pacing rules.
    `max_legs` and `max_calls_per_s` are those of its trunks together. `seeds`: shifts for each number of agents.
    """

    agents: tuple[int, ...]
    hours: float
    answer_rate: float
    ring_s: float
    busy_share: float
    talk_s: float
    wrap_s: float
    campaign: str
    rule: str
    max_legs: int
    max_calls_per_s: float
    records: int | None = None
    seeds: int = SEEDS

    @property
    def agent_hours(self) -> float:
        """What it costs to answer."""
        return sum(self.agents) * self.hours * self.seeds


class ShiftOutlook(Struct, frozen=True):
    """With so many `agents`: shares in percent, `wait_s` between two contacts; it is None where nobody talked,
    `dials_per_answer` where nobody answered. `ends_after_h`: when the list is finished, by straight continuation
    (`continued`) if that is after the hours that were simulated; None if nothing says so. `fallback`: why agents had one call each instead of what the mode says; empty if they had not."""

    agents: int
    utilisation: float
    abandonment: float
    wait_s: float | None
    conversations: float
    dials_per_answer: float | None
    ends_after_h: float | None
    continued: bool
    fallback: str = ""
