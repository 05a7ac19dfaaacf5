"""The numbered events of one user in a bounded ring, from which a desktop continues after a lost connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

#: Events that a ring keeps. A desktop that is further behind starts again from a snapshot.
RING_EVENTS = 1024


class Ring:
    """Events encoded as they are sent, numbered from 1 without a gap. Another `epoch` is another numbering."""

    def __init__(self, epoch: str, size: int = RING_EVENTS) -> None:
        self.epoch = epoch
        self.last = 0
        self._events: deque[bytes] = deque(maxlen=size)

    @property
    def first(self) -> int:
        """Number of the oldest event that is kept; one beyond the last if there is none."""
        return self.last - len(self._events) + 1

    def next_number(self) -> int:
        return self.last + 1

    def append(self, event: bytes) -> None:
        """Keep the event `next_number()`."""
        self._events.append(event)
        self.last += 1

    def reaches(self, number: int) -> bool:
        """Whether all events after `number` are still kept."""
        return self.first - 1 <= number <= self.last

    def after(self, number: int) -> Iterator[bytes]:
        """Events after `number`, which `reaches` allows. Not to be held while events are appended."""
        return islice(self._events, number - self.first + 1, None)
