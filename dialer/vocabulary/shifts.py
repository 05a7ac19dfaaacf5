"""Questions to a simulation of the next hours, and its answers."""

from __future__ import annotations

from msgspec import Struct

#: Shifts for each number of agents: enough to even out chance, few enough for a person to wait.
SEEDS = 2


class CountedDay(Struct, frozen=True):
    """Live answers of a day before the shift begins, and how many of them were abandoned. `days_ago`: 0 is the day of
    the shift itself."""

    days_ago: int
    answers: int
    abandoned: int


class ShiftQuestion(Struct, frozen=True):
    """The question how the next `hours` would go with each of these numbers of `agents`.

    `answer_rate` and `busy_share` (of the calls that nobody answers) are shares; times are means in seconds. `records`
    are still to dial, None for no end. `campaign` is the campaign's settings as JSON, `rule` a name of pacing rules.
    `max_legs` and `max_calls_per_s` are those of its trunks together. `seeds`: shifts for each number of agents.

    `counted`: the counts of the law so far, by day. `dialed_h`: hours of dialing on that day before the shift begins;
    `left_h`: calling hours from there on, those of the shift included (at least `hours`).
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
    counted: tuple[CountedDay, ...] = ()
    dialed_h: float = 0.0
    left_h: float = 0.0

    @property
    def agent_hours(self) -> float:
        """The cost of the answer."""
        return sum(self.agents) * self.hours * self.seeds


class ShiftOutlook(Struct, frozen=True):
    """With so many `agents`: shares in percent, `wait_s` between two contacts; it is None where nobody talked,
    `dials_per_answer` where nobody answered. `abandonment` is that of the simulated hours alone; `abandonment_of_day`
    that of the whole day at their end, earlier counts included.

    `ends_after_h`: hours of dialing until every record has been dialed and none is due, by straight continuation
    (`continued`) if that is after the simulated hours; None if unknown. `last_retry_h`: hours by the clock, closed ones
    included, until the last of the records that rest for another attempt is due; None if none rests. No number of
    agents shortens a rest. `fallback`: the reason why agents had one call each against the mode; empty if they had
    not."""

    agents: int
    utilisation: float
    abandonment: float
    abandonment_of_day: float
    wait_s: float | None
    conversations: float
    dials_per_answer: float | None
    ends_after_h: float | None
    continued: bool
    last_retry_h: float | None = None
    fallback: str = ""
