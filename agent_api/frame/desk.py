"""The answer to whatever an agent does: what their desktop shows now."""

from __future__ import annotations

from agent_api.frame.exchange import Exchange, Reply
from dialer.views.desk import desk_view


def desk(exchange: Exchange) -> Reply:
    """The desk of the agent who asks. Raises NotFound for a user whom the core does not know as an agent yet."""
    return Reply(desk_view(exchange.world, exchange.agent, exchange.now))
