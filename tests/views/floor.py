"""A small floor: one campaign, one agent, one interaction in the state that a test wants."""

from __future__ import annotations

from config.model import CallingList, CampaignSettings, Mode, Settings
from dialer.agents.agent import Agent, make_agent
from dialer.campaigns.campaign import make_campaign
from dialer.interactions.interaction import INTERACTION_TABLE, Interaction, InteractionState
from dialer.interactions.party import make_party
from dialer.machine import Machine
from dialer.ports import Moment
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import (
    AccountId,
    AgentName,
    BridgeId,
    CampaignName,
    EngineId,
    InteractionId,
    ListName,
    Mint,
    PartyId,
    RecordId,
    TeamName,
)
from dialer.vocabulary.results import RecordType
from dialer.world.world import World

NOON = Moment(1000.0, 1_800_000_000.0)
ENGINE, ACCOUNT = EngineId("engine-1"), AccountId("trunk")


def make_world(mode: Mode = Mode.PROGRESSIVE) -> World:
    settings = CampaignSettings(
        name="spring", mode=mode, teams=("sales",), lists=(CallingList(name="spring"),), trunks=("carrier",)
    )
    world = World(Mint("t"), Settings(campaigns=(settings,)))
    campaign = make_campaign(settings)
    world.campaigns[campaign.name] = campaign
    world.pacers[campaign.name] = world.make_pacer(settings)
    anna = make_agent(AgentName("anna"), "Anna", "anna@desks", frozenset({TeamName("sales")}))
    world.agents[anna.name] = anna
    return world


def make_interaction(world: World, state: InteractionState = InteractionState.PREVIEW) -> Interaction:
    record = ClaimedRecord(
        RecordId(1), 1, ListName("spring"), "+442079460111", "Ann", "Europe/London", RecordType.GENERAL, 0, {"a": "1"}
    )
    interaction = Interaction(
        id=InteractionId("t-I1"),
        campaign=CampaignName("spring"),
        number=record.number,
        contact=record.contact,
        record=record,
        bridge=BridgeId("t-B1"),
        machine=Machine(INTERACTION_TABLE, "t-I1", state),
        begun_at=NOON.utc - 60,
    )
    interaction.parties.append(make_party(PartyId("t-P1"), AgentName("anna"), NOON.utc - 50))
    world.interactions[interaction.id] = interaction
    world.agents[AgentName("anna")].interaction = interaction.id
    return interaction


def anna(world: World) -> Agent:
    return world.agents[AgentName("anna")]
