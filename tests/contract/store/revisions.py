"""Databases as an earlier version left them."""

from __future__ import annotations

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from dialer.store.schema import Schema


def go_back(connection: Connection, revision: str) -> None:
    """Undo the migrations after `revision`."""
    scripts = Schema()._scripts
    context = MigrationContext.configure(
        connection, opts={"fn": lambda present, _: scripts._downgrade_revs(revision, present)}
    )
    with Operations.context(context):
        context.run_migrations()
