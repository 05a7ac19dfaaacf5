"""`cornetta list reset`: finished and cancelled records are dialed again."""

from __future__ import annotations

import getpass
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialer.cli.command import EXIT_FAILED, EXIT_MISTAKE, Directory, counted, fail
from dialer.cli.lists import open_data, run
from dialer.cli.terminal import say

if TYPE_CHECKING:
    from dialer.ports import ResetReport
    from dialer.vocabulary.results import RecordStatus


def reset(
    names: Annotated[list[str], typer.Argument(metavar="LIST...", help="Names of the lists.")],
    status: Annotated[
        list[str] | None,
        typer.Option(help="Only records with this status, e.g. cancelled; may be given again. Else all that are done."),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say how many it would be, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: Directory = Path("/etc/cornetta"),
) -> None:
    """Dial finished and cancelled records again, as if they were new: their attempts are no longer counted. Numbers on
    the do-not-call list stay barred; records that wait or are in hand stay as they are. The history keeps who did it.
    """
    from dialer.vocabulary.ids import ListName

    statuses = _statuses(status)
    lists = [ListName(name) for name in dict.fromkeys(names)]

    async def work(*, change: bool) -> list[ResetReport]:
        store = await open_data(config)
        try:
            if not change:
                return [await store.lists.count_reset(name, statuses) for name in lists]
            by = f"command line, {getpass.getuser()}"
            return [await store.lists.reset(name, statuses, by, time.time()) for name in lists]
        finally:
            await store.close()

    for report in run(work(change=False)):
        say(_line(report))
    if preview:
        return
    if not yes and not typer.confirm("Dial them again?"):
        fail("Nothing was changed.", EXIT_FAILED)
    for report in run(work(change=True)):
        say(_line(report))


def _statuses(asked: list[str] | None) -> list[RecordStatus]:
    from dialer.vocabulary.results import RENEWABLE, RecordStatus

    known = [each.value for each in RENEWABLE]
    for name in asked or ():
        if name not in known:
            fail(f"{name!r} is no status of records that are done; take {', '.join(known)}.", EXIT_MISTAKE)
    return [RecordStatus(name) for name in asked or known]


def _line(report: ResetReport) -> str:
    """The result, or expected result, for one list."""
    what = "would be dialed again" if report.preview else "are dialed again"
    each = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in sorted(report.by_status.items()))
    barred = f"; {counted(report.barred, 'barred record')} not" if report.barred else ""
    return f"{report.list}: {counted(report.reset, 'record')} {what}{f' ({each})' if each else ''}{barred}"
