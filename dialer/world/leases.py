"""The claims that this node holds: records in hand, and those of open interactions."""

from __future__ import annotations

from collections.abc import Iterator

from dialer.vocabulary.ids import RecordId
from dialer.world.world import World


def leases_held(world: World) -> Iterator[tuple[RecordId, int]]:
    """Record and fence of each claim, for the renewal of leases."""
    for campaign in world.campaigns.values():
        for record in campaign.pool:
            yield record.record, record.fence
    for interaction in world.interactions.values():
        if interaction.record is not None:
            yield interaction.record.record, interaction.record.fence
