"""Test calls: one call with a campaign's trunk and caller ID, outside records and statistics."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from agent_api.frame.exchange import Exchange, Reply
from agent_api.frame.numbers import numbers_in
from agent_api.frame.route import PREFIX, Route
from agent_api.frame.section import Section
from dialer.interactions.test_call import TestCall
from dialer.vocabulary.commands import EndTestCall, PlaceTestCall
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.plain_text import VERBATIM
from dialer.words import say


class TestCallRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """`number` in international form, or in that of the campaign's region; `phone` as in a user's settings, for example
    101@desks."""

    campaign: Annotated[str, Meta(min_length=1, max_length=64)]
    number: Annotated[str, Meta(min_length=1, max_length=64, extra=VERBATIM)]
    phone: Annotated[str, Meta(min_length=1, max_length=129)]


class TestCallView(Struct, frozen=True):
    """`state` is ringing_phone, dialing, alerting, connected or ended; `code` the SIP code of the number's leg."""

    id: str
    campaign: str
    number: str
    phone: str
    trunk: str | None
    caller_id: str
    state: str
    code: int
    words: str
    begun_at: float


def _view(call: TestCall) -> TestCallView:
    return TestCallView(
        call.id,
        call.campaign,
        call.number,
        call.phone,
        call.trunk,
        call.caller_id,
        call.state,
        call.code,
        say(call.why) if call.why is not None else "",
        call.begun_at,
    )


def _known(exchange: Exchange) -> TestCall:
    name = exchange.path("test_call")
    call = exchange.world.test_calls.get(name)
    if call is None:
        raise NotFound("test_call", name)
    return call


async def place(exchange: Exchange) -> Reply:
    """A number on the do-not-call list is not called, not even for a test."""
    said = exchange.content_as(TestCallRequest)
    campaign = CampaignName(said.campaign)
    region = exchange.world.campaign(campaign).settings.region or ""
    (number,) = numbers_in([said.number], region, lambda _: "$.number")
    if await exchange.dependencies.do_not_call.is_listed(number, campaign):
        raise Refused("do_not_call", "The number is on the do-not-call list.")
    id_ = await exchange.ask(PlaceTestCall(campaign, number, said.phone, exchange.who.user.name))
    return Reply(_view(exchange.world.test_calls[str(id_)]), status=201)


async def show(exchange: Exchange) -> Reply:
    return Reply(_view(_known(exchange)))


async def end(exchange: Exchange) -> Reply:
    call = _known(exchange)
    await exchange.ask(EndTestCall(call.id))
    return Reply(_view(call))


def routes() -> tuple[Route, ...]:
    section, one = Section("test calls", f"{PREFIX}/test-calls"), "/{test_call}"
    place_words, missing = "Place one test call to a phone", (404,)
    return (
        section.post(
            "", "placeTestCall", place_words, place, TestCallView, request=TestCallRequest, status=201, refusals=missing
        ),
        section.get(one, "testCall", "How a test call stands", show, TestCallView),
        section.post(f"{one}/end", "endTestCall", "End a test call", end, TestCallView),
    )
