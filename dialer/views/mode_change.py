"""The effects of a change of a campaign's mode: on ringing calls, offers, agents' phones and dialing."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from config.model import Mode, OnStop
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.interactions.interaction import InteractionState
from dialer.views.campaign import CampaignView, campaign_view
from dialer.vocabulary.reasons.pacing import (
    CallsThatRing,
    DialsAhead,
    DialsOneToOne,
    ModeAsBefore,
    ModeFromStart,
    NoWaitingMessage,
    OffersOnDesks,
    PhonesHungUp,
    PhonesRungNow,
)
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.world.world import World

_BY_AGENTS = frozenset({Mode.PREVIEW, Mode.PUSH_PREVIEW})


class BeforeChange(Struct, frozen=True):
    """A campaign before the change: its mode, ringing calls, and offers or records on desks."""

    mode: Mode
    ringing: int
    offered: int


class ModeChangeView(CampaignView, frozen=True):
    """The campaign in its new mode. `happens`: the effects of the change, in sentences."""

    happens: tuple[Sentence, ...] = ()


def before_change(world: World, campaign: Campaign) -> BeforeChange:
    """The state before the change, which the answer needs."""
    mine = world.interactions_of(campaign.name)
    ringing = sum(1 for each in mine if each.state is InteractionState.DIALING)
    offered = sum(1 for each in mine if each.state is InteractionState.PREVIEW)
    return BeforeChange(campaign.mode, ringing, offered)


def mode_change_view(world: World, campaign: Campaign, before: BeforeChange) -> ModeChangeView:
    """The answer to the user who has changed the mode."""
    view = structs.asdict(campaign_view(world, campaign))
    return ModeChangeView(**view, happens=tuple(map(Sentence, _happens(campaign, before))))


def _happens(campaign: Campaign, before: BeforeChange) -> Iterator[Reason]:
    if campaign.mode is before.mode:
        yield ModeAsBefore(campaign.mode)
        return
    if campaign.state in (CampaignState.INACTIVE, CampaignState.LOADED):
        yield ModeFromStart(campaign.mode)
    else:
        yield from _under_way(campaign, before)
    yield from _from_now_on(campaign, before.mode)


def _under_way(campaign: Campaign, before: BeforeChange) -> Iterator[Reason]:
    """The effect on calls and offers: they stay where the legs come in the same order in both modes."""
    mode = campaign.mode
    stays = mode.asm is before.mode.asm and _BY_AGENTS.isdisjoint((mode, before.mode))
    if before.ringing:
        goes_on = stays or campaign.settings.on_stop_ringing is OnStop.LEAVE
        yield CallsThatRing(before.ringing, goes_on)
    if before.offered:
        yield OffersOnDesks(before.offered, stays)
    if mode.asm and not before.mode.asm:
        yield PhonesRungNow()
    if before.mode.asm and not mode.asm:
        yield PhonesHungUp()


def _from_now_on(campaign: Campaign, before: Mode) -> Iterator[Reason]:
    mode, rules = campaign.mode, campaign.settings.predictive
    if mode.predictive and not before.predictive:
        yield DialsAhead(rules.min_agents, rules.abandonment_limit_percent, rules.window_days)
        if not campaign.settings.waiting_message:
            yield NoWaitingMessage()
    if before.predictive and not mode.predictive:
        yield DialsOneToOne()
