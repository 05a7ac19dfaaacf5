"""Imports into a list that exists, with that list's zone and region: what the API needs."""

from __future__ import annotations

from pathlib import Path

from dialer.ports import Clock, ImportReport, Lists
from dialer.records.importing import ImportOptions
from dialer.store.csv_import import import_csv
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import ListName


class CsvImporter:
    """Implements the API's Importer."""

    def __init__(self, lists: Lists, clock: Clock) -> None:
        self._lists = lists
        self._clock = clock

    async def import_file(self, name: ListName, path: Path) -> ImportReport:
        """Raises NotFound for an unknown list, UnusableFile, Refused, StoreUnavailable."""
        for row in await self._lists.lists():
            if row.name == name:
                options = ImportOptions(row.zone, row.region)
                return await import_csv(self._lists, path, name, options, self._clock.now().utc, lambda _: None)
        raise NotFound("list", name)
