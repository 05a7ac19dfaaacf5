"""The outputs of a step.

A step holds the decisions of one handler: its `writes` go into the store in one transaction with the other queued
steps; `outputs` marked at once leave before the commit (joining two legs cannot wait for a disk), the others after it.
An output that names an attempt in `guard` leaves only if the store accepted that attempt's BeginAttempt.
"""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AttemptId, CampaignName, EngineId, ListName, RecordId
from dialer.vocabulary.topics import Audience, Topic


class Tell(Struct, frozen=True, tag="tell"):
    """A command to an engine."""

    engine: EngineId
    command: telephony.Command
    guard: AttemptId | None = None


class StartTimer(Struct, frozen=True, tag="start_timer"):
    """Start or restart the timer `key`; TimerFired(key) comes back after `after_s` seconds."""

    key: str
    after_s: float
    guard: AttemptId | None = None


class CancelTimer(Struct, frozen=True, tag="cancel_timer"):
    key: str


class ListShare(Struct, frozen=True):
    """A calling list and its share of a campaign's claims."""

    name: ListName
    weight: int


#: The share, in percent, with which all retries go first.
ALL_RETRIES = 100


class ClaimRecords(Struct, frozen=True, tag="claim_records"):
    """Claim up to `limit` due records for a campaign, from lists in zones where dialing is allowed now.

    `zones` are IANA names, `closes_at` is the end of today's dialing in each of them; both it and `now` are UTC epoch
    seconds; the claim's lease runs `lease_s`. `retry_share` is the percentage of due retries as long as both retries
    and fresh records are there: ALL_RETRIES for retries first, 0 for fresh ones first. `ahead_only` leaves out records
    that have to wait for those in hand. `hidden` records are left out, too, as no agent may get them now.
    RecordsClaimed comes back, also when nothing was due.
    """

    campaign: CampaignName
    lists: tuple[ListShare, ...]
    zones: tuple[str, ...]
    limit: int
    lease_s: float
    now: float
    max_attempts: int
    closes_at: dict[str, float] = {}
    retry_share: int = ALL_RETRIES
    ahead_only: bool = False
    hidden: tuple[RecordId, ...] = ()


class RecallHabits(Struct, frozen=True, tag="recall_habits"):
    """Ask the store for the habits of a campaign's contacts since the day `since_day` (ordinal of a date).
    HabitsRecalled comes back, RecallFailed if the store does not answer, and no event if there are none."""

    campaign: CampaignName
    since_day: int


class Publish(Struct, frozen=True, tag="publish"):
    """Publish an event about the object `key` to an audience. A fact has a `body`; a model is rendered by the feed when
    it leaves."""

    topic: Topic
    audience: Audience
    key: str
    body: Struct | None = None


Output = Tell | StartTimer | CancelTimer | ClaimRecords | RecallHabits | Publish
