"""Attempts and records of nodes that do not come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from dialer.records.treatment import UNCOUNTED, added
from dialer.store.chains import chain_finished
from dialer.store.queue import place
from dialer.store.statement import Sql
from dialer.store.text import counts_from_json, to_json
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType

#: A record whose attempt was lost is not dialed again before this: its contact's phone may still ring.
LOST_RETRY_S = 120.0

#: A node that has not renewed the lease of a begun record for this long after its end is taken for dead. Generous: a
#: node whose line to the database is cut goes on with its conversations.
DEAD_AFTER_S = 3600.0

RESTART_REASON = "The node restarted."
DEAD_REASON = "The node is gone."


class Lost:
    """Settles and frees for the run `run`. Functions run in a transaction of the writer."""

    def __init__(self, sql: Sql, run: str) -> None:
        self._run = run
        skip = "" if sql.is_sqlite else " FOR UPDATE SKIP LOCKED"
        held = " INDEXED BY ix_records_lease" if sql.is_sqlite else ""
        self._dead = sql.prepare(
            # For the order SQLite would read the whole table.
            f"SELECT id, type, fence, result, tries FROM records{held} WHERE status = 'retrieved'"
            f" AND lease_until <= :ended AND claimed_by <> :run ORDER BY id{skip}"
        )
        self._settle = sql.prepare(
            "UPDATE attempts SET result = :result, ended_at = :now, reason = :reason"
            " WHERE record = :record AND fence = :fence AND ended_at IS NULL"
            " RETURNING id, interaction, campaign, record, agent"
        )
        self._told = sql.prepare(
            "INSERT INTO history (kind, at, campaign, agent, record, interaction, attempt, facts)"
            " VALUES ('attempt_lost', :now, :campaign, :agent, :record, :interaction, :id, :facts)"
        )
        self._results = sql.prepare(
            "SELECT result FROM attempts WHERE record = :id AND fence = :fence AND result IS NOT NULL ORDER BY n"
        )
        self._free = sql.prepare(
            "UPDATE records SET status = :status, result = :result, tries = :tries, due_at = :due_at, rank = :rank,"
            " queue_at = :due_at, lease_until = NULL, claimed_by = NULL, updated_at = :now WHERE id = :id"
        )
        self._chain = sql.prepare(chain_finished(sql))

    def settle_dead(self, connection: Connection, now: float) -> None:
        """Settle the attempts of nodes that died for good, and free their records."""
        dead = self._dead.rows(connection, {"ended": now - DEAD_AFTER_S, "run": self._run})
        for row in dead:
            values = {"result": CallResult.SYSTEM_LOST, "now": now, "reason": DEAD_REASON}
            lost = self._settle.rows(connection, {**values, "record": row.id, "fence": row.fence})
            self.tell(connection, lost, DEAD_REASON, now)
        self.free(connection, dead, now)

    def tell(self, connection: Connection, attempts: Sequence[Row[Any]], why: str, now: float) -> None:
        """A line of history for each attempt that was lost."""
        facts = to_json({"result": CallResult.SYSTEM_LOST, "why": why})
        self._told.run_all(connection, [{**row._asdict(), "now": now, "facts": facts} for row in attempts])

    def free(self, connection: Connection, records: Iterable[Row[Any]], now: float) -> None:
        """Records whose attempts are all settled: a contact who was spoken to is not dialed again, nor is the rest
        of the chain; others come back a little later."""
        for row in records:
            found = [
                CallResult(each.result) for each in self._results.rows(connection, {"id": row.id, "fence": row.fence})
            ]
            reached = CallResult.ANSWER in found
            result = found[-1] if found else None if row.result is None else CallResult(row.result)
            rank, due_at = place(RecordType(row.type), now + LOST_RETRY_S, result)
            values = {
                "id": row.id,
                "status": RecordStatus.UPDATED if reached else RecordStatus.READY,
                "result": result,
                "tries": to_json(added(counts_from_json(row.tries), counted(found))),
                "rank": rank,
                "due_at": due_at,
                "now": now,
            }
            self._free.run(connection, values)
            if reached:
                self._chain.run(connection, {"id": row.id, "at": now})


def counted(results: Iterable[CallResult]) -> list[CallResult]:
    """Attempts that count toward the record's caps."""
    return [result for result in results if result not in UNCOUNTED]
