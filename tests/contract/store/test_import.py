"""CSV files into calling lists."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path

import pytest

from dialer.ports import ImportReport
from dialer.records.import_options import ImportOptions
from dialer.records.unusable import UnusableFile
from dialer.store.csv_import import ImportProgress, import_csv
from dialer.store.opening import Store, open_store
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.writes import AddDoNotCall
from dialer.words import words_of
from tests.contract.store.backends import LIST, NOON, AnyStore, request, sqlite_url

OPTIONS = ImportOptions("Europe/London", "GB")


async def imported(
    store: AnyStore, path: Path, content: str, progress: list[ImportProgress] | None = None
) -> ImportReport:
    await asyncio.to_thread(path.write_text, content, "utf-8")
    seen = [] if progress is None else progress
    return await import_csv(store.lists, path, LIST, OPTIONS, NOON, seen.append)


async def test_rows_become_records_or_are_told_of(store: AnyStore, tmp_path: Path) -> None:
    lines = ["number,name,city", "020 7946 0001,Ada,London", "none,Bob,Leeds", "020 7946 0002,Cy,Hull"]
    lines += ["+442079460001,Ada again,London", "020 7946 0003,a,b,c"]
    await store.ledger.commit([AddDoNotCall("+442079460002", None, "agent", None, NOON)])
    progress: list[ImportProgress] = []
    report = await imported(store, tmp_path / "list.csv", "\n".join(lines), progress)
    assert (report.rows, report.accepted, report.refused, report.duplicates) == (5, 2, 2, 1)
    assert [(row.line, row.column) for row in report.refusals] == [(3, "number"), (5, "number"), (6, "")]
    assert progress[-1].bytes_read == progress[-1].bytes_total
    assert progress[-1].rows == 5
    (record,) = (await store.ledger.claim(request(9))).records
    assert (record.number, record.contact, record.data) == ("+442079460001", "Ada", {"city": "London"})


async def test_a_file_imported_again_adds_nothing(store: AnyStore, tmp_path: Path) -> None:
    content = "number\n" + "\n".join(f"+44207946{n:04d}" for n in range(1000))
    first = await imported(store, tmp_path / "list.csv", content)
    again = await imported(store, tmp_path / "list.csv", content)
    assert (first.accepted, again.accepted, again.duplicates) == (1000, 0, 1000)
    assert (await store.lists.lists())[0].records == 1000


async def test_a_file_that_cannot_be_imported_changes_nothing(store: AnyStore, tmp_path: Path) -> None:
    with pytest.raises(UnusableFile) as refused:
        await imported(store, tmp_path / "list.csv", "name\nAda\n")
    assert words_of(refused.value) == "No column has the phone number; the file has name."
    for path, reason in ((tmp_path / "nothing.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(UnusableFile) as refused:
            await import_csv(store.lists, path, LIST, OPTIONS, NOON, lambda _: None)
        assert words_of(refused.value) == f"The file {path} cannot be read: {reason}."
    with pytest.raises(Refused, match="region_unknown"):
        await import_csv(store.lists, tmp_path, LIST, ImportOptions("Europe/London", "XX"), NOON, lambda _: None)
    assert not await store.lists.lists()


@pytest.mark.timeout(180)
async def test_a_hundred_thousand_rows_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    # +44 20 7946 0xxx is too short a range: most rows have no number at all.
    rows = [f"none,Contact {n},Springfield" if n % 10 else f"+44207946{n // 10 % 1000:04d},C,x" for n in range(100_000)]
    await asyncio.to_thread(path.write_text, "number,name,town\n" + "\n".join(rows))
    del rows
    store = await open_store(sqlite_url(tmp_path), "node-1")
    assert isinstance(store, Store)
    progress: list[ImportProgress] = []
    tracemalloc.start()
    try:
        report = await import_csv(store.lists, path, LIST, OPTIONS, NOON, progress.append)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (report.rows, report.accepted, report.refused, report.duplicates) == (100_000, 1_000, 90_000, 9_000)
    assert len(report.refusals) == 1_000
    assert len(progress) == 200
    assert peak < 20_000_000
    await store.close()
