"""A simulated shift on a day that has begun: hours of it are over, with answers and abandoned contacts in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialer.interactions.interaction import InteractionState
from dialer.simulation.setting import CAMPAIGN, LIST, MOST_HOURS, Plan
from dialer.simulation.shift import LEAD_S, SimulatedShift
from dialer.simulation.tally import Tally
from dialer.vocabulary.events import AnswersRemembered
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.shifts import CountedDay

HOUR_S = 3600.0
DAY_S = 86_400.0


class RestOfDay(SimulatedShift):
    """`plan` is the shift; `counted`, `dialed_h` and `left_h` are those of a ShiftQuestion. The pacing plans for the
    whole day: contacts abandoned earlier count, and later hours can make up for its risks."""

    def __init__(self, plan: Plan, seed: int, counted: tuple[CountedDay, ...], dialed_h: float, left_h: float) -> None:
        dialed_h = max(0.0, min(dialed_h, MOST_HOURS - plan.hours))
        day_h = min(MOST_HOURS, dialed_h + max(plan.hours, left_h))
        super().__init__(replace(plan, hours=day_h), seed)
        self.plan = plan
        self.begun_utc += dialed_h * HOUR_S
        self.tally = Tally(self.begun_utc + LEAD_S, plan.length_s)
        self._counted = counted
        #: Hour of the shift at which every record had been dialed and none was due; None until then.
        self.dialed_at_h: float | None = None

    def start(self) -> None:
        """As after a restart in the middle of the day: the node is told what it had counted."""
        super().start()
        for day in self._counted:
            at = self.begun_utc - day.days_ago * DAY_S
            self.post(AnswersRemembered(CampaignName(CAMPAIGN), at, day.answers, day.abandoned))

    @property
    def to_dial(self) -> int:
        """Records that are due, or in hand without a call yet."""
        _, _, due = self.tables.lists[LIST].waiting(self.utc)
        offered = sum(1 for each in self.world.interactions.values() if each.state is InteractionState.PREVIEW)
        return due + len(self.world.campaigns[CampaignName(CAMPAIGN)].pool) + offered

    def run(self, progress: Callable[[float], None] = lambda _: None) -> None:
        def look(share: float) -> None:
            self._look_at_list()
            progress(share)

        super().run(look)

    def _look_at_list(self) -> None:
        if self.plan.records is None:
            return
        if self.dialed_at_h is None and not self.to_dial:
            self.dialed_at_h = self.shift_s / HOUR_S
        if self.ended_at_h is None and self._is_over:
            self.ended_at_h = self.shift_s / HOUR_S

    @property
    def _is_over(self) -> bool:
        """Whether nothing is under way and all other records rest until after the shift, so that agents who wait tell
        nothing of the rule."""
        contacts = self.tables.lists[LIST]
        _, due_utc, _ = contacts.waiting(self.utc)
        ends_utc = self.begun_utc + LEAD_S + self.plan.length_s
        return not contacts.statuses[RecordStatus.RETRIEVED] and not self.to_dial and due_utc >= ends_utc
