"""Which calling lists are dialled, to notice a new one: how its contacts answer is not what the former list taught."""

from __future__ import annotations

from collections.abc import Iterable

#: A list that was not dialled for so long, while others were, is as good as new. Seconds.
AWAY_S = 1800.0
#: Lists that are remembered; the one that was dialled longest ago is forgotten first.
MOST_LISTS = 64


class ListWatch:
    """The lists that were dialled lately or are known of old."""

    def __init__(self) -> None:
        self._dialled_at: dict[str, float] = {}
        self._newest = ""

    def know(self, names: Iterable[str], at: float) -> None:
        """There is history of these lists."""
        for name in names:
            self._dialled_at.setdefault(name, at)

    def dialled(self, name: str, at: float) -> bool:
        """A record of the list `name` ("" unknown) is dialled. True if the campaign goes over to this list: there are
        others, and this one is new or was away. The first list of all is no change."""
        if not name or name == self._newest:
            if name:
                self._dialled_at[name] = at
            return False
        before = self._dialled_at.pop(name, None)
        change = bool(self._dialled_at) and (before is None or at - before > AWAY_S)
        if len(self._dialled_at) >= MOST_LISTS:
            del self._dialled_at[min(self._dialled_at, key=lambda each: self._dialled_at[each])]
        self._dialled_at[name] = at
        self._newest = name
        return change
