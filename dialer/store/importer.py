"""Imports into a list that exists: what the API needs."""

from __future__ import annotations

from pathlib import Path

from dialer.ports import Clock, ImportReport, Lists
from dialer.records.import_options import ImportOptions
from dialer.store.csv_import import import_csv
from dialer.vocabulary.ids import ListName


class CsvImporter:
    """Implements the API's Importer."""

    def __init__(self, lists: Lists, clock: Clock) -> None:
        self._lists = lists
        self._clock = clock

    async def import_file(self, name: ListName, path: Path, options: ImportOptions) -> ImportReport:
        """Raises UnusableFile, Refused, StoreUnavailable."""
        return await import_csv(self._lists, path, name, options, self._clock.now().utc, lambda _: None)
