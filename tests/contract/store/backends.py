"""The three stores behind one contract, and writes for them with sensible values."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeAlias

from dialer.ports import NewRecord
from dialer.store.memory import Tables
from dialer.store.opening import Store, open_store
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import (
    AgentName,
    AttemptId,
    CampaignName,
    InteractionId,
    LegId,
    ListName,
    RecordId,
    TrunkName,
)
from dialer.vocabulary.outputs import ClaimRecords, ListShare
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.writes import (
    AddDial,
    BeginAttempt,
    SaveInteraction,
    SettleAttempt,
    UpdateRecord,
)
from tests.contract.store.memory import ReadMemory

AnyStore: TypeAlias = Store | ReadMemory

LONDON = "Europe/London"
ROME = "Europe/Rome"
SPRING = CampaignName("spring")
ADA = AgentName("ada")
LIST = ListName("contacts")

#: Noon in London, 22 January 2026, in UTC epoch seconds.
NOON = 1_769_083_200.0


class Hands:
    """A clock whose hands the test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time


class Backend(Protocol):
    """A place where stores are opened one after the other, each on the data of the last one."""

    kind: str

    async def open(self, node: str = "node-1") -> AnyStore: ...


class MemoryBackend:
    kind = "memory"

    def __init__(self, clock: Hands) -> None:
        self._clock = clock
        self._tables = Tables()

    async def open(self, node: str = "node-1") -> AnyStore:
        return ReadMemory(self._clock, node, self._tables)


class SqlBackend:
    def __init__(self, kind: str, url: str, clock: Hands) -> None:
        self.kind = kind
        self.url = url
        self._clock = clock

    async def open(self, node: str = "node-1") -> AnyStore:
        return await open_store(self.url, node, self._clock)


def sqlite_url(directory: Path) -> str:
    return f"sqlite:///{directory}/cornetta.db"


def number(n: int) -> str:
    """A number of the range that Ofcom reserves for drama, extended beyond its end."""
    return f"+4420794{n:06d}"


def contact(n: int, zone: str = LONDON, chain: str = "", chain_n: int = 0) -> NewRecord:
    return NewRecord(
        line=n + 2,
        number=number(n),
        raw_number=number(n),
        contact=f"Contact {n}",
        zone=zone,
        chain=chain,
        chain_n=chain_n,
        data={"city": "London"},
    )


async def fill(store: AnyStore, count: int, name: ListName = LIST, zone: str = LONDON, first: int = 0) -> None:
    await store.lists.add_list(name, zone, "GB", NOON)
    await store.lists.add_records(name, [contact(n, zone) for n in range(first, first + count)], NOON)


def request(
    limit: int = 1,
    now: float = NOON,
    shares: tuple[ListShare, ...] = (ListShare(LIST, 1),),
    zones: tuple[str, ...] = (LONDON, ROME),
    max_attempts: int = 3,
    campaign: CampaignName = SPRING,
    lease_s: float = 3600.0,
) -> ClaimRecords:
    return ClaimRecords(campaign, shares, zones, limit, lease_s, now, max_attempts)


async def claim_one(store: AnyStore, now: float = NOON, lease_s: float = 3600.0) -> ClaimedRecord:
    (record,) = (await store.ledger.claim(request(now=now, lease_s=lease_s))).records
    return record


def begin(record: ClaimedRecord, name: str = "A1", at: float = NOON + 1) -> BeginAttempt:
    return BeginAttempt(
        attempt=AttemptId(name),
        interaction=InteractionId(f"{name}-i"),
        campaign=SPRING,
        record=record.record,
        fence=record.fence,
        number=record.number,
        agent=ADA,
        at=at,
    )


def dial(name: str = "A1", n: int = 1, at: float = NOON + 1) -> AddDial:
    return AddDial(
        AttemptId(name), n, f"{name}.{n}", LegId(f"{name}-L{n}"), TrunkName(f"trunk-{n}"), "+442079460000", at
    )


def settle(name: str = "A1", result: CallResult = CallResult.BUSY, at: float = NOON + 5) -> SettleAttempt:
    return SettleAttempt(
        attempt=AttemptId(name),
        result=result,
        code=486,
        reason="Busy Here",
        q850=17,
        answered_at=None,
        connected_at=None,
        ended_at=at,
    )


def update(
    record: ClaimedRecord,
    status: RecordStatus = RecordStatus.UPDATED,
    due_at: float | None = None,
    at: float = NOON + 6,
    result: CallResult | None = CallResult.BUSY,
    **more: object,
) -> UpdateRecord:
    return UpdateRecord(record.record, record.fence, status, None, result, due_at, at, **more)  # type: ignore[arg-type]  # the rest by name


def interaction(
    name: str,
    record: RecordId | None = None,
    live: bytes | None = b"live",
    at: float = NOON,
    number_: str = "+442079460000",
) -> SaveInteraction:
    return SaveInteraction(
        interaction=InteractionId(name),
        campaign=SPRING,
        record=record,
        fence=1,
        agent=ADA,
        number=number_,
        contact="Contact",
        state="dialing" if live else "finalized",
        found_result=None if live else CallResult.BUSY,
        agent_result=None,
        disposition="",
        note="",
        begun_at=at,
        connected_at=None,
        cleared_at=None,
        finalized_at=None if live else at + 9,
        live=live,
    )
