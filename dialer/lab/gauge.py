"""The gauge of a campaign that dials ahead, for the lab's screen: utilisation, level of dialing, abandonment."""

from __future__ import annotations

from msgspec import Struct

from dialer.campaigns.calendar import day_of
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import InteractionState
from dialer.simulation.tally import AWAY, WORKING, percent
from dialer.vocabulary.ids import CampaignName
from dialer.words import spoken
from dialer.world.world import World


class Reading(Struct, frozen=True):
    """`utilisation`: percent of agents' time since the screen was opened; `ringing`: calls without an agent yet, for
    `idle` agents of `staffed`; live `answers` and `abandoned` of the days that count; `why`: the reason of the last
    decision."""

    utilisation: float
    ringing: int
    idle: int
    staffed: int
    answers: int
    abandoned: int
    limit_percent: float
    why: str

    @property
    def abandonment(self) -> float:
        """Percent of the live answers."""
        return percent(self.abandoned, self.answers)

    @property
    def level(self) -> str:
        """The ringing calls beside the agents who could take them."""
        return f"{self.ringing} ring for {self.idle} idle of {self.staffed} agents"

    @property
    def share_abandoned(self) -> str:
        return f"{self.abandonment:.1f} % of {self.answers} answers (limit {self.limit_percent:g} %)"


class Gauge:
    """Looks at a world at intervals, and adds up the agents' time in between."""

    def __init__(self, campaign: CampaignName) -> None:
        self._campaign = campaign
        self._looked_at: float | None = None
        self._working_s = 0.0
        self._staffed_s = 0.0

    def look(self, world: World, now: float, utc: float) -> Reading:
        """Read the gauge at monotonic `now` and epoch `utc`, in seconds."""
        campaign = world.campaigns[self._campaign]
        agents = list(world.agents_of(campaign))
        working = sum(1 for agent in agents if agent.state in WORKING)
        staffed = sum(1 for agent in agents if agent.state not in AWAY)
        if self._looked_at is not None:
            passed_s = now - self._looked_at
            self._working_s += working * passed_s
            self._staffed_s += staffed * passed_s
        self._looked_at = now
        answers, abandoned = _counted(campaign, utc)
        governor = world.pacers.get(self._campaign)
        last = governor.last if governor is not None else None
        return Reading(
            utilisation=percent(self._working_s, self._staffed_s),
            ringing=_ringing(world, campaign),
            idle=sum(1 for agent in agents if agent.is_idle),
            staffed=staffed,
            answers=answers,
            abandoned=abandoned,
            limit_percent=campaign.settings.predictive.abandonment_limit_percent,
            why=spoken(last.reason) if last is not None else "",
        )


def _ringing(world: World, campaign: Campaign) -> int:
    mine = world.interactions_of(campaign.name)
    return sum(1 for each in mine if each.ahead and each.state is InteractionState.DIALING)


def _counted(campaign: Campaign, utc: float) -> tuple[int, int]:
    count = campaign.abandonment.within(campaign.settings.predictive.window_days, day_of(campaign, utc))
    return count.answers, count.abandoned
