"""The agent's own phone: what it is, and the account with which a page becomes it."""

from __future__ import annotations

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.problems import ProblemRaised, problem
from agent_api.frame.route import AGENTS, PREFIX, Route
from agent_api.frame.section import Section
from dialer.views.phone import NoPassword, PhoneView, phone_view


async def show(exchange: Exchange) -> Reply:
    """With a phone of kind browser: the SIP account, with its password."""
    try:
        return Reply(phone_view(exchange.settings, exchange.agent))
    except NoPassword as missing:
        detail = f"The phones {missing.phone} have no password for {missing.user}."
        remedy = f"Ask an administrator to add {missing.user} to passwords of the phones {missing.phone}."
        raise ProblemRaised(problem(409, "phone_without_password", detail, remedy)) from None
    except ValueError as error:
        remedy = "Ask an administrator to correct the user's phone."
        raise ProblemRaised(problem(409, "phone_unusable", f"The phone is unusable: {error}.", remedy)) from None


def routes() -> tuple[Route, ...]:
    own = Section("agent", f"{PREFIX}/agent/phone", AGENTS, AGENTS)
    return (own.get("", "phone", "The agent's own phone", show, PhoneView, refusals=(404, 409)),)
