"""Commands of an agent, answered with the desk after them."""

from __future__ import annotations

from agent_api.frame.exchange import Exchange, Reply
from dialer.views.desk import desk_view
from dialer.vocabulary.commands import Command


def desk(exchange: Exchange) -> Reply:
    """The desk of the requesting agent. Raises NotFound for a user who is not known to the core as an agent yet."""
    return Reply(desk_view(exchange.world, exchange.agent, exchange.now))


async def act(exchange: Exchange, command: Command) -> Reply:
    """Carry out a command of the requesting agent; the answer is the desk after it."""
    await exchange.ask(command)
    return desk(exchange)
