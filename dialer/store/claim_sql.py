"""The SQL of a claim.

The queue is an index (list, zone, rank, time). A claim looks into it once for each zone where dialing is allowed and
each rank, takes the first of each, and of these the first of all: it never reads records that are not due.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialer.compliance.record_hours import within_hours_sql
from dialer.store.aggregates.records import records
from dialer.store.mapping import Columns
from dialer.store.queue import CLAIMED_RANKS
from dialer.store.statement import Prepared, Sql
from dialer.vocabulary.events import ClaimedRecord

CLAIMED = Columns(records, ClaimedRecord, record="id")

#: SQLite takes 500 parts of a compound query, a zone and rank each; a list with more zones is claimed in portions.
ZONES_AT_ONCE = 500 // len(CLAIMED_RANKS)

# A record of a chain waits while another of the chain is in hand, or an earlier one is still to be dialed.
FIRST_OF_CHAIN = (
    "(r.chain = '' OR NOT EXISTS (SELECT 1 FROM records c WHERE c.list_id = r.list_id AND c.chain = r.chain"
    " AND c.chain <> '' AND c.id <> r.id AND (c.status = 'retrieved' OR (c.status = 'ready'"
    " AND c.attempts < :max_attempts AND c.type <> 'no_call'"
    " AND (c.chain_n < r.chain_n OR (c.chain_n = r.chain_n AND c.id < r.id))))))"
)

NOT_BARRED = "NOT EXISTS (SELECT 1 FROM do_not_call d WHERE d.number = r.number AND d.campaign IN ('', :campaign))"

#: A record with an attempt under way outlives its lease: only its own node knows the result, see `lost`.
EXPIRED = (
    "UPDATE records SET status = 'ready', lease_until = NULL, claimed_by = NULL, updated_at = :now"
    " WHERE status = 'retrieved' AND lease_until <= :now AND NOT EXISTS"
    " (SELECT 1 FROM attempts a WHERE a.record = records.id AND a.fence = records.fence)"
)


def within_hours(second: str) -> str:
    """Condition on a record's own hours; `second` is the parameter with the second of the day in its zone."""
    return f"({within_hours_sql('r.daily_from', 'r.daily_till', second)})"


def queued(sql: Sql) -> str:
    """The records by the index of the queue, which SQLite does not always choose by itself."""
    return "records AS r INDEXED BY ix_records_queue" if sql.is_sqlite else "records AS r"


def claim(sql: Sql, zones: int, ranks: Sequence[int], *, hides: bool) -> Prepared:
    """The statement that claims records of these ranks, in this order, from one list in `zones` zones, parameters
    `zone0`, `second0` and so on. `hides`: records in the parameter `hidden` are left out."""
    skip = "" if sql.is_sqlite else " FOR UPDATE OF r SKIP LOCKED"
    seen = f" AND NOT ({sql.among('r.id', 'hidden')})" if hides else ""
    parts = [
        f"SELECT * FROM (SELECT r.id, {place} AS place, r.queue_at FROM {queued(sql)}"
        f" WHERE r.list_id = :list_id AND r.zone = :zone{zone} AND r.rank = {rank} AND r.queue_at <= :now"
        f" AND r.status = 'ready' AND r.attempts < :max_attempts AND {within_hours(f':second{zone}')}{seen}"
        f" AND {FIRST_OF_CHAIN} AND {NOT_BARRED}"
        f" ORDER BY r.queue_at, r.id LIMIT :count{skip}) AS part{zone}_{rank}"
        for zone in range(zones)
        for place, rank in enumerate(ranks)
    ]
    return sql.prepare(
        "UPDATE records SET status = 'retrieved', fence = fence + 1, lease_until = :until, claimed_by = :run,"
        " updated_at = :now WHERE id IN (SELECT q.id FROM (" + " UNION ALL ".join(parts) + ") AS q"
        " ORDER BY q.place, q.queue_at, q.id LIMIT :count)"
        f" RETURNING {CLAIMED.names}, rank, queue_at"
    )
