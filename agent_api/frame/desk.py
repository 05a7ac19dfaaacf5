"""What an agent does, and the answer to it: what their desktop shows now."""

from __future__ import annotations

from agent_api.frame.exchange import Exchange, Reply
from dialer.views.desk import desk_view
from dialer.vocabulary.commands import Command


def desk(exchange: Exchange) -> Reply:
    """The desk of the agent who asks. Raises NotFound for a user whom the core does not know as an agent yet."""
    return Reply(desk_view(exchange.world, exchange.agent, exchange.now))


async def act(exchange: Exchange, command: Command) -> Reply:
    """Carry out a command of the agent who asks; answered with their desk after it."""
    await exchange.ask(command)
    return desk(exchange)
