"""The command line's token: made by a node at its start, in a file that only the node's user can read."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from dialer.ports import Session, Sessions, User, Users
from dialer.vocabulary.log.clean import TOKEN_PREFIX

USER = "command-line"
#: In the data directory of the node.
TOKEN_FILE = "command-line.token"


async def grant(users: Users, sessions: Sessions, directory: Path, now: float) -> None:
    """At the start of a node: make a token for the command line, in a file that only our user can read."""
    if await users.user(USER) is None:
        await users.save_user(User(USER, "Command line", "administrator", "!", "", ()))
    for old in await sessions.sessions(USER):
        await sessions.remove_session(old.token_hash)
    token = TOKEN_PREFIX + secrets.token_urlsafe(24)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    await sessions.save_session(Session(hashed, USER, "token", "command line", now, now, None))
    path = directory / TOKEN_FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
