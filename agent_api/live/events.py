"""The route of the WebSocket."""

from __future__ import annotations

from aiohttp import web

from agent_api.frame.exchange import Exchange
from agent_api.frame.route import AGENTS, FLOOR, PREFIX, Route
from agent_api.frame.section import Section
from agent_api.live.messages import FromDesktop, message_types
from agent_api.live.socket import EventsQuery, Sockets
from dialer.views.topics import all_topics


class EventsRoute:
    """Agents get what concerns them, supervisors and administrators the whole floor."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    async def serve(self, exchange: Exchange) -> web.StreamResponse:
        return await self._sockets.serve(exchange)

    def routes(self) -> tuple[Route, ...]:
        section, words = Section("events", f"{PREFIX}/events", AGENTS | FLOOR), "Numbered events by WebSocket"
        return (
            section.get(
                "",
                "events",
                words,
                self.serve,
                query=EventsQuery,
                status=101,
                refusals=(400, 429),
                stream=message_types(all_topics()),
                said=FromDesktop,
            ),
        )
