"""The SQL that finishes a chain: the records of one contact, of which one has come to an end for all of them."""

from __future__ import annotations

from dialer.store.statement import Sql


def chain_finished(sql: Sql) -> str:
    """UPDATE of the other records of the chain of record `:id` that wait, at the time `:at`. Rows are locked in one
    order by all, against deadlocks."""
    return (
        "UPDATE records SET status = 'chain_updated', updated_at = :at WHERE id IN (SELECT c.id FROM records r"
        " JOIN records c ON c.list_id = r.list_id AND c.chain = r.chain AND c.chain <> ''"
        " WHERE r.id = :id AND c.id <> r.id AND c.status = 'ready'"
        f" ORDER BY c.id{'' if sql.is_sqlite else ' FOR UPDATE OF c'})"
    )
