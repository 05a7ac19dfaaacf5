"""Reloading the configuration."""

from __future__ import annotations

from msgspec import Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.route import ADMINISTRATORS, PREFIX, Route
from agent_api.frame.section import Section


class ChangeView(Struct, frozen=True):
    """One change: of what, which, when it comes into force (`at once`, `after unload` and so on), and a remark."""

    subject: str
    text: str
    applies: str
    note: str


class Reloaded(Struct, frozen=True):
    """What changed, and from when on each change counts."""

    changes: tuple[ChangeView, ...]


class Revision(Struct, frozen=True):
    """The revision of the configuration that is in force."""

    revision: int


async def show(exchange: Exchange) -> Reply:
    return Reply(Revision(exchange.world.revision))


async def reload(exchange: Exchange) -> Reply:
    """Check the files and apply them; a mistake in them changes nothing and is told with file, line and path."""
    changes = await exchange.dependencies.reload()
    views = tuple(ChangeView(each.subject, each.text, each.applies.value, each.note) for each in changes)
    return Reply(Reloaded(views))


def routes() -> tuple[Route, ...]:
    section = Section("configuration", f"{PREFIX}/configuration", writers=ADMINISTRATORS)
    return (
        section.get("", "configuration", "Revision in force", show, Revision),
        section.post("/reload", "reload", "Check and apply the configuration files", reload, Reloaded),
    )
