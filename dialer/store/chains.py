"""The SQL that finishes a chain (all records of one contact) once one of its records has ended."""

from __future__ import annotations

from dialer.store.statement import Sql


def chain_finished(sql: Sql) -> str:
    """UPDATE of the other waiting records in the chain of record `:id`, at the time `:at`. All transactions lock rows
    in the same order, against deadlocks."""
    return (
        "UPDATE records SET status = 'chain_updated', updated_at = :at WHERE id IN (SELECT c.id FROM records r"
        " JOIN records c ON c.list_id = r.list_id AND c.chain = r.chain AND c.chain <> ''"
        " WHERE r.id = :id AND c.id <> r.id AND c.status = 'ready'"
        f" ORDER BY c.id{'' if sql.is_sqlite else ' FOR UPDATE OF c'})"
    )
