"""A campaign in live state: state, mode, the records in hand, and the reason why it does not dial."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from config.model import CampaignSettings, Mode
from dialer.campaigns.abandonment import Abandonment
from dialer.campaigns.day_figures import DayFigures
from dialer.campaigns.pool import Pool
from dialer.campaigns.reason import NoCalls
from dialer.machine import Machine, Table
from dialer.vocabulary.events import AnswersRemembered, Waiting
from dialer.vocabulary.ids import AgentName, CampaignName, TeamName
from dialer.vocabulary.topics import Teams


class CampaignState(StrEnum):
    INACTIVE = "inactive"
    LOADED = "loaded"
    RUNNING = "running"
    STOPPING = "stopping"
    UNLOADING = "unloading"


class CampaignTrigger(StrEnum):
    LOAD = "load"
    START = "start"
    STOP = "stop"
    DRAINED = "drained"
    UNLOAD = "unload"
    #: A supervisor unloads it by force, in whatever state it is.
    FORCE = "force"
    RELEASED = "released"


_S, _T = CampaignState, CampaignTrigger

CAMPAIGN_TABLE: Table[CampaignState, CampaignTrigger] = Table(
    "campaign",
    _S.INACTIVE,
    {
        _S.INACTIVE: {_T.LOAD: _S.LOADED},
        _S.LOADED: {_T.START: _S.RUNNING, _T.UNLOAD: _S.UNLOADING, _T.FORCE: _S.UNLOADING},
        _S.RUNNING: {_T.STOP: _S.STOPPING, _T.FORCE: _S.UNLOADING},
        _S.STOPPING: {_T.DRAINED: _S.LOADED, _T.START: _S.RUNNING, _T.FORCE: _S.UNLOADING},
        _S.UNLOADING: {_T.RELEASED: _S.INACTIVE, _T.FORCE: _S.UNLOADING},
    },
)

ASM_MODES = frozenset({Mode.PROGRESSIVE_ASM, Mode.PREDICTIVE_ASM})
OFFER_MODES = frozenset({Mode.PUSH_PREVIEW, Mode.PROGRESSIVE})
PREDICTIVE_MODES = frozenset({Mode.PREDICTIVE, Mode.PREDICTIVE_ASM})


@dataclass(slots=True, frozen=True)
class OpenHours:
    """Today's calling hours in UTC epoch seconds, as of the minute `minute`; dialed since `since`. `day` is the ordinal
    of the date."""

    minute: int
    opens_at: float
    closes_at: float
    since: float
    day: int


@dataclass(slots=True)
class Campaign:
    """Times are monotonic seconds unless a name says UTC."""

    name: CampaignName
    settings: CampaignSettings
    mode: Mode
    machine: Machine[CampaignState, CampaignTrigger]
    pool: Pool = field(default_factory=Pool)
    waiting: Waiting = field(default_factory=Waiting)
    #: Zones of the records of this campaign's lists, as last reported by the store.
    zones: tuple[str, ...] = ()
    claiming: bool = False
    #: No claim before this time: the last one found nothing.
    claim_after: float = 0.0
    #: The last claim: whether it was made because too few records were in hand, whether it left out hidden records, and
    #: the agents who wanted a record.
    claim_fills: bool = False
    claim_hid: bool = False
    claimed_for: frozenset[AgentName] = frozenset()
    #: When the next of the records that wait is due, UTC epoch seconds.
    next_due_at: float = inf
    claim_problem: str = ""
    #: When `waiting` was counted.
    counted_at: float = 0.0
    #: The last time when it had records and a trunk for them.
    could_dial_at: float | None = None
    reason: NoCalls | None = None
    #: Offers and attempts begun since the start, for the share of agents by weight.
    served: int = 0
    #: The number of records taken out of the run since the load because of their numbers' type.
    of_refused_type: int = 0
    #: UTC epoch seconds: the time of its load, and of the last notice to its agents.
    loaded_utc: float = 0.0
    news_utc: float = 0.0
    #: The counts of the law, by day.
    abandonment: Abandonment = field(default_factory=Abandonment)
    #: Answers from before a restart that are not assigned to their days yet.
    remembered: list[AnswersRemembered] = field(default_factory=list)
    #: The day's figures of calls and agents.
    today: DayFigures = field(default_factory=DayFigures)
    #: Day (ordinal of the date) for which habits were asked of the store, 0 for none; and whether it had any.
    habits_day: int = 0
    has_habits: bool = False
    #: The day's calling hours, as last looked up.
    hours: OpenHours | None = None
    #: The minute (of UTC) of the last look whether the window has closed.
    window_minute: int = -1

    @property
    def state(self) -> CampaignState:
        return self.machine.state

    @property
    def teams(self) -> Teams:
        """Teams whose agents work for it."""
        return frozenset(TeamName(each) for each in self.settings.teams)

    @property
    def is_running(self) -> bool:
        return self.machine.state is CampaignState.RUNNING

    @property
    def is_asm(self) -> bool:
        return self.mode in ASM_MODES

    @property
    def is_preview(self) -> bool:
        """Whether agents take the records themselves."""
        return self.mode is Mode.PREVIEW

    @property
    def is_predictive(self) -> bool:
        """Whether contacts are dialed before an agent is free."""
        return self.mode in PREDICTIVE_MODES


def make_campaign(settings: CampaignSettings) -> Campaign:
    name = CampaignName(settings.name)
    return Campaign(name, settings, settings.mode, Machine(CAMPAIGN_TABLE, name))
