"""The do-not-call list."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

from agent_api.exchange import Exchange, Reply
from agent_api.problems import Place, invalid
from agent_api.route import FLOOR, PREFIX, READERS, Route
from dialer.vocabulary.commands import BarNumbers
from dialer.vocabulary.ids import CampaignName

E164 = r"^\+[1-9][0-9]{6,14}$"


class DoNotCallQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Without `campaign`: numbers that no campaign dials. `after` is the number with which the page before ended."""

    campaign: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1000
    after: Annotated[str, Meta(max_length=32)] = ""


class DoNotCallPage(Struct, frozen=True):
    """Numbers in E.164; `next` is the `after` of the next page, empty at the end."""

    numbers: tuple[str, ...]
    next: str


class DoNotCallRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers in E.164 that are never dialled again, by `campaign` or, without one, by any."""

    numbers: Annotated[tuple[Annotated[str, Meta(pattern=E164)], ...], Meta(min_length=1, max_length=1000)]
    campaign: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class NumberQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The campaign that asks; numbers that no campaign dials are listed for each."""

    campaign: Annotated[str, Meta(max_length=64)] = ""


class Listed(Struct, frozen=True):
    """Whether a number may not be dialled."""

    number: str
    listed: bool


class Barred(Struct, frozen=True):
    """How many numbers were put on the list, those that were there already included."""

    numbers: int


async def show(exchange: Exchange) -> Reply:
    """Raises NotFound for a campaign that is not configured; one that was, and has numbers, is still shown."""
    query = exchange.query_as(DoNotCallQuery)
    campaign = CampaignName(query.campaign) if query.campaign else None
    numbers = await exchange.dependencies.do_not_call.numbers(campaign, query.limit, query.after)
    if campaign is not None and not numbers and not query.after:
        exchange.world.campaign(campaign)
    return Reply(DoNotCallPage(tuple(numbers), numbers[-1] if len(numbers) == query.limit else ""))


async def look_up(exchange: Exchange) -> Reply:
    number, query = exchange.path("number"), exchange.query_as(NumberQuery)
    if not re.fullmatch(E164, number):
        raise invalid(Place("path.number", f"{number[:32]!r} is no number in E.164; write for example +442079460123"))
    campaign = CampaignName(query.campaign) if query.campaign else None
    listed = await exchange.dependencies.do_not_call.is_listed(number, campaign)
    if campaign is not None and not listed:
        exchange.world.campaign(campaign)
    return Reply(Listed(number, listed))


async def add(exchange: Exchange) -> Reply:
    said = exchange.content_as(DoNotCallRequest)
    campaign = exchange.world.campaign(CampaignName(said.campaign)).name if said.campaign else None
    await exchange.ask(BarNumbers(said.numbers, campaign, exchange.who.user.name))
    return Reply(Barred(len(said.numbers)))


def routes() -> tuple[Route, ...]:
    path = f"{PREFIX}/do-not-call"
    return (
        Route(
            method="GET",
            path=path,
            name="doNotCall",
            summary="Numbers that are not dialled",
            tag="lists",
            handler=show,
            roles=READERS,
            query=DoNotCallQuery,
            response=DoNotCallPage,
            refusals=(404,),
        ),
        Route(
            method="POST",
            path=path,
            name="barNumbers",
            summary="Put numbers on the list; they stay there",
            tag="lists",
            handler=add,
            roles=FLOOR,
            request=DoNotCallRequest,
            response=Barred,
            refusals=(404, 409),
        ),
        Route(
            method="GET",
            path=f"{path}/{{number}}",
            name="isBarred",
            summary="Whether a number is on the list",
            tag="lists",
            handler=look_up,
            roles=READERS,
            query=NumberQuery,
            response=Listed,
            refusals=(404,),
        ),
    )
