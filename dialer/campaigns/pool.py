"""The records that a campaign has claimed and not yet given to an agent or dialed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import RecordId


class Pool:
    """Claimed records in the order in which they are to be dialed."""

    def __init__(self) -> None:
        self._records: deque[ClaimedRecord] = deque()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[ClaimedRecord]:
        return iter(self._records)

    @property
    def ahead(self) -> int:
        """The number of retries among them."""
        return sum(1 for record in self._records if not record.fresh)

    def add(self, records: Iterable[ClaimedRecord], *, retries_first: bool = False) -> None:
        """Add records at the end; with `retries_first` retries go before all fresh records."""
        for record in records:
            if record.fresh or not retries_first:
                self._records.append(record)
            else:
                self._records.insert(self._first_fresh(), record)

    def _first_fresh(self) -> int:
        return next((place for place, each in enumerate(self._records) if each.fresh), len(self._records))

    def take(self, fits: Callable[[ClaimedRecord], bool]) -> ClaimedRecord | None:
        """The first record that `fits`, or None. Those before it keep their places."""
        for index, record in enumerate(self._records):
            if fits(record):
                del self._records[index]
                return record
        return None

    def at(self, places: Iterable[int]) -> list[ClaimedRecord]:
        """The records at these places, as many as there are; they stay where they are."""
        wanted = list(places)
        if not wanted:
            return []
        first = list(islice(self._records, max(wanted) + 1))
        return [first[place] for place in wanted if 0 <= place < len(first)]

    def remove(self, record: RecordId) -> None:
        """Take out one record, usually the first."""
        for index, each in enumerate(self._records):
            if each.record == record:
                del self._records[index]
                return

    def drop(self, lost: frozenset[RecordId]) -> None:
        """Forget records whose claim was lost."""
        self._records = deque(record for record in self._records if record.record not in lost)

    def drain(self) -> tuple[ClaimedRecord, ...]:
        """Take all of them."""
        records = tuple(self._records)
        self._records.clear()
        return records
