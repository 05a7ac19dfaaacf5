"""The command line's way to the node of this machine: the API, with a token that only the node's user can read."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import aiohttp

from config.model import Settings
from dialer.ports import Session, Sessions, User, Users
from dialer.vocabulary.errors import CornettaError
from dialer.vocabulary.log.clean import TOKEN_PREFIX

USER = "command-line"
TOKEN_FILE = "command-line.token"
REQUEST_TIMEOUT_S = 30.0


class NodeUnreachable(CornettaError):
    """No node answers at the configured address, or it does not know us."""

    code = "node_unreachable"


class NodeRefused(CornettaError):
    """The node answered with a problem (RFC 9457); `problem` is its document."""

    code = "node_refused"

    def __init__(self, problem: dict[str, Any]) -> None:
        said = str(problem.get("detail") or problem.get("title") or "The node refused.")
        reasons = (str(each.get("reason", "")) for each in problem.get("errors", ()))
        super().__init__("\n".join([said, *(reason for reason in reasons if reason not in said)]))
        self.problem = problem


async def grant(users: Users, sessions: Sessions, directory: Path, now: float) -> None:
    """At the start of a node: make a token for the command line and leave it where only our user can read it."""
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


async def ask(settings: Settings, method: str, path: str, body: object = None) -> Any:
    """Ask the node of this machine. Raises NodeUnreachable or NodeRefused."""
    token_file = Path(settings.server.data_directory) / TOKEN_FILE
    try:
        token = token_file.read_text()
    except OSError as error:
        raise NodeUnreachable(f"No node has run here ({token_file}: {error.strerror}); start cornetta run.") from None
    server = settings.server
    url = f"{server.local_url}/api/v1{path}"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(16)}
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.request(method, url, json=body) as answer,
        ):
            told = await answer.json(content_type=None) if answer.content_length != 0 else None
            if answer.status >= 400:
                raise NodeRefused(told if isinstance(told, dict) else {"detail": f"HTTP {answer.status}"})
            return told
    except aiohttp.ClientError as error:
        raise NodeUnreachable(f"No node answers at {url}: {error}; start cornetta run.") from None
    except TimeoutError:
        raise NodeUnreachable(f"The node at {url} did not answer within {REQUEST_TIMEOUT_S:g} s.") from None
