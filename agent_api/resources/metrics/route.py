"""The route of the figures for Prometheus."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from agent_api.frame.exchange import Exchange
from agent_api.frame.problems import ProblemRaised, problem
from agent_api.frame.route import Route
from agent_api.frame.section import Section

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class MetricsRoute:
    """`/metrics`, for a collector on this machine. Behind a proxy everybody seems to be on this machine: what was
    forwarded is refused."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    async def show(self, exchange: Exchange) -> web.StreamResponse:
        headers = exchange.request.headers
        forwarded = "X-Forwarded-For" in headers or "Forwarded" in headers
        if forwarded or exchange.request.remote not in _LOOPBACK:
            detail = "Figures are given to collectors on this machine only."
            raise ProblemRaised(problem(403, "not_local", detail, "Collect from the node's own machine."))
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def routes(self) -> tuple[Route, ...]:
        section, words = Section("health", "", readers=frozenset()), "Figures for Prometheus, on this machine"
        return (section.get("/metrics", "metrics", words, self.show, public=True, media="text/plain", refusals=(403,)),)
