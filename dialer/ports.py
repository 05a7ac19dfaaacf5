"""What the domain and its runtime need from outside, as Protocols. Real things and fakes implement the same ones,
and one contract test runs on both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from msgspec import Struct

from dialer.vocabulary import events, telephony
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, ListName, RecordId
from dialer.vocabulary.outputs import ClaimRecords
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import CommitReport, Write


class Moment(NamedTuple):
    """One instant on both clocks: `monotonic` in seconds for durations, `utc` in epoch seconds for the calendar."""

    monotonic: float
    utc: float


class Clock(Protocol):
    def now(self) -> Moment: ...


class Telephony(Protocol):
    """Commands to engines. Never blocks; an engine that is not connected loses the command, and its legs are
    settled by EngineConnected and SnapshotTaken."""

    def send(self, engine: EngineId, command: telephony.Command) -> None: ...

    def acknowledge(self, engine: EngineId, sequence: int) -> None: ...


class Feed(Protocol):
    """Numbered events to desktops. Never blocks: a slow desktop loses its connection, not an event."""

    def publish(self, audience: str, topic: str, key: str, body: object) -> None: ...


class ClaimLease(NamedTuple):
    record: RecordId
    fence: int


class Ledger(Protocol):
    """The transactional part of the store: what the core writes and claims."""

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        """Apply writes in order in one durable transaction; raises StoreUnavailable and applies none of them."""

    async def claim(self, request: ClaimRecords) -> events.RecordsClaimed:
        """Claim due records in one statement: highest rank first, each with a lease and a new fence."""

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        """Prolong leases; returns the records whose claim is not ours any more."""

    async def remembered(self) -> Sequence[events.Event]:
        """What was true before a restart, ending with Restored: users, campaigns, agents, notices, open
        interactions. Claims of former runs that were not begun are released, expired ones too."""


class RefusedRow(Struct, frozen=True):
    """A row of an import that was refused: `line` of the file, the column, the reason and what would be right."""

    line: int
    column: str
    value: str
    reason: str


class ImportReport(Struct, frozen=True):
    list: ListName
    rows: int
    accepted: int
    refused: int
    duplicates: int
    refusals: tuple[RefusedRow, ...]


class NewRecord(Struct, frozen=True):
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
    name: ListName
    zone: str
    region: str
    records: int
    ready: int
    created_at: float


class AttemptRow(Struct, frozen=True):
    attempt: str
    interaction: str
    campaign: CampaignName
    record: RecordId | None
    number: str
    agent: AgentName | None
    result: CallResult | None
    code: int
    reason: str
    q850: int | None
    begun_at: float
    answered_at: float | None
    connected_at: float | None
    ended_at: float | None
    abandoned: bool
    call_ids: tuple[str, ...]
    trunks: tuple[str, ...]


class RecordRow(Struct, frozen=True):
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


class Lists(Protocol):
    """Calling lists and their records: plain data, no live state."""

    async def add_list(self, name: ListName, zone: str, region: str, now: float) -> None: ...

    async def lists(self) -> Sequence[ListRow]: ...

    async def add_records(self, name: ListName, rows: Sequence[NewRecord], now: float) -> Sequence[NewRecord]:
        """Add rows in one transaction; returns those refused as duplicates (same list, number and external id)."""

    def records(self, name: ListName) -> AsyncIterator[RecordRow]: ...


class Attempts(Protocol):
    """What was dialled, for reports and for proofs."""

    async def attempts(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[AttemptRow]: ...


class User(Struct, frozen=True):
    """`role` is agent, supervisor, administrator or auditor; `password_hash` is argon2id."""

    name: str
    display_name: str
    role: str
    password_hash: str
    phone: str
    teams: tuple[str, ...]
    enabled: bool = True


class Users(Protocol):
    async def user(self, name: str) -> User | None: ...

    async def users(self) -> Sequence[User]: ...

    async def save_user(self, user: User) -> None: ...


class DoNotCall(Protocol):
    async def is_listed(self, number: str, campaign: CampaignName | None) -> bool: ...

    async def numbers(self, campaign: CampaignName | None, limit: int, after: str = "") -> Sequence[str]: ...


class Session(Struct, frozen=True):
    """A log-in. Of its token only the hash (SHA-256, hexadecimal) is kept. `kind` is session or token; `expires_at`
    is None for a token without end."""

    token_hash: str
    user: str
    kind: str
    label: str
    created_at: float
    used_at: float
    expires_at: float | None


class Sessions(Protocol):
    """Log-ins, durable and common to all nodes. Times are UTC epoch seconds."""

    async def add_session(self, session: Session) -> None:
        """Also forgets sessions that expired before `session.created_at`."""

    async def session(self, token_hash: str) -> Session | None:
        """The session as it was stored, expired or not."""

    async def touch_session(self, token_hash: str, now: float) -> None:
        """Set `used_at`."""

    async def end_session(self, token_hash: str) -> None:
        """Forget it; one that is gone already is no mistake."""

    async def end_sessions(self, user: str) -> None:
        """Forget all of a user's."""


class KeptReply(Struct, frozen=True):
    """What became of a request with an Idempotency-Key. `fingerprint` tells its route and body; `status` is None
    while it is carried out, or for ever if the node ended meanwhile."""

    fingerprint: str
    status: int | None
    content_type: str
    body: bytes


class IdempotencyKeys(Protocol):
    """Replies by user and key, kept for a day. A key is stored before its request is carried out."""

    async def begin_request(self, user: str, key: str, fingerprint: str, now: float) -> KeptReply | None:
        """Store a new key and return None, or return what is kept of it. Forgets those older than a day."""

    async def finish_request(self, user: str, key: str, status: int, content_type: str, body: bytes) -> None:
        """Keep the reply of a key that was begun."""

    async def forget_request(self, user: str, key: str) -> None:
        """Take a key back whose request was not carried out, so that it can be repeated."""
