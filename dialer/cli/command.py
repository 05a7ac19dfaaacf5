"""Common parts of the commands. Each command imports its needs when it runs, so that help, and commands that only ask
the node, start at once.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from dialer.cli.terminal import say
from dialer.vocabulary.errors import ConfigurationError, CornettaError

if TYPE_CHECKING:
    from config.model import Settings

T = TypeVar("T")
#: The exit code of a user's mistake, reported in words without a traceback.
EXIT_MISTAKE = 2
EXIT_FAILED = 1
#: The exit code of SIGTERM in a shell: 128 + 15.
EXIT_STOPPED = 143

Directory = Annotated[Path, typer.Option("--config", "-c", help="Directory of the configuration (YAML).")]


def fail(problem: object, code: int = EXIT_FAILED) -> NoReturn:
    """Say what is wrong on stderr and end."""
    say(problem, err=True)
    raise typer.Exit(code)


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def fault_of(error: OSError) -> str:
    """A fault of the file system in words, with the file."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def run_async(work: Coroutine[Any, Any, T], refused: int = EXIT_FAILED) -> T:
    """Run to the end; our own errors become a sentence and an exit code, `refused` for refusals."""
    try:
        return asyncio.run(work)
    except ConfigurationError as error:
        fail(error, EXIT_MISTAKE)
    except CornettaError as error:
        from dialer.words import words_of

        fail(words_of(error), refused)
    except OSError as error:
        fail(fault_of(error))
    except asyncio.CancelledError:
        fail("Stopped.", EXIT_STOPPED)


async def until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run `work`; a signal to end, or the loss of the terminal, cancels it, so that it can clean up."""
    task = asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await work


def settings_of(directory: Path) -> Settings:
    """The configuration; a missing secret is reported where it is used."""
    from config.loader import load
    from config.references import Secrets

    try:
        return load(directory, secrets=Secrets.LATER)
    except ConfigurationError as error:
        fail(error, EXIT_MISTAKE)


def settings_with_secrets(directory: Path) -> Settings:
    """The same for a program that uses its secrets."""
    from config.loader import load

    try:
        return load(directory)
    except ConfigurationError as error:
        fail(error, EXIT_MISTAKE)
