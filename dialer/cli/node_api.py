"""The command line's way to the node of this machine: the API, with a token that only the node's user can read."""

from __future__ import annotations

import asyncio
import http.client
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialer.runtime.local_token import TOKEN_FILE
from dialer.vocabulary.errors import CornettaError

if TYPE_CHECKING:
    from config.model import Settings

REQUEST_TIMEOUT_S = 30.0
_FIRST_REFUSAL = 400


class NodeUnreachable(CornettaError):
    """No node answers at the configured address, or it refuses our token."""

    code = "node_unreachable"


class NodeRefused(CornettaError):
    """The node answered with a problem (RFC 9457); `problem` is its document."""

    code = "node_refused"

    def __init__(self, problem: dict[str, Any]) -> None:
        said = str(problem.get("detail") or problem.get("title") or "The node refused.")
        reasons = (str(each.get("reason", "")) for each in problem.get("errors", ()))
        super().__init__("\n".join([said, *(reason for reason in reasons if reason not in said)]))
        self.problem = problem


async def ask(settings: Settings, method: str, path: str, body: object = None) -> Any:
    """Ask the node of this machine. Raises NodeUnreachable or NodeRefused."""
    return await asyncio.to_thread(_ask, settings, method, path, body)


def _ask(settings: Settings, method: str, path: str, body: object) -> Any:
    token = _token(Path(settings.server.data_directory) / TOKEN_FILE)
    server = settings.server
    url = f"{server.local_url}/api/v1{path}"
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(16)}
    if body is not None:
        headers["Content-Type"] = "application/json"
    node = http.client.HTTPConnection(server.listen_host.strip("[]"), server.listen_port, timeout=REQUEST_TIMEOUT_S)
    try:
        node.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = node.getresponse()
        told = _told(answer.read())
    except TimeoutError:
        raise NodeUnreachable(f"The node at {url} did not answer within {REQUEST_TIMEOUT_S:g} s.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise NodeUnreachable(f"No node answers at {url}: {reason}; start cornetta run.") from None
    except http.client.HTTPException:
        raise NodeUnreachable(f"What answers at {url} is no node; correct server.listen_port.") from None
    finally:
        node.close()
    if answer.status >= _FIRST_REFUSAL:
        raise NodeRefused(told if isinstance(told, dict) else {"detail": f"HTTP {answer.status}"})
    return told


def _token(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise NodeUnreachable(f"No node has run here ({file}: {error.strerror}); start cornetta run.") from None


def _told(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
