"""The order in which a claim takes records from one list, and the share of those that were dialed before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dialer.store.queue import FIRST_RANKS, FRESH, RETRY
from dialer.store.shares import Turns
from dialer.vocabulary.ids import CampaignName, ListName
from dialer.vocabulary.outputs import ALL_RETRIES, ClaimRecords, ListShare

T = TypeVar("T")

#: A function that takes up to a number of records of these ranks, in their order.
Take = Callable[[tuple[int, ...], int], Sequence[T]]

_RETRIES, _FRESH = ListName("retries"), ListName("fresh")


class Order:
    """The order of each campaign and list. Shares hold over time, also when one record is claimed at a time."""

    def __init__(self) -> None:
        self._turns: dict[tuple[CampaignName, ListName], Turns] = {}

    def take(self, request: ClaimRecords, name: ListName, count: int, take: Take[T]) -> list[T]:
        """Up to `count` records of the list `name`."""
        share = request.retry_share
        if share >= ALL_RETRIES:
            return list(take((*FIRST_RANKS, RETRY) if request.ahead_only else (*FIRST_RANKS, RETRY, FRESH), count))
        if request.ahead_only:
            return list(take(FIRST_RANKS, count))
        if share <= 0:
            return list(take((*FIRST_RANKS, FRESH, RETRY), count))
        taken = list(take(FIRST_RANKS, count))
        turns = self._turns.setdefault((request.campaign, name), Turns())
        shares = (ListShare(_RETRIES, share), ListShare(_FRESH, ALL_RETRIES - share))
        retries = turns.split(shares, count - len(taken)).get(_RETRIES, 0)
        taken.extend(take((RETRY,), retries) if retries else ())
        # Records of the other kind fill up where one kind has too few.
        for rank in (FRESH, RETRY):
            if len(taken) < count:
                taken.extend(take((rank,), count - len(taken)))
        return taken
