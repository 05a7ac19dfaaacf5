"""How a campaign's claims are split among its lists: smooth weighted turns, so that small claims are fair too."""

from __future__ import annotations

from collections.abc import Sequence

from dialer.vocabulary.outputs import ListShare


class Turns:
    """The turns of one campaign's lists. Over time each list has its weight's share, also when one record is
    claimed at a time."""

    def __init__(self) -> None:
        self._credit: dict[str, int] = {}

    def split(self, shares: Sequence[ListShare], limit: int) -> dict[str, int]:
        """How many of `limit` each list is asked for, lists without any left out."""
        names = {share.name for share in shares}
        self._credit = {name: credit for name, credit in self._credit.items() if name in names}
        counts: dict[str, int] = {}
        weights = [(share.name, max(share.weight, 0)) for share in shares]
        total = sum(weight for _, weight in weights)
        if total == 0:
            weights = [(name, 1) for name, _ in weights]
            total = len(weights)
        for _ in range(limit if weights else 0):
            for name, weight in weights:
                self._credit[name] = self._credit.get(name, 0) + weight
            chosen = max((name for name, weight in weights if weight), key=lambda name: self._credit[name])
            self._credit[chosen] -= total
            counts[chosen] = counts.get(chosen, 0) + 1
        return counts
