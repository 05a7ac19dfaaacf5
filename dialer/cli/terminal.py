"""The one way to the terminal. Our lines contain text of others, as a carrier's reason or a list's name: its control
characters would move the cursor, make the terminal send answers, or hide the line before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import typer

from dialer.vocabulary.printable import printable


def escaped(text: str) -> str:
    """`text` with its control characters as they are written in Python: `\x1b`. Line ends stay."""
    return "\n".join(printable(line) for line in text.split("\n"))


def say(words: object, *, err: bool = False) -> None:
    """A line on stdout, which is for results, or on stderr."""
    typer.echo(escaped(str(words)), err=err)


def show_table(columns: tuple[str, ...], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text(escaped(cell)) for cell in row))
    Console().print(table)
