"""Facts that reach the core from its surroundings. None of them can be refused.

The events of engines are in `telephony`; here are the others: the store's answers, timers, connections, configuration.
Times are UTC epoch seconds unless a name says otherwise.
"""

from __future__ import annotations

from msgspec import Struct, field

from config.model import Settings
from dialer.vocabulary import telephony
from dialer.vocabulary.facts import ListFacts
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import AgentName, AttemptId, CampaignName, EngineId, ListName, NoticeId, RecordId, TeamName
from dialer.vocabulary.results import RecordType


class EngineSaid(Struct, frozen=True):
    """An engine's event."""

    engine: EngineId
    event: telephony.Event


class EngineConnected(Struct, frozen=True):
    """The socket to an engine is up. Another `boot` than before means that all its former legs are gone."""

    engine: EngineId
    boot: str


class EngineDisconnected(Struct, frozen=True):
    engine: EngineId


class TimerFired(Struct, frozen=True):
    key: str


class Ticked(Struct, frozen=True):
    """The pacing tick, at most 0.5 s apart."""


class ClaimedRecord(ListFacts, frozen=True):
    """A record in our hands until its lease ends. `daily_from`/`daily_till` in seconds since midnight of `zone`,
    -1 where the list has none. `data` are the custom fields. `attempts` counts its attempts, `tries` the same by call
    result. `fresh`: it was never dialed, and it has no priority over other records."""

    record: RecordId
    fence: int
    list: ListName
    number: str
    contact: str
    zone: str
    type: RecordType
    attempts: int
    data: dict[str, str]
    daily_from: int = -1
    daily_till: int = -1
    tries: dict[str, int] = field(default_factory=dict)
    fresh: bool = True


class Waiting(Struct, frozen=True):
    """The records that a campaign's lists did not give: how many are due now, wait for a retry (and when the next one
    is due), are due but in a zone outside the window, are exhausted or done. `retry_today`: those of `retry` that are
    due before the end of today's dialing in their zone, which came with the claim."""

    due: int = 0
    retry: int = 0
    retry_today: int = 0
    next_due_at: float | None = None
    out_of_window: int = 0
    retrieved: int = 0
    done: int = 0
    total: int = 0

    @property
    def today(self) -> int:
        """Records that can still be dialed today in the open zones."""
        return self.due + self.retry_today


class RecordsClaimed(Struct, frozen=True):
    campaign: CampaignName
    records: tuple[ClaimedRecord, ...]
    waiting: Waiting
    zones: tuple[str, ...]


class ClaimFailed(Struct, frozen=True):
    """The store did not answer a claim."""

    campaign: CampaignName
    problem: str


class HabitsRecalled(Struct, frozen=True):
    """The habits of a campaign's contacts, by day. Never empty."""

    campaign: CampaignName
    habits: tuple[DayHabit, ...]


class RecallFailed(Struct, frozen=True):
    """The store did not answer when it was asked for habits."""

    campaign: CampaignName
    problem: str


class LeasesLost(Struct, frozen=True):
    """Claims that another node has taken over."""

    records: tuple[RecordId, ...]


class AttemptRefused(Struct, frozen=True):
    """The store refused an attempt at the instant of dialing: `rule` is do_not_call, claim_lost or abandoned, the last
    with its end `until` (UTC epoch seconds)."""

    attempt: AttemptId
    rule: str
    until: float | None = None


class StoreFailing(Struct, frozen=True):
    problem: str


class StoreRecovered(Struct, frozen=True):
    pass


class DesktopConnected(Struct, frozen=True):
    agent: AgentName


class DesktopDisconnected(Struct, frozen=True):
    """The agent's last desktop connection closed."""

    agent: AgentName


class DesktopAwaited(Struct, frozen=True):
    """An agent has begun to work by way of the API, and a desktop connection is to follow."""

    agent: AgentName


class UserKnown(Struct, frozen=True):
    """A user of the database who may work as an agent. Sent at the start and at each change."""

    agent: AgentName
    display_name: str
    phone: str
    teams: tuple[TeamName, ...]
    enabled: bool = True


class ConfigurationApplied(Struct, frozen=True):
    """New settings, at start as at reload."""

    revision: int
    settings: Settings


class CampaignRemembered(Struct, frozen=True):
    """The state of a campaign from before a restart, as in SaveCampaign."""

    campaign: CampaignName
    state: str
    mode: str
    loaded_at: float | None = None
    news_at: float | None = None


class AnswersRemembered(Struct, frozen=True):
    """Live answers of a campaign around `at` (epoch seconds) from before a restart, within the period of the law, and
    the number without an agent in time."""

    campaign: CampaignName
    at: float
    answers: int
    abandoned: int


class InteractionRemembered(Struct, frozen=True):
    """An interaction that was open when the node ended: `live` as in SaveInteraction."""

    live: bytes


class NoticeRemembered(Struct, frozen=True):
    """A notice from before a restart: with the agent's OK, or still waiting for it. `at` is the time of the notice."""

    agent: AgentName
    campaign: CampaignName
    notice: NoticeId
    kind: str
    at: float
    acknowledged: bool


class AgentRemembered(Struct, frozen=True):
    agent: AgentName
    state: str
    reason: str


class Restored(Struct, frozen=True):
    """All remembered state has been sent; dialing opens after the engines' snapshots."""


Event = (
    EngineSaid
    | EngineConnected
    | EngineDisconnected
    | TimerFired
    | Ticked
    | RecordsClaimed
    | ClaimFailed
    | HabitsRecalled
    | RecallFailed
    | LeasesLost
    | AttemptRefused
    | StoreFailing
    | StoreRecovered
    | DesktopConnected
    | DesktopDisconnected
    | DesktopAwaited
    | UserKnown
    | ConfigurationApplied
    | CampaignRemembered
    | AnswersRemembered
    | InteractionRemembered
    | NoticeRemembered
    | AgentRemembered
    | Restored
)
