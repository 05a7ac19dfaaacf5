"""`cornetta user`: users, beside a running node or without one."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialer.cli.command import EXIT_MISTAKE, Directory, run_async, settings_of
from dialer.cli.lists import open_data
from dialer.cli.terminal import say, show_table
from dialer.vocabulary.limits import DISPLAY_NAME_LENGTH
from dialer.vocabulary.plain_text import one_line

if TYPE_CHECKING:
    from config.model import Settings
    from dialer.ports import User

users_app = typer.Typer(no_args_is_help=True, add_completion=False)


class RoleName(StrEnum):
    """The roles of `config.model.Role`, here again so that help need not load the model."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


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
        (user.name, user.display_name, user.role, user.phone, ", ".join(user.teams), user.fault or str(user.enabled))
        for user in run_async(work(), EXIT_MISTAKE)
    ]
    show_table(("user", "name", "role", "phone", "teams", "enabled"), rows)


Password = Annotated[
    str | None, typer.Option(help="Left out: asked for, where the user is new or nothing else is given.")
]
UserRole = Annotated[
    RoleName | None, typer.Option(help="agent, supervisor, administrator or auditor; agent where it is not given.")
]


@users_app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Log-in name.")],
    password: Password = None,
    role: UserRole = None,
    display_name: Annotated[str, typer.Option(help="Name that people read.")] = "",
    phone: Annotated[str, typer.Option(help="Where an agent is rung, e.g. 101@desks.")] = "",
    team: Annotated[list[str] | None, typer.Option(help="Team; may be given again.")] = None,
    config: Directory = Path("/etc/cornetta"),
) -> None:
    """Add a user, or change the one of this name: what is not given stays. A running node knows it within seconds."""
    from agent_api.frame.passwords import hash_password
    from dialer.ports import User

    settings = settings_of(config)
    teams = tuple(team or ())

    async def work() -> User:
        check_place(settings, phone, teams)
        shown = _shown_name(display_name)
        store = await open_data(config)
        try:
            old = await store.users.user(name)
            changes = any((role, display_name, phone, teams))
            wanted = password if password is not None or (old is not None and changes) else _asked()
            if old is None:
                _check_name(name)
            base = old or User(name, name, RoleName.AGENT.value, "", "", ())
            hashed = base.password_hash if wanted is None else await asyncio.to_thread(hash_password, _good(wanted))
            user = _changed(base, hashed, shown, role, phone, teams)
            await store.users.save_user(user)
            return user
        finally:
            await store.close()

    user = run_async(work(), EXIT_MISTAKE)
    say(f"{name} is {user.role}.")


def _changed(
    base: User, password_hash: str, shown: str, role: RoleName | None, phone: str, teams: tuple[str, ...]
) -> User:
    """The user with the given values; empty ones leave those of `base`."""
    from dialer.ports import User

    return User(
        base.name,
        shown or base.display_name,
        role.value if role else base.role,
        password_hash,
        phone or base.phone,
        teams or base.teams,
        base.enabled,
    )


def _check_name(name: str) -> None:
    """Raises Refused for a log-in name that the configuration would not take either."""
    from config.model import NAME
    from dialer.vocabulary.errors import Refused

    if not NAME.fullmatch(name):
        said = f"{name[:64]!r} is no log-in name; use letters, digits, dot, dash and underscore, at most 64."
        raise Refused("bad_name", said)


def _shown_name(text: str) -> str:
    """The displayed name, on one line. Raises Refused for one that is too long for desktops."""
    from dialer.vocabulary.errors import Refused

    name = one_line(text)
    if len(name) > DISPLAY_NAME_LENGTH:
        said = f"The name has {len(name)} characters; write at most {DISPLAY_NAME_LENGTH}."
        raise Refused("name_too_long", said)
    return name


def _asked() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _good(password: str) -> str:
    """The password, if it is long enough. Raises Refused."""
    from config.model import LEAST_PASSWORD_LENGTH
    from dialer.vocabulary.errors import Refused

    if len(password) < LEAST_PASSWORD_LENGTH:
        least = LEAST_PASSWORD_LENGTH
        raise Refused("password_short", f"The password has {len(password)} characters; take {least} or more.")
    return password


def check_place(settings: Settings, phone: str, teams: tuple[str, ...]) -> None:
    """Raises Refused for a team or a phone that the configuration does not have."""
    from dialer.vocabulary.errors import Refused

    known = [team.name for team in settings.teams]
    for name in teams:
        if name not in known:
            raise Refused("team_not_found", f"There is no team {name!r}; the configuration has {', '.join(known)}.")
    known = [each.name for each in settings.phones]
    _, sign, name = phone.partition("@")
    if phone and not (sign and name in known):
        raise Refused("phone_not_found", f"{phone!r} is no phone: write EXTENSION@NAME, NAME of {', '.join(known)}.")
