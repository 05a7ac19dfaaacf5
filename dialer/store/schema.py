"""Brings a database to the newest revision of the tables, by Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from dialer.vocabulary.errors import StoreTooNew


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's settings: the scripts are in this package, the connection is ours."""
    settings = Config()
    settings.set_main_option("script_location", "dialer.store:migrations")
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def upgrade(connection: Connection) -> None:
    """Migrate to head; raises StoreTooNew for a database that a newer version has migrated."""
    settings = configuration(connection)
    scripts = ScriptDirectory.from_config(settings)
    known = {script.revision for script in scripts.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_heads()
    for revision in present:
        if revision not in known:
            raise StoreTooNew(revision)
    if set(present) != set(scripts.get_heads()):
        command.upgrade(settings, "head")
