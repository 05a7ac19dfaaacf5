"""The Protocols by which domain and runtime reach the outside. One contract test runs on real parts and on fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import NamedTuple, Protocol, Self

from msgspec import Struct

from dialer.vocabulary import events, telephony
from dialer.vocabulary.facts import ListFacts
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import CampaignName, EngineId, ListName, RecordId
from dialer.vocabulary.outputs import ClaimRecords, Publish, RecallHabits
from dialer.vocabulary.reasons.reason import Because, Reason, Sentence, because
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.shifts import ShiftOutlook, ShiftQuestion
from dialer.vocabulary.writes import CommitReport, Write


class Moment(NamedTuple):
    """One instant on both clocks: `monotonic` in seconds for durations, `utc` in epoch seconds for the calendar."""

    monotonic: float
    utc: float


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> Moment: ...


class Telephony(Protocol):
    """Commands to engines. Never blocks. A command to an engine that is not connected is lost; the engine's next
    snapshot settles it."""

    def send(self, engine: EngineId, command: telephony.Command) -> None: ...

    def acknowledge(self, engine: EngineId, sequence: int) -> None: ...


class Feed(Protocol):
    """Numbered events to desktops. Never blocks: a slow desktop loses its connection, not an event."""

    def publish(self, event: Publish) -> None: ...


class ClaimLease(NamedTuple):
    """A claim that we hold: the record and the fence it was claimed with."""

    record: RecordId
    fence: int


class Ledger(Protocol):
    """The transactional part of the store: what the core writes and claims."""

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        """Apply writes in order in one durable transaction; raises StoreUnavailable and applies none of them."""

    async def ping(self) -> None:
        """Returns as soon as the store answers. Raises StoreUnavailable."""

    async def claim(self, request: ClaimRecords) -> events.RecordsClaimed:
        """Claim due records in one statement: highest rank first, each with a lease and a new fence."""

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        """The habits from settled attempts of all nodes, the newest day first; as many rows as a pacer can use. Raises
        StoreUnavailable."""

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        """Prolong leases; returns the records whose claim is not ours any more."""

    async def remembered(self) -> Sequence[events.Event]:
        """The state before a restart, ending with Restored: users, campaigns, agents, notices, open interactions.
        Claims of former runs that were not begun are released, expired ones too."""


class RefusedRow(Struct, frozen=True):
    """A refused row of an import: `line` of the file, the column, the value, the reason and the remedy. `because` is
    the reason for desktops in other languages."""

    line: int
    column: str
    value: str
    reason: Sentence
    because: Because

    @classmethod
    def of(cls, line: int, column: str, value: str, reason: Reason) -> Self:
        """A row with its reason in both forms."""
        return cls(line, column, value, Sentence(reason), because(reason))


class ImportReport(Struct, frozen=True):
    """The result of an import. `refused` counts all refused rows, `refusals` lists the first ones. `notes` are
    sentences about whole columns; `because` has the same, in their order, for desktops in other languages."""

    list: ListName
    rows: int
    accepted: int
    refused: int
    duplicates: int
    refusals: tuple[RefusedRow, ...]
    notes: tuple[Sentence, ...] = ()
    because: tuple[Because, ...] = ()


class NewRecord(ListFacts, frozen=True):
    """A row to be added to a calling list, already normalised: `number` in E.164, `zone` an IANA name."""

    line: int
    number: str
    raw_number: str
    contact: str
    zone: str
    external_id: str = ""
    chain: str = ""
    chain_n: int = 0
    daily_from: int = -1
    daily_till: int = -1
    data: dict[str, str] | None = None


class ListRow(Struct, frozen=True):
    """A calling list; `ready` of its records still wait to be dialed."""

    name: ListName
    zone: str
    region: str
    records: int
    ready: int
    created_at: float


class RecordRow(Struct, frozen=True):
    """A record of a calling list, with its custom fields in `data`."""

    record: RecordId
    list: ListName
    number: str
    contact: str
    zone: str
    status: RecordStatus
    type: str
    result: CallResult | None
    attempts: int
    due_at: float
    data: dict[str, str]


class ResetReport(Struct, frozen=True):
    """The result of a reset of a list, or with `preview` the expected one: the number of records dialed again, by their
    former status, and the number that stay because their numbers are barred."""

    list: ListName
    reset: int
    by_status: dict[str, int]
    barred: int
    preview: bool


class Lists(Protocol):
    """Calling lists and their records: plain data, no live state."""

    async def add_list(self, name: ListName, zone: str, region: str, now: float) -> None: ...

    async def lists(self) -> Sequence[ListRow]: ...

    async def add_records(self, name: ListName, rows: Sequence[NewRecord], now: float) -> Sequence[NewRecord]:
        """Add rows in one transaction; returns those refused as duplicates (same list, number and external id)."""

    def records(self, name: ListName) -> AsyncIterator[RecordRow]: ...

    async def count_reset(self, name: ListName, statuses: Collection[RecordStatus]) -> ResetReport:
        """The expected result of `reset`. Raises NotFound for an unknown list."""

    async def reset(self, name: ListName, statuses: Collection[RecordStatus], by: str, now: float) -> ResetReport:
        """Let the records with these statuses, of those that can be renewed, be dialed again as if they were new:
        due now, with no attempt counted. Records that are barred, waiting or in hand stay as they are. The history
        names the user. Raises NotFound for an unknown list."""


class User(Struct, frozen=True):
    """`role` is agent, supervisor, administrator or auditor; `password_hash` is argon2id. `fault` is the fault in the
    row of a user who cannot log in, empty for all others."""

    name: str
    display_name: str
    role: str
    password_hash: str
    phone: str
    teams: tuple[str, ...]
    enabled: bool = True
    fault: str = ""


class Users(Protocol):
    """The users who may log in."""

    async def user(self, name: str) -> User | None: ...

    async def users(self) -> Sequence[User]: ...

    async def save_user(self, user: User) -> None:
        """Add a user, or change all of the one with this name. Raises Refused for an unknown role."""


class DoNotCall(Protocol):
    """Barred numbers. They are added by the AddDoNotCall of a step, and taken out by LiftDoNotCall."""

    async def is_listed(self, number: str, campaign: CampaignName | None) -> bool: ...

    async def source(self, number: str, campaign: CampaignName | None) -> str | None:
        """The source of the number's entry in the list of the campaign, or of all: `agent NAME`, `user NAME`, or the
        name of a register. None where it is not on that list."""

    async def numbers(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[str]: ...


class Session(Struct, frozen=True):
    """A log-in (`kind` session) or an API token (`kind` token). Only a hash of the secret is kept; `expires_at`
    None is a token that does not end by itself."""

    token_hash: str
    user: str
    kind: str
    label: str
    created_at: float
    used_at: float
    expires_at: float | None


class Sessions(Protocol):
    """Log-ins and API tokens."""

    async def session(self, token_hash: str) -> Session | None: ...

    async def sessions(self, user: str) -> Sequence[Session]: ...

    async def save_session(self, session: Session) -> None: ...

    async def touch_session(self, token_hash: str, used_at: float) -> None: ...

    async def remove_session(self, token_hash: str) -> bool: ...

    async def remove_sessions(self, user: str) -> int:
        """End a user's log-ins; API tokens stay."""

    async def purge_sessions(self, expired_before: float, unused_since: float) -> int:
        """Forget log-ins and tokens past their end, and log-ins that were not used since."""


class KeptResponse(Struct, frozen=True):
    """The response to a request with an Idempotency-Key."""

    status: int
    content_type: str
    body: bytes


class IdempotencyKeys(Protocol):
    """Requests that may be sent twice and are carried out once."""

    async def begin(self, user: str, key: str, fingerprint: str, now: float) -> KeptResponse | None:
        """None: carry the request out, then `finish` it. A response: the request was carried out before, return this
        response. Raises Refused: `idempotency_conflict` if the key was used for another request,
        `idempotency_in_progress` while the first one is still at work."""

    async def finish(self, user: str, key: str, response: KeptResponse) -> None: ...

    async def abandon(self, user: str, key: str) -> None:
        """The request came to nothing and may be sent again with the same key."""

    async def purge_keys(self, before: float) -> int: ...

    async def trim_keys(self, user: str, most: int) -> int:
        """Forget a user's responses but the newest `most`; returns how many were forgotten."""


class Simulator(Protocol):
    """Simulates the next hours, outside the loop."""

    async def outlook(self, question: ShiftQuestion) -> tuple[ShiftOutlook, ...]:
        """One outlook for each number of agents. Raises Refused: `simulation_running` while another question is at
        work, `simulation_too_long` when it takes too long, `simulation_failed` with the fault."""
