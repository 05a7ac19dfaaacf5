"""The part of a record that writes change."""

from __future__ import annotations

from msgspec import Struct

from dialer.records.record import moved
from dialer.store.queue import place
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType


class RecordState(Struct):
    """A row of `records`, without the columns that only an import writes."""

    id: int
    number: str
    status: RecordStatus
    type: RecordType
    result: CallResult | None
    attempts: int
    tries: dict[str, int]
    due_at: float
    rank: int
    queue_at: float
    fence: int
    lease_until: float | None
    claimed_by: str | None
    data: dict[str, str]
    updated_at: float
    cancelled_in: str | None = None

    def end_claim(self, at: float, to_top: bool) -> None:
        self.rank, self.queue_at = place(self.type, self.due_at, self.result, at if to_top else None)
        self.lease_until = None
        self.claimed_by = None
        self.updated_at = at

    def become(self, status: RecordStatus) -> None:
        """Move on by a row of the record's table. Raises InvalidTransition."""
        self.status = moved(self.id, self.status, status)

    def bar(self) -> None:
        """Cancel the record: its number is barred."""
        self.type = RecordType.NO_CALL
        self.become(RecordStatus.CANCELLED)
        self.result = CallResult.DO_NOT_CALL
        self.rank, self.queue_at = place(self.type, self.due_at, self.result)
