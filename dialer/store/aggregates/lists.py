"""Calling lists and their records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Float, ForeignKey, Row, Table, Text, func, insert, select

from dialer.ports import ListRow, NewRecord, RecordRow, ResetReport
from dialer.store.aggregates.records import records
from dialer.store.aggregates.resets import Resets
from dialer.store.database import Database
from dialer.store.mapping import Columns
from dialer.store.metadata import Number, metadata
from dialer.store.queue import place
from dialer.store.text import stored, to_json
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType

#: Records read at a time: a long read must not hold a transaction open.
PAGE = 500

lists = Table(
    "lists",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("zone", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
)

list_zones = Table(
    "list_zones",
    metadata,
    Column("list_id", ForeignKey("lists.id"), primary_key=True),
    Column("zone", Text, primary_key=True),
)

#: The columns of an import; the others of a new record are set beside them.
IMPORTED = Columns(records, NewRecord)
ROW = Columns(records, RecordRow, record="id")
LIST = Columns(lists, ListRow)
_NEW = (
    *("list_id", "status", "type", "result", "attempts", "tries", "due_at", "rank", "queue_at", "fence"),
    *("created_at", "updated_at"),
)


class SqlLists:
    """Lists on a database; `changed` is called after records were added."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        self._database = database
        self._changed = changed
        self._resets = Resets(database)
        sql = database.sql
        self._there = sql.prepare(
            f"SELECT number, external_id FROM records WHERE list_id = :list_id AND {sql.among('number', 'numbers')}"
        )
        self._barred = sql.prepare(
            f"SELECT number FROM do_not_call WHERE campaign = '' AND {sql.among('number', 'numbers')}"
        )
        self._insert = sql.prepare(IMPORTED.insert(*_NEW))
        self._zones = sql.prepare(
            "INSERT INTO list_zones (list_id, zone) VALUES (:list_id, :zone) ON CONFLICT (list_id, zone) DO NOTHING"
        )

    async def add_list(self, name: ListName, zone: str, region: str, now: float) -> None:
        """Add a list if there is none of this name; one that is there stays as it is."""

        def work(connection: Connection) -> None:
            there = connection.execute(select(lists.c.id).where(lists.c.name == name)).first()
            if there is None:
                row = {"name": name, "zone": zone, "region": region, "created_at": now}
                connection.execute(insert(lists), [row])

        await self._database.write(work)

    async def lists(self) -> Sequence[ListRow]:
        counts = (
            select(
                records.c.list_id,
                func.count().label("records"),
                func.count().filter(records.c.status == RecordStatus.READY).label("ready"),
            )
            .group_by(records.c.list_id)
            .subquery()
        )
        query = (
            select(lists, counts.c.records, counts.c.ready)
            .outerjoin(counts, counts.c.list_id == lists.c.id)
            .order_by(lists.c.name)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [LIST.read(row, records=row.records or 0, ready=row.ready or 0) for row in rows]

    async def add_records(self, name: ListName, rows: Sequence[NewRecord], now: float) -> Sequence[NewRecord]:
        """Add rows in one transaction; returns those refused as duplicates (same list, number and external id).
        Raises NotFound for an unknown list."""

        def work(connection: Connection) -> list[NewRecord]:
            return self._add(connection, name, rows, now)

        duplicates = await self._database.write(work)
        self._changed()
        return duplicates

    def _add(self, connection: Connection, name: ListName, rows: Sequence[NewRecord], now: float) -> list[NewRecord]:
        list_id = connection.execute(select(lists.c.id).where(lists.c.name == name)).scalar_one_or_none()
        if list_id is None:
            raise NotFound("list", name)
        numbers = self._database.sql.values({row.number for row in rows})
        found = self._there.rows(connection, {"list_id": list_id, "numbers": numbers})
        there = {(row.number, row.external_id) for row in found}
        barred = {row.number for row in self._barred.rows(connection, {"numbers": numbers})}
        duplicates: list[NewRecord] = []
        added: list[dict[str, Any]] = []
        for row in rows:
            key = (row.number, stored(row.external_id))
            if key in there:
                duplicates.append(row)
                continue
            there.add(key)
            added.append(_new(row, list_id, now, row.number in barred))
        self._insert.run_all(connection, added)
        zones = {row["zone"] for row in added}
        self._zones.run_all(connection, [{"list_id": list_id, "zone": zone} for zone in sorted(zones)])
        return duplicates

    async def records(self, name: ListName) -> AsyncIterator[RecordRow]:
        """The records of a list in the order in which they came."""
        after = 0
        while True:
            query = (
                select(records)
                .join(lists, lists.c.id == records.c.list_id)
                .where(lists.c.name == name, records.c.id > after)
                .order_by(records.c.id)
                .limit(PAGE)
            )
            rows = await self._rows(query)
            for row in rows:
                yield ROW.read(row, list=name)
            if len(rows) < PAGE:
                return
            after = rows[-1].id

    async def _rows(self, query: Any) -> Sequence[Row[Any]]:
        return await self._database.read(lambda connection: connection.execute(query).all())

    async def count_reset(self, name: ListName, statuses: Collection[RecordStatus]) -> ResetReport:
        return await self._resets.count(name, statuses)

    async def reset(self, name: ListName, statuses: Collection[RecordStatus], by: str, now: float) -> ResetReport:
        report = await self._resets.reset(name, statuses, by, now)
        self._changed()
        return report


def _new(row: NewRecord, list_id: int, now: float, barred: bool) -> dict[str, Any]:
    kind = RecordType.NO_CALL if barred else RecordType.GENERAL
    rank, queue_at = place(kind, now, None)
    return IMPORTED.row(
        row,
        data=to_json(row.data or {}),
        list_id=list_id,
        status=RecordStatus.CANCELLED if barred else RecordStatus.READY,
        type=kind,
        result=CallResult.DO_NOT_CALL if barred else None,
        attempts=0,
        tries="{}",
        due_at=now,
        rank=rank,
        queue_at=queue_at,
        fence=0,
        created_at=now,
        updated_at=now,
    )
