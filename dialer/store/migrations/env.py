"""Alembic's entry: migrates the connection that the store hands over, in the store's transaction."""

from __future__ import annotations

from alembic import context

from dialer.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
context.run_migrations()
