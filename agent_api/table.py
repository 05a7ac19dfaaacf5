"""The route table: everything that can be asked of the node, with the roles that may ask it."""

from __future__ import annotations

from agent_api.frame.route import Route
from agent_api.live.events import EventsRoute
from agent_api.live.phone import Phones
from agent_api.resources import (
    agent,
    attempts,
    campaigns,
    configuration,
    do_not_call,
    health,
    interactions,
    lists,
    pacing,
    phone,
    simulations,
    test_calls,
    trunks,
)
from agent_api.resources.metrics.route import MetricsRoute
from agent_api.resources.sessions import SessionRoutes
from agent_api.resources.words import WordRoutes


def all_routes(
    sessions: SessionRoutes, events: EventsRoute, phones: Phones, metrics: MetricsRoute
) -> tuple[Route, ...]:
    """Every route but those of the document, the start page and the desktop."""
    return (
        *sessions.routes(),
        *agent.routes(),
        *phone.routes(),
        *phones.routes(),
        *interactions.routes(),
        *events.routes(),
        *campaigns.routes(),
        *pacing.routes(),
        *simulations.routes(),
        *trunks.routes(),
        *test_calls.routes(),
        *lists.routes(),
        *do_not_call.routes(),
        *attempts.routes(),
        *configuration.routes(),
        *health.routes(),
        *metrics.routes(),
        *WordRoutes().routes(),
    )
