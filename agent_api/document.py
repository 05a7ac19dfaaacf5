"""The OpenAPI document without a node: `python -m agent_api.document` prints it, with `--write` it is kept for the
desktop, whose types are made from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
from prometheus_client import CollectorRegistry

from agent_api.app import API_VERSION
from agent_api.frame.openapi import document
from agent_api.live.events import EventsRoute
from agent_api.live.phone import Phones
from agent_api.resources.metrics.route import MetricsRoute
from agent_api.resources.sessions import SessionRoutes
from agent_api.table import all_routes

if TYPE_CHECKING:
    from agent_api.frame.auth import Logins
    from agent_api.frame.dependencies import Dependencies
    from agent_api.frame.door import Door
    from agent_api.live.socket import Sockets

FILE = Path(__file__).parents[1] / "desktop" / "src" / "api" / "openapi.json"


def text() -> str:
    """The document as it stands in the file. These routes handle no request, so that nobody is needed behind them."""
    logins = cast("Logins", None)
    phones = Phones(cast("Dependencies", None), logins)
    sessions = SessionRoutes(logins, cast("Door", None), phones.end_session)
    routes = all_routes(sessions, EventsRoute(cast("Sockets", None)), phones, MetricsRoute(CollectorRegistry()))
    return msgspec.json.format(msgspec.json.encode(document(routes, API_VERSION)), indent=2).decode() + "\n"


def main() -> None:
    """Print the document, or write the file."""
    if sys.argv[1:] == ["--write"]:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(text(), encoding="utf-8")
    else:
        sys.stdout.write(text())


if __name__ == "__main__":
    main()
