"""Claims: taking records for dialing, with a lease and a fence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from dialer.compliance.wall_clock import second_of_day
from dialer.store import claim_sql
from dialer.store.lost import Lost
from dialer.store.order import Order
from dialer.store.queue import FRESH
from dialer.store.shares import Turns
from dialer.store.statement import Prepared, Sql
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import ListName, RecordId
from dialer.vocabulary.outputs import ClaimRecords


class ListPlace:
    """A list with the zones of its records."""

    def __init__(self, id_: int, name: ListName) -> None:
        self.id = id_
        self.name = name
        self.zones: set[str] = set()


class Claims:
    """Claims for `run`. Functions run in a transaction of the writer."""

    def __init__(self, sql: Sql, run: str) -> None:
        self._sql = sql
        self._run = run
        self._turns: dict[str, Turns] = {}
        self._order = Order()
        self._statements: dict[tuple[int, tuple[int, ...], bool], Prepared] = {}
        self._places = sql.prepare(
            "SELECT l.id, l.name, z.zone FROM lists l LEFT JOIN list_zones z ON z.list_id = l.id"
            f" WHERE {sql.among('l.name', 'names')}"
        )
        self._lost = Lost(sql, run)
        self._expired = sql.prepare(claim_sql.EXPIRED)
        self._leases = sql.prepare(
            f"SELECT id, fence FROM records WHERE {sql.among('id', 'ids')} AND status = 'retrieved'"
            f" ORDER BY id{sql.for_update}"
        )
        self._renew = sql.prepare("UPDATE records SET lease_until = :until, claimed_by = :run WHERE id = :id")

    def places(self, connection: Connection, names: Sequence[ListName]) -> dict[ListName, ListPlace]:
        places: dict[ListName, ListPlace] = {}
        for row in self._places.rows(connection, {"names": self._sql.values(names)}):
            place = places.setdefault(row.name, ListPlace(row.id, row.name))
            if row.zone is not None:
                place.zones.add(row.zone)
        return places

    def claim(
        self, connection: Connection, request: ClaimRecords, places: Mapping[ListName, ListPlace]
    ) -> tuple[ClaimedRecord, ...]:
        """Claim by the lists' shares, then fill up from those that have more."""
        self._expired.run(connection, {"now": request.now})
        self._lost.settle_dead(connection, request.now)
        shares = [share for share in request.lists if share.name in places]
        turns = self._turns.setdefault(request.campaign, Turns())
        claimed: list[ClaimedRecord] = []
        while shares and len(claimed) < request.limit:
            dry: set[ListName] = set()
            for name, count in turns.split(shares, request.limit - len(claimed)).items():
                got = self._claim_from(connection, request, places[ListName(name)], count)
                claimed.extend(got)
                if len(got) < count:
                    dry.add(ListName(name))
            shares = [share for share in shares if share.name not in dry]
            if not dry:
                break
        return tuple(claimed)

    def _claim_from(
        self, connection: Connection, request: ClaimRecords, place: ListPlace, count: int
    ) -> list[ClaimedRecord]:
        def take(ranks: tuple[int, ...], most: int) -> list[ClaimedRecord]:
            return self._take(connection, request, place, ranks, most)

        return self._order.take(request, place.name, count, take)

    def _take(
        self, connection: Connection, request: ClaimRecords, place: ListPlace, ranks: tuple[int, ...], count: int
    ) -> list[ClaimedRecord]:
        open_zones = sorted(place.zones.intersection(request.zones))
        rows: list[Row[Any]] = []
        for start in range(0, len(open_zones), claim_sql.ZONES_AT_ONCE):
            zones = open_zones[start : start + claim_sql.ZONES_AT_ONCE]
            values = self._values(request, place, zones, count - len(rows))
            rows.extend(self._statement(len(zones), ranks, hides=bool(request.hidden)).rows(connection, values))
            if len(rows) >= count:
                break
        rows.sort(key=lambda row: (ranks.index(row.rank), row.queue_at, row.id))
        return [claim_sql.CLAIMED.read(row, list=place.name, fresh=row.rank == FRESH) for row in rows]

    def _values(self, request: ClaimRecords, place: ListPlace, zones: Sequence[str], count: int) -> dict[str, Any]:
        values: dict[str, Any] = {
            "list_id": place.id,
            "campaign": request.campaign,
            "count": count,
            "now": request.now,
            "until": request.now + request.lease_s,
            "max_attempts": request.max_attempts,
            "run": self._run,
            "hidden": self._sql.values(request.hidden),
        }
        for index, zone in enumerate(zones):
            values[f"zone{index}"] = zone
            values[f"second{index}"] = second_of_day(zone, request.now)
        return values

    def _statement(self, zones: int, ranks: tuple[int, ...], *, hides: bool) -> Prepared:
        key = (zones, ranks, hides)
        if key not in self._statements:
            self._statements[key] = claim_sql.claim(self._sql, zones, ranks, hides=hides)
        return self._statements[key]

    def renew(self, connection: Connection, leases: Mapping[RecordId, int], until: float) -> tuple[RecordId, ...]:
        """Prolong leases; returns the records that are not ours any more."""
        held = {
            RecordId(row.id)
            for row in self._leases.rows(connection, {"ids": self._sql.values(leases)})
            if leases[RecordId(row.id)] == row.fence
        }
        self._renew.run_all(connection, [{"id": record, "until": until, "run": self._run} for record in sorted(held)])
        return tuple(record for record in leases if record not in held)
