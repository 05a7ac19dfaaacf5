"""The ledger in memory, which can be made to fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialer.ports import ClaimLease, Ledger
from dialer.vocabulary import events
from dialer.vocabulary.errors import StoreUnavailable
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import RecordId
from dialer.vocabulary.outputs import ClaimRecords, RecallHabits
from dialer.vocabulary.writes import CommitReport, Write


class FallibleLedger:
    """Answers StoreUnavailable as long as there is a `problem`. `claim_asked` is called before each claim."""

    def __init__(self, ledger: Ledger, claim_asked: Callable[[ClaimRecords], None]) -> None:
        self._ledger = ledger
        self._claim_asked = claim_asked
        self.problem = ""

    async def commit(self, writes: Sequence[Write]) -> CommitReport:
        await self.ping()
        return await self._ledger.commit(writes)

    async def ping(self) -> None:
        if self.problem:
            raise StoreUnavailable(self.problem)

    async def claim(self, request: ClaimRecords) -> events.RecordsClaimed:
        await self.ping()
        self._claim_asked(request)
        return await self._ledger.claim(request)

    async def habits(self, request: RecallHabits) -> Sequence[DayHabit]:
        await self.ping()
        return await self._ledger.habits(request)

    async def renew(self, leases: Sequence[ClaimLease], lease_s: float, now: float) -> Sequence[RecordId]:
        await self.ping()
        return await self._ledger.renew(leases, lease_s, now)

    async def remembered(self) -> Sequence[events.Event]:
        return await self._ledger.remembered()
