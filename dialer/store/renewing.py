"""Finished or cancelled records that are to be dialed again."""

from __future__ import annotations

from dialer.store.queue import rank_sql
from dialer.store.statement import Sql
from dialer.vocabulary.results import RecordStatus

#: A record barred for all campaigns, by its own mark or by its number, is never renewed.
BARRED = (
    "(type = 'no_call' OR EXISTS (SELECT 1 FROM do_not_call d WHERE d.number = records.number AND d.campaign = ''))"
)


def renewed(sql: Sql) -> str:
    """The statement of RenewCancelled. Records that were cancelled before campaigns were noted belong to all."""
    return (
        f"UPDATE records SET status = '{RecordStatus.READY}', cancelled_in = NULL, rank = {rank_sql()},"
        " queue_at = due_at, updated_at = :at"
        f" WHERE status = '{RecordStatus.CANCELLED}' AND updated_at < :at AND NOT {BARRED}"
        " AND (cancelled_in = :campaign OR cancelled_in IS NULL)"
        f" AND list_id IN (SELECT id FROM lists WHERE {sql.among('name', 'lists')})"
    )
