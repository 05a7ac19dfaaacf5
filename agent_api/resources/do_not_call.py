"""The do-not-call list."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.numbers import REGION, numbers_in
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.vocabulary.commands import BarNumbers, LiftNumber
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.plain_text import VERBATIM

Number = Annotated[str, Meta(min_length=1, max_length=64, extra=VERBATIM)]


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
    """Numbers that are never dialed again, by `campaign` or, without one, by any. `region` is the country of those
    without country code, ISO 3166-1 alpha-2; left out, that of the campaign."""

    numbers: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=1000)]
    campaign: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    region: Annotated[str, Meta(pattern=REGION)] = ""


class NumberQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The campaign that asks; numbers that no campaign dials are listed for each. `region` as in a request."""

    campaign: Annotated[str, Meta(max_length=64)] = ""
    region: Annotated[str, Meta(pattern=REGION)] = ""


class LiftQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the number may be dialed again, for the audit. With `campaign` it is taken off the list of that campaign
    alone, else off the list of all. `region` as in a request."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    campaign: Annotated[str, Meta(max_length=64)] = ""
    region: Annotated[str, Meta(pattern=REGION)] = ""


class Listed(Struct, frozen=True):
    """Whether a number, here in E.164, may not be dialed."""

    number: str
    listed: bool


class Stored(Struct, frozen=True):
    """A number as it was `given`, and as it is kept and compared: in E.164."""

    given: str
    number: str


class Barred(Struct, frozen=True):
    """How many numbers are on the list now, those that were there already included, and in which form."""

    numbers: int
    stored: tuple[Stored, ...]


async def show(exchange: Exchange) -> Reply:
    """Raises NotFound for a campaign that is not configured; one that was, and has numbers, is still shown."""
    query = exchange.query_as(DoNotCallQuery)
    campaign = CampaignName(query.campaign) if query.campaign else None
    numbers = await exchange.dependencies.do_not_call.numbers(campaign, query.limit, query.after)
    if campaign is not None and not numbers and not query.after:
        exchange.world.campaign(campaign)
    return Reply(DoNotCallPage(tuple(numbers), numbers[-1] if len(numbers) == query.limit else ""))


async def look_up(exchange: Exchange) -> Reply:
    query = exchange.query_as(NumberQuery)
    region = query.region or _region(exchange, query.campaign)
    (number,) = numbers_in([exchange.path("number")], region, lambda _: "path.number")
    campaign = CampaignName(query.campaign) if query.campaign else None
    listed = await exchange.dependencies.do_not_call.is_listed(number, campaign)
    if campaign is not None and not listed:
        exchange.world.campaign(campaign)
    return Reply(Listed(number, listed))


async def add(exchange: Exchange) -> Reply:
    said = exchange.content_as(DoNotCallRequest)
    campaign = exchange.world.campaign(CampaignName(said.campaign)).name if said.campaign else None
    region = said.region or _region(exchange, said.campaign or "")
    found = numbers_in(said.numbers, region, lambda at: f"$.numbers[{at}]")
    numbers = tuple(dict.fromkeys(found))
    await exchange.ask(BarNumbers(numbers, campaign, exchange.who.user.name))
    stored = tuple(Stored(given, number) for given, number in zip(said.numbers, found, strict=True))
    return Reply(Barred(len(numbers), stored))


#: Sources of entries made within the house. Other sources are registers, whose entries are not ours to lift.
_OURS = ("agent ", "user ")


async def lift(exchange: Exchange) -> Reply:
    """Only entries of our own; who lifted one and why stays in the history."""
    said = exchange.query_as(LiftQuery)
    campaign = exchange.world.campaign(CampaignName(said.campaign)).name if said.campaign else None
    region = said.region or _region(exchange, said.campaign)
    (number,) = numbers_in([exchange.path("number")], region, lambda _: "path.number")
    source = await exchange.dependencies.do_not_call.source(number, campaign)
    if source is None:
        raise NotFound("do_not_call", number)
    if not source.startswith(_OURS):
        why = f"The number is barred by {source}, which is not kept here; have it taken out there."
        raise Refused("not_our_entry", why, source=source)
    await exchange.ask(LiftNumber(number, campaign, exchange.who.user.name, said.reason))
    return Reply(Listed(number, await exchange.dependencies.do_not_call.is_listed(number, campaign)))


def _region(exchange: Exchange, campaign: str) -> str:
    """The country of a campaign's numbers, empty if unknown."""
    return next((each.region or "" for each in exchange.settings.campaigns if each.name == campaign), "")


def routes() -> tuple[Route, ...]:
    section = Section("lists", f"{PREFIX}/do-not-call")
    get, post, delete = section.get, section.post, section.delete
    missing = (404, 409)
    lift_words = "Take a number off the list, for a stated reason"
    return (
        get("", "doNotCall", "Numbers that are not dialed", show, DoNotCallPage, query=DoNotCallQuery, refusals=(404,)),
        post("", "barNumbers", "Put numbers on the list", add, Barred, request=DoNotCallRequest, refusals=missing),
        get("/{number}", "isBarred", "Whether a number is on the list", look_up, Listed, query=NumberQuery),
        delete("/{number}", "liftNumber", lift_words, lift, Listed, query=LiftQuery, refusals=missing),
    )
