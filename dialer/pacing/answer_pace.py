"""How fast live answers have come lately: what the mean of the whole period does not know when the rate has fallen."""

from __future__ import annotations

import math
from collections import deque

#: Over how long, and from how much on it can be told, seconds.
SPAN_S, LEAST_SPAN_S = 3600.0, 1800.0
#: How often it is looked at, seconds; and after how long without a look it begins anew, as after a stop.
SAMPLE_S, PAUSE_S = 60.0, 300.0


class AnswerPace:
    """Live answers per second of the last hour."""

    def __init__(self) -> None:
        #: Time and answers so far, oldest first; the newest may be up to SAMPLE_S old.
        self._samples: deque[tuple[float, int]] = deque()
        self._last = -math.inf

    def at(self, now: float, answers: int) -> float:
        """The pace at `now` (monotonic seconds), with so many answers since the begin; infinite while it cannot be
        told. O(1) amortised."""
        if now - self._last > PAUSE_S:
            self._samples.clear()
        self._last = now
        samples = self._samples
        if not samples or now - samples[-1][0] >= SAMPLE_S:
            samples.append((now, answers))
        while len(samples) > 1 and now - samples[1][0] >= SPAN_S:
            samples.popleft()
        since, before = samples[0]
        span_s = now - since
        return (answers - before) / span_s if span_s >= LEAST_SPAN_S else math.inf
