"""The stored row of an interaction: written at each change, and read for reports."""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.ids import AgentName, CampaignName, InteractionId, RecordId
from dialer.vocabulary.results import CallResult


class InteractionRow(Struct, frozen=True):
    """One handling of a contact, as SaveInteraction last left it."""

    interaction: InteractionId
    campaign: CampaignName
    record: RecordId | None
    agent: AgentName | None
    number: str
    contact: str
    state: str
    found_result: CallResult | None
    agent_result: CallResult | None
    disposition: str
    note: str
    begun_at: float
    connected_at: float | None
    cleared_at: float | None
    finalized_at: float | None
