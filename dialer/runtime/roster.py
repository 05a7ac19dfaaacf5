"""Users who were added or changed beside the running node, by the command line or another node of the database.

The core learns of an agent at the node's start and at the agent's log-in. In between a supervisor's list would lack
added agents, and disabled ones would go on working: therefore the users are read at intervals, and differences are
posted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from dialer.ports import User, Users
from dialer.vocabulary.errors import StoreUnavailable
from dialer.vocabulary.events import UserKnown
from dialer.vocabulary.ids import AgentName, TeamName

log = structlog.get_logger(__name__)

#: Time between two looks, and so the longest time until a change is seen.
LOOK_INTERVAL_S = 5.0
_AGENT = "agent"


class Roster:
    """Posts the agents who have changed since the last look. Call `read` first, so that known users are not posted."""

    def __init__(self, users: Users, post: Callable[[UserKnown], None]) -> None:
        self._users = users
        self._post = post
        self._known: dict[str, UserKnown] = {}
        self._faults: dict[str, str] = {}

    async def read(self) -> None:
        """Take the users as they are for known. Raises StoreUnavailable."""
        users = await self._users.users()
        self._known = {each.name: _known(each) for each in users if each.role == _AGENT}
        self._tell_faults(users)

    async def look(self) -> None:
        """Post the differences. A user who is no agent any more is posted as disabled. Raises StoreUnavailable."""
        users = await self._users.users()
        self._tell_faults(users)
        for user in users:
            told = self._known.get(user.name)
            if told is None and user.role != _AGENT:
                continue
            now = _known(user)
            if now != told:
                self._known[user.name] = now
                self._post(now)

    def _tell_faults(self, users: Sequence[User]) -> None:
        """Once for each user who cannot log in, in the log of the node."""
        faults = {each.name: each.fault for each in users if each.fault}
        for name, fault in faults.items():
            if self._faults.get(name) != fault:
                log.warning("user_unusable", user=name, problem=fault)
        self._faults = faults

    async def keep(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(LOOK_INTERVAL_S)
            with contextlib.suppress(StoreUnavailable):
                await self.look()


def _known(user: User) -> UserKnown:
    return UserKnown(
        agent=AgentName(user.name),
        display_name=user.display_name,
        phone=user.phone,
        teams=tuple(TeamName(team) for team in user.teams),
        enabled=user.enabled and user.role == _AGENT and not user.fault,
    )
