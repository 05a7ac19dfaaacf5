"""Who is shown what, when the core says that something changed."""

from __future__ import annotations

import msgspec
import pytest

from config.model import Trunk as TrunkSettings
from dialer.interactions.interaction import InteractionState
from dialer.trunks.trunk import TrunkTrigger, make_trunk
from dialer.views.agent import AgentSummary, AgentView, MyCampaign
from dialer.views.campaign import CampaignView
from dialer.views.interaction import InteractionSummary, InteractionView
from dialer.views.overview import EngineSummary, overview
from dialer.views.rendering import Notices, render
from dialer.views.trunk import TrunkView, trunk_view
from dialer.vocabulary.ids import AgentName, CampaignName, EngineId, NoticeId
from dialer.vocabulary.outputs import Audience, AudienceAgent, AudienceCampaign, AudienceSupervisors
from dialer.words import spoken
from dialer.world.world import EngineView, Notice

from .floor import NOON, make_interaction, make_world

ANNA, BEN = AudienceAgent(AgentName("anna")), AudienceAgent(AgentName("ben"))
FLOOR, SPRING = AudienceSupervisors(), AudienceCampaign(CampaignName("spring"))


@pytest.mark.parametrize(
    ("audience", "topic", "key", "kind"),
    [
        (ANNA, "agent", "anna", AgentView),
        (ANNA, "interaction", "t-I1", InteractionView),
        (ANNA, "notices", "anna", Notices),
        (ANNA, "campaign", "spring", MyCampaign),
        (ANNA, "campaign", "none", type(None)),
        (ANNA, "interaction", "t-I2", type(None)),
        (ANNA, "trunk", "carrier", type(None)),
        (BEN, "agent", "ben", type(None)),
        (FLOOR, "agent", "anna", AgentSummary),
        (FLOOR, "interaction", "t-I1", InteractionSummary),
        (FLOOR, "interaction", "t-I2", type(None)),
        (FLOOR, "campaign", "spring", CampaignView),
        (SPRING, "campaign", "spring", CampaignView),
        (FLOOR, "trunk", "carrier", TrunkView),
        (FLOOR, "engine", "engine-1", EngineSummary),
        (FLOOR, "nothing", "x", type(None)),
    ],
)
def test_each_audience_gets_its_read_model(audience: Audience, topic: str, key: str, kind: type) -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    trunk = make_trunk(TrunkSettings(name="carrier", host="carrier.example.test"))
    world.trunks[trunk.name] = trunk
    world.engines[EngineId("engine-1")] = EngineView(EngineId("engine-1"))
    body = render(world, audience, topic, key, NOON)
    assert type(body) is kind
    assert msgspec.json.encode(body, enc_hook=spoken)


def test_an_agent_is_shown_nothing_of_another_s_desk() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CONNECTED)
    world.agents[AgentName("anna")].interaction = None
    assert render(world, ANNA, "interaction", interaction.id, NOON) is None


def test_notices_are_told_oldest_first() -> None:
    world = make_world()
    for n in (2, 1):
        id_ = NoticeId(f"t-N{n}")
        world.notices[id_] = Notice(id_, AgentName("anna"), CampaignName("spring"), "loaded", NOON.utc + n)
    body = render(world, ANNA, "notices", "anna", NOON)
    assert isinstance(body, Notices)
    assert [getattr(each, "id", "") for each in body.notices] == ["t-N1", "t-N2"]


def test_a_trunk_tells_why_it_takes_no_call() -> None:
    trunk = make_trunk(TrunkSettings(name="carrier", host="carrier.example.test"))
    assert trunk_view(trunk, NOON).refusal == "not_probed_yet"
    trunk.machine.advance(TrunkTrigger.ANSWERED, NOON.monotonic)
    assert trunk_view(trunk, NOON).refusal == ""
    trunk.resumes_at = NOON.monotonic + 5
    view = trunk_view(trunk, NOON)
    assert (view.refusal, view.resumes_at) == ("paused", NOON.utc + 5)
    trunk.complain("503 Service Unavailable", NOON.utc)
    assert trunk_view(trunk, NOON).last_error == "503 Service Unavailable"


def test_the_overview_counts_what_goes_on() -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    world.store_problem = "the disk is full"
    view = overview(world, NOON, {"spring": {"busy": 2}})
    assert view.store_problem == "the disk is full"
    (campaign,) = view.campaigns
    assert (campaign.agents["logged_out"], campaign.calls, campaign.results) == (1, {"connected": 1}, {"busy": 2})
    assert len(view.interactions) == len(view.agents) == 1
