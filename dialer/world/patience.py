"""How long a contact may wait for an agent, and since when the clock runs."""

from __future__ import annotations

from dialer.interactions.interaction import Interaction
from dialer.world.world import World


def patience_s(world: World, interaction: Interaction) -> float:
    """How long the contact waits for an agent. A contact dialed ahead of agents waits no longer than the
    law allows."""
    settings = world.campaigns[interaction.campaign].settings
    if interaction.ahead:
        return min(settings.contact_wait_s, settings.predictive.connect_limit_s)
    return settings.contact_wait_s


def left_s(world: World, interaction: Interaction, utc: float) -> float:
    """The time until the contact is told that no agent comes. For a contact dialed ahead of agents it runs from the
    200 OK; for others it begins anew with each agent who fails to come."""
    attempt = interaction.attempt
    patience = patience_s(world, interaction)
    if not interaction.ahead or attempt is None or attempt.answered_at is None:
        return patience
    return max(0.0, patience - (utc - attempt.answered_at))


def is_over(world: World, interaction: Interaction, ended_at: float) -> bool:
    """Whether a contact who was dialed ahead of agents had waited too long when the line went at `ended_at` (UTC
    epoch seconds): the law counts so, even where we heard of the answer late."""
    attempt = interaction.attempt
    if not interaction.ahead or attempt is None or attempt.answered_at is None or interaction.conversed:
        return False
    return ended_at - attempt.answered_at >= patience_s(world, interaction)
