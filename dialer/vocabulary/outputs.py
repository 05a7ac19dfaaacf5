"""What a step asks the world outside to do.

A step is what one handler decided: `writes` go into the store in one transaction with the other steps that are
queued; `outputs` marked at once leave before the commit (joining two legs cannot wait for a disk), the others
after it. An output that names an attempt in `guard` leaves only if the store accepted that attempt's BeginAttempt.
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
    """A calling list and its share of what a campaign claims."""

    name: ListName
    weight: int


#: A share, in percent, by which all records that were dialed before go first.
ALL_RETRIES = 100


class ClaimRecords(Struct, frozen=True, tag="claim_records"):
    """Claim up to `limit` due records for a campaign, from lists in zones where dialing is allowed now.

    `zones` are IANA names, `closes_at` says when dialing ends for today in each of them; that and `now` are UTC epoch
    seconds; the claim's lease runs `lease_s`. `retry_share`: so many percent of the records are due retries as long as
    there are both these and fresh ones, ALL_RETRIES for retries first, 0 for fresh ones first. `ahead_only` leaves
    those that have to wait for the records in hand. `hidden` are left, too: nobody could be given them now.
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
    """Ask the store when and where the contacts of a campaign have answered, from the day `since_day` (ordinal of a
    date) on. HabitsRecalled comes back, nothing if nothing is known, RecallFailed if the store does not answer."""

    campaign: CampaignName
    since_day: int


class Publish(Struct, frozen=True, tag="publish"):
    """Tell an audience of the object `key`. A fact has a `body`; a model is rendered by the feed when it leaves."""

    topic: Topic
    audience: Audience
    key: str
    body: Struct | None = None


Output = Tell | StartTimer | CancelTimer | ClaimRecords | RecallHabits | Publish
