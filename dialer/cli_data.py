"""`cornetta list` and `cornetta user`: plain data, beside a running node or without one."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from agent_api.passwords import hash_password
from config.loader import load
from config.model import LEAST_PASSWORD_LENGTH, Role, Settings
from dialer.ports import ImportReport, User
from dialer.records.import_options import ImportOptions, columns_from
from dialer.records.place import Place, place_of, types_of
from dialer.records.unusable import Setting, UnusableFile
from dialer.store.csv_import import ImportProgress, import_csv
from dialer.store.opening import open_plain
from dialer.terminal import say, show_table
from dialer.vocabulary.errors import CornettaError, Refused
from dialer.vocabulary.ids import ListName

lists_app = typer.Typer(no_args_is_help=True, add_completion=False)
users_app = typer.Typer(no_args_is_help=True, add_completion=False)

Directory = Annotated[Path, typer.Option("--config", "-c", help="Directory of the configuration (YAML).")]


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def end(problem: object, code: int) -> NoReturn:
    """Say what is wrong on stderr and end."""
    say(problem, err=True)
    raise typer.Exit(code)


#: What to say on the command line of an import.
_SETTINGS = {
    Setting.NUMBER_COLUMN: "Name it: --number-column HEADER.",
    Setting.DELIMITER: "Say which: --delimiter ';'.",
    Setting.ENCODING: "Save the file as CSV UTF-8, or name its encoding: --encoding cp1252.",
}


def run(work: Any) -> Any:
    """Run to the end; our own errors become a sentence and an exit code."""
    try:
        return asyncio.run(work)
    except UnusableFile as error:
        end(f"{error} {_SETTINGS[error.setting]}" if error.setting else error, 2)
    except CornettaError as error:
        end(error, 2)
    except OSError as error:
        end(f"{error.filename}: {error.strerror}" if error.filename else str(error), 1)


async def open_data(config: Path) -> Any:
    """The plain data of the configuration's database."""
    settings = await asyncio.to_thread(load, config)
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


@users_app.command("show")
def show_users(config: Directory = Path("/etc/cornetta")) -> None:
    """All users."""

    async def work() -> Any:
        store = await open_data(config)
        try:
            return await store.users.users()
        finally:
            await store.close()

    rows = [
        (user.name, user.display_name, user.role, user.phone, ", ".join(user.teams), str(user.enabled))
        for user in run(work())
    ]
    show_table(("user", "name", "role", "phone", "teams", "enabled"), rows)


@users_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Log-in name.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    role: Annotated[
        Role | None, typer.Option(help="agent, supervisor, administrator or auditor; agent where it is not given.")
    ] = None,
    display_name: Annotated[str, typer.Option(help="Name that people read.")] = "",
    phone: Annotated[str, typer.Option(help="Where an agent is rung, e.g. 101@desks.")] = "",
    team: Annotated[list[str] | None, typer.Option(help="Team; may be given again.")] = None,
    config: Directory = Path("/etc/cornetta"),
) -> None:
    """Add a user, or change the one of this name: what is not given stays. A running node knows it within seconds."""
    if len(password) < LEAST_PASSWORD_LENGTH:
        end(f"The password has {len(password)} characters; take {LEAST_PASSWORD_LENGTH} or more.", 2)

    async def work() -> User:
        _check_place(await asyncio.to_thread(load, config), phone, tuple(team or ()))
        store = await open_data(config)
        try:
            hashed = await asyncio.to_thread(hash_password, password)
            old = await store.users.user(name) or User(name, name, Role.AGENT, "", "", ())
            user = User(
                name,
                display_name or old.display_name,
                role or old.role,
                hashed,
                phone or old.phone,
                tuple(team or old.teams),
            )
            await store.users.save_user(user)
            return user
        finally:
            await store.close()

    user = run(work())
    say(f"{name} is {user.role}.")


def _check_place(settings: Settings, phone: str, teams: tuple[str, ...]) -> None:
    """Raises Refused for a team or a phone that the configuration does not have."""
    known = [team.name for team in settings.teams]
    for name in teams:
        if name not in known:
            raise Refused("team_not_found", f"There is no team {name!r}; the configuration has {', '.join(known)}.")
    known = [each.name for each in settings.phones]
    _, sign, name = phone.partition("@")
    if phone and not (sign and name in known):
        raise Refused("phone_not_found", f"{phone!r} is no phone: write EXTENSION@NAME, NAME of {', '.join(known)}.")


@lists_app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="CSV file.")],
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

    async def work(progress: Progress) -> ImportReport:
        store = await open_data(config)
        task = progress.add_task("rows", total=None)
        try:
            settings = await asyncio.to_thread(load, config)
            known = {row.name: row for row in await store.lists.lists()}.get(ListName(name))
            place = Place(zone, region).or_else(Place(known.zone, known.region) if known else place_of(settings, name))
            if not place.zone:
                raise Refused("zone_missing", f"The list {name!r} is new: say --zone, like Europe/Rome.")
            named = columns_from(column or (), number_column)
            options = ImportOptions(place.zone, place.region, named, encoding, delimiter, types_of(settings, name))

            def tell(so_far: ImportProgress) -> None:
                progress.update(task, completed=so_far.bytes_read, total=so_far.bytes_total)

            return await import_csv(store.lists, file, ListName(name), options, time.time(), tell)
        finally:
            await store.close()

    with Progress(console=Console(stderr=True), transient=True) as progress:
        report: ImportReport = run(work(progress))
    _tell_import(report)
    if report.refused and not report.accepted:
        raise typer.Exit(2)


def _tell_import(report: ImportReport) -> None:
    for row in report.refusals:
        column = f"{row.column}: " if row.column else ""
        say(f"line {row.line}: {column}{row.value!r}: {row.reason}", err=True)
    for note in report.notes:
        say(f"note: {note}", err=True)
    say(
        f"{report.list}: {report.accepted} of {counted(report.rows, 'row')} taken, "
        f"{report.refused} refused, {counted(report.duplicates, 'duplicate')}"
    )
