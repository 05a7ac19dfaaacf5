"""Which calling lists are dialed, to notice a new one: how its contacts answer is not what the former list taught."""

from __future__ import annotations

from collections.abc import Iterable

#: A list that was not dialed for so long, while others were, is as good as new. Seconds of dialing.
AWAY_S = 1800.0
#: Between two dials at most so much counts as dialing, seconds: while the whole campaign rests no list is away.
MOST_GAP_S = 300.0
#: Lists that are remembered; the one that was dialed longest ago is forgotten first.
MOST_LISTS = 64


class ListWatch:
    """The lists that were dialed lately or are known of old. Their times are seconds of dialing of the campaign."""

    def __init__(self) -> None:
        self._dialed_at: dict[str, float] = {}
        self._newest = ""
        #: When any list was dialed last, and the dialing until then.
        self._last_at: float | None = None
        self._dialing_s = 0.0

    def know(self, names: Iterable[str], at: float) -> None:
        """There is history of these lists."""
        dialing_s = self._until(at)
        for name in names:
            self._dialed_at.setdefault(name, dialing_s)

    def dialed(self, name: str, at: float) -> bool:
        """A record of the list `name` ("" unknown) is dialed. True if the campaign goes over to this list: there are
        others, and this one is new or was away. The first list of all is no change."""
        dialing_s = self._until(at)
        self._last_at, self._dialing_s = at, dialing_s
        if not name or name == self._newest:
            if name:
                self._dialed_at[name] = dialing_s
            return False
        before = self._dialed_at.pop(name, None)
        change = bool(self._dialed_at) and (before is None or dialing_s - before > AWAY_S)
        if len(self._dialed_at) >= MOST_LISTS:
            del self._dialed_at[min(self._dialed_at, key=lambda each: self._dialed_at[each])]
        self._dialed_at[name] = dialing_s
        self._newest = name
        return change

    def _until(self, at: float) -> float:
        """The dialing until `at`, seconds."""
        return self._dialing_s + (0.0 if self._last_at is None else min(at - self._last_at, MOST_GAP_S))
