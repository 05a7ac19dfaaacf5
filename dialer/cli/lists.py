"""`cornetta list`: calling lists, beside a running node or without one."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from dialer.cli.command import EXIT_MISTAKE, Directory, counted, fail, run_async, settings_of
from dialer.cli.terminal import say, show_table

if TYPE_CHECKING:
    from rich.progress import Progress

    from config.model import Settings
    from dialer.ports import ImportReport, ListRow
    from dialer.records.place import Place
    from dialer.records.unusable import Setting
    from dialer.store.csv_import import ImportProgress

T = TypeVar("T")
#: A name that a campaign can write.
LIST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

lists_app = typer.Typer(no_args_is_help=True, add_completion=False)


def _advice(setting: Setting) -> str:
    """Advice on the options of an import."""
    return {
        "NUMBER_COLUMN": "Name it: --number-column HEADER.",
        "DELIMITER": "Say which: --delimiter ';'.",
        "ENCODING": "Save the file as CSV UTF-8, or name its encoding: --encoding cp1252.",
    }[setting.name]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; our own errors become a sentence, with the option that helps, and an exit code."""
    from dialer.records.unusable import UnusableFile
    from dialer.words import words_of

    async def advised() -> T:
        try:
            return await work
        except UnusableFile as error:
            told = words_of(error)
            fail(f"{told} {_advice(error.setting)}" if error.setting else told, EXIT_MISTAKE)

    return run_async(advised(), EXIT_MISTAKE)


async def open_data(config: Path) -> Any:
    """The plain data of the configuration's database."""
    from dialer.store.opening import open_plain

    settings = await asyncio.to_thread(settings_of, config)
    directory = Path(settings.server.data_directory)
    await asyncio.to_thread(directory.mkdir, 0o700, parents=True, exist_ok=True)
    return await open_plain(settings.server.database)


@lists_app.command("show")
def show_lists(config: Directory = Path("/etc/cornetta")) -> None:
    """All calling lists with their records."""

    async def work() -> Any:
        store = await open_data(config)
        try:
            return await store.lists.lists()
        finally:
            await store.close()

    rows = [(row.name, row.zone, row.region, str(row.records), str(row.ready)) for row in run(work())]
    show_table(("list", "zone", "region", "records", "ready"), rows)


@lists_app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="CSV file; - reads standard input.")],
    name: Annotated[str, typer.Option("--list", help="Calling list; made if it is new.")],
    zone: Annotated[str, typer.Option(help="IANA time zone of records without one.")] = "",
    region: Annotated[str, typer.Option(help="Country of numbers without one, ISO code.")] = "",
    column: Annotated[list[str] | None, typer.Option(help="FIELD=HEADER, e.g. number=Telefono.")] = None,
    number_column: Annotated[str, typer.Option(help="Header of the numbers, where several columns have some.")] = "",
    encoding: Annotated[str, typer.Option(help="Of the file, e.g. cp1252; found out where it is not given.")] = "",
    delimiter: Annotated[str, typer.Option(help="Between fields: ; or tab; found out where it is not given.")] = "",
    config: Directory = Path("/etc/cornetta"),
) -> None:
    """Import records. Rows that cannot be used are refused with line, column and reason; the others are taken."""
    from rich.console import Console
    from rich.progress import Progress

    from dialer.records.import_options import ImportOptions, columns_from
    from dialer.records.place import Place, types_of
    from dialer.store.csv_import import import_csv
    from dialer.vocabulary.ids import ListName

    if not LIST_NAME.fullmatch(name):
        fail(f"{name!r} is no name of a list: use letters, digits, dot, dash and underscore, at most 64.", EXIT_MISTAKE)

    async def work(progress: Progress) -> ImportReport:
        store = await open_data(config)
        try:
            settings = await asyncio.to_thread(settings_of, config)
            known = {row.name: row for row in await store.lists.lists()}.get(ListName(name))
            place = _place(settings, known, name, Place(zone, region))
            named = columns_from(column or (), number_column)
            options = ImportOptions(place.zone, place.region, named, encoding, delimiter, types_of(settings, name))
            return await import_csv(store.lists, file, ListName(name), options, time.time(), _counter(progress))
        finally:
            await store.close()

    with Progress(console=Console(stderr=True), transient=True) as progress:
        report = run(work(progress))
    _tell_import(report)
    if report.refused and not report.accepted:
        raise typer.Exit(EXIT_MISTAKE)


def _place(settings: Settings, known: ListRow | None, name: str, given: Place) -> Place:
    """Zone and country of the rows: the given ones, else those of the list. Raises Refused without a zone."""
    from dialer.records.place import Place, place_of
    from dialer.vocabulary.errors import Refused
    from dialer.vocabulary.reasons.imports import ZoneMissing

    place = given.or_else(Place(known.zone, known.region) if known else place_of(settings, name))
    if not place.zone:
        raise Refused(ZoneMissing(name))
    return place


def _counter(progress: Progress) -> Callable[[ImportProgress], None]:
    task = progress.add_task("rows", total=None)
    return lambda so_far: progress.update(task, completed=so_far.bytes_read, total=so_far.bytes_total)


def _tell_import(report: ImportReport) -> None:
    from dialer.words import spoken

    for row in report.refusals:
        column = f"{row.column}: " if row.column else ""
        say(f"line {row.line}: {column}{row.value!r}: {spoken(row.reason)}", err=True)
    for note in report.notes:
        say(f"note: {spoken(note)}", err=True)
    say(
        f"{report.list}: {report.accepted} of {counted(report.rows, 'row')} taken, "
        f"{report.refused} refused, {counted(report.duplicates, 'duplicate')}"
    )
