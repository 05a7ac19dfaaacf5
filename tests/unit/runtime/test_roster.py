"""Users who change beside a running node."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from dialer.ports import User
from dialer.runtime.roster import Roster
from dialer.vocabulary.errors import StoreUnavailable
from dialer.vocabulary.events import UserKnown
from dialer.vocabulary.ids import AgentName, TeamName


class Book:
    """The users of a database, which may be away."""

    def __init__(self, *users: User) -> None:
        self.pages = {each.name: each for each in users}
        self.away = False
        self.reads = 0

    async def user(self, name: str) -> User | None:
        return self.pages.get(name)

    async def users(self) -> Sequence[User]:
        self.reads += 1
        if self.away:
            raise StoreUnavailable("the disk is full")
        return tuple(self.pages.values())

    async def save_user(self, user: User) -> None:
        self.pages[user.name] = user


def user(name: str, role: str = "agent", *, phone: str = "101@desk", enabled: bool = True) -> User:
    return User(name, name.title(), role, "!", phone, ("sales",), enabled)


def known(name: str, phone: str = "101@desk", *, enabled: bool = True) -> UserKnown:
    return UserKnown(AgentName(name), name.title(), phone, (TeamName("sales"),), enabled=enabled)


async def test_agents_who_came_or_changed_are_told_once() -> None:
    book, told = Book(user("ada"), user("sue", "supervisor")), list[UserKnown]()
    roster = Roster(book, told.append)
    await roster.read()
    await roster.look()
    assert told == []
    await book.save_user(user("bob"))
    await book.save_user(user("ada", phone="102@desk"))
    await book.save_user(user("ann", "auditor"))
    await roster.look()
    await roster.look()
    assert told == [known("ada", "102@desk"), known("bob")]


async def test_who_is_disabled_or_no_agent_any_more_is_told_as_such() -> None:
    book, told = Book(user("ada"), user("bob")), list[UserKnown]()
    roster = Roster(book, told.append)
    await roster.read()
    await book.save_user(user("ada", enabled=False))
    await book.save_user(user("bob", "supervisor"))
    await roster.look()
    assert told == [known("ada", enabled=False), known("bob", enabled=False)]


async def test_a_database_that_is_away_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.runtime.roster.LOOK_INTERVAL_S", 0.001)
    book, told = Book(), asyncio.Queue[UserKnown](10)
    roster = Roster(book, told.put_nowait)
    book.away = True
    keeping = asyncio.create_task(roster.keep())
    async with asyncio.timeout(10.0):
        while book.reads < 3:  # noqa: ASYNC110  # a count has no event
            await asyncio.sleep(0.001)
        await book.save_user(user("ada"))
        book.away = False
        assert await told.get() == known("ada")
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
