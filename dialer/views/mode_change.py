"""What a change of a campaign's mode does: to calls that ring, to offers, to agents' phones, and to what is dialled."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from config.model import Mode, OnStop
from dialer.campaigns.campaign import Campaign, CampaignState
from dialer.interactions.interaction import InteractionState
from dialer.views.campaign import CampaignView, campaign_view
from dialer.world.world import World

_BY_AGENTS = frozenset({Mode.PREVIEW, Mode.PUSH_PREVIEW})


class BeforeChange(Struct, frozen=True):
    """A campaign as the change finds it: its mode, calls that ring, and offers or records on desks."""

    mode: Mode
    ringing: int
    offered: int


class ModeChangeView(CampaignView, frozen=True):
    """The campaign in its new mode. `happens`: what the change does, in sentences."""

    happens: tuple[str, ...] = ()


def before_change(world: World, campaign: Campaign) -> BeforeChange:
    """What will be asked for when the mode has changed."""
    mine = world.interactions_of(campaign.name)
    ringing = sum(1 for each in mine if each.state is InteractionState.DIALING)
    offered = sum(1 for each in mine if each.state is InteractionState.PREVIEW)
    return BeforeChange(campaign.mode, ringing, offered)


def mode_change_view(world: World, campaign: Campaign, before: BeforeChange) -> ModeChangeView:
    """The answer to whoever has changed the mode."""
    view = structs.asdict(campaign_view(world, campaign))
    return ModeChangeView(**view, happens=tuple(_happens(campaign, before)))


def _happens(campaign: Campaign, before: BeforeChange) -> Iterator[str]:
    if campaign.mode is before.mode:
        yield f"It was in {campaign.mode} already: nothing changes."
        return
    if campaign.state in (CampaignState.INACTIVE, CampaignState.LOADED):
        yield f"It dials in {campaign.mode} when it is started."
    else:
        yield from _under_way(campaign, before)
    yield from _from_now_on(campaign, before.mode)


def _under_way(campaign: Campaign, before: BeforeChange) -> Iterator[str]:
    """What becomes of calls and offers: they stay where the legs come in the same order in both modes."""
    mode = campaign.mode
    stays = mode.asm is before.mode.asm and _BY_AGENTS.isdisjoint((mode, before.mode))
    if before.ringing:
        goes_on = stays or campaign.settings.on_stop_ringing is OnStop.LEAVE
        if before.ringing == 1:
            yield f"1 call that rings {'goes on ringing' if goes_on else 'is given up'}."
        else:
            yield f"{before.ringing} calls that ring {'go on ringing' if goes_on else 'are given up'}."
    if before.offered == 1:
        yield f"1 offer {'stays on its desk' if stays else 'is withdrawn, its record goes back'}."
    elif before.offered:
        yield f"{before.offered} offers {'stay on desks' if stays else 'are withdrawn, their records go back'}."
    if mode.asm and not before.mode.asm:
        yield "The phones of ready agents are rung now, to stay connected."
    if before.mode.asm and not mode.asm:
        yield "Agents with nothing on their desk are hung up: from now on their phones are rung for each contact."


def _from_now_on(campaign: Campaign, before: Mode) -> Iterator[str]:
    mode, rules = campaign.mode, campaign.settings.predictive
    if mode.predictive and not before.predictive:
        agents = "agent" if rules.min_agents == 1 else "agents"
        yield (
            f"With {rules.min_agents} {agents} at work or more, contacts are dialled ahead of free agents; at most "
            f"{rules.abandonment_limit_percent:g} % of the live answers are abandoned, of each day"
            f"{f' and of {rules.window_days} days together' if rules.window_days > 1 else ''}."
        )
        if not campaign.settings.waiting_message:
            yield "Contacts for whom no agent is left hear nothing: the campaign names no waiting_message."
    if before.predictive and not mode.predictive:
        yield "Nobody is dialled ahead of a free agent any more; calls that ring have an agent each before new ones."
