"""Brings a database to the newest revision of the tables, by Alembic."""

from __future__ import annotations

from typing import Any

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from dialer.vocabulary.errors import StoreTooNew


class Schema:
    """The revisions of this version, read from files once: the migration itself then reads none, so that it may run
    on an event loop. For the same reason there is no `env.py`."""

    def __init__(self) -> None:
        settings = Config()
        settings.set_main_option("script_location", "dialer.store:migrations")
        settings.set_main_option("path_separator", "os")
        self._scripts = ScriptDirectory.from_config(settings)
        self._known = {script.revision for script in self._scripts.walk_revisions()}
        self._heads = set(self._scripts.get_heads())

    def upgrade(self, connection: Connection) -> None:
        """Migrate to the newest revision; raises StoreTooNew for a database that a newer version has migrated."""
        context = MigrationContext.configure(connection, opts={"fn": self._steps})
        present = context.get_current_heads()
        for revision in present:
            if revision not in self._known:
                raise StoreTooNew(revision)
        if set(present) != self._heads:
            with Operations.context(context):
                context.run_migrations()

    def _steps(self, revision: Any, _context: MigrationContext) -> Any:
        """The steps, as Alembic's `upgrade` command gives them to a migration."""
        return self._scripts._upgrade_revs("head", revision)
