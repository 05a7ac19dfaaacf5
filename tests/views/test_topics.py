"""The audiences and bodies of events when the core reports a change."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.model import Trunk as TrunkSettings
from dialer.interactions.interaction import InteractionState
from dialer.ports.reports import TrunkStateRow
from dialer.trunks.trunk import TrunkTrigger, make_trunk
from dialer.views.agent import AgentSummary, AgentView
from dialer.views.campaign import CampaignView
from dialer.views.interaction import InteractionSummary, InteractionView
from dialer.views.overview import overview
from dialer.views.topics import READ_MODELS, Notices, all_topics, render
from dialer.views.trunk import TrunkView, trunk_state_view, trunk_view
from dialer.vocabulary import topics
from dialer.vocabulary.ids import AgentName, CampaignName, NoticeId, TeamName, TrunkName
from dialer.vocabulary.outputs import Publish
from dialer.vocabulary.reasons.phones import NoRecordNow
from dialer.vocabulary.reasons.reason import Because, Sentence
from dialer.vocabulary.reasons.trunks import Complaint, NoAnswerToProbe, TrunkRefuses
from dialer.vocabulary.topics import Audience, Floor, Model, OwnDesk, TeamSupervisors
from dialer.words import spoken
from dialer.world.world import Notice
from tests.event_rows import check

from .floor import NOON, make_interaction, make_world

ANNA, BEN, FLOOR = OwnDesk(AgentName("anna")), OwnDesk(AgentName("ben")), Floor()
SALES, CARE = frozenset({TeamName("sales")}), frozenset({TeamName("care")})
OF_SALES = TeamSupervisors(SALES)


@pytest.mark.parametrize(
    ("audience", "topic", "key", "kind"),
    [
        (ANNA, topics.DESK_AGENT, "anna", AgentView),
        (ANNA, topics.DESK_INTERACTION, "t-I1", InteractionView),
        (ANNA, topics.DESK_NOTICES, "anna", Notices),
        (ANNA, topics.DESK_INTERACTION, "t-I2", type(None)),
        (BEN, topics.DESK_AGENT, "ben", type(None)),
        (OF_SALES, topics.TEAM_AGENT, "anna", AgentSummary),
        (OF_SALES, topics.TEAM_AGENT, "nobody", type(None)),
        (OF_SALES, topics.TEAM_INTERACTION, "t-I1", InteractionSummary),
        (OF_SALES, topics.TEAM_INTERACTION, "t-I2", type(None)),
        (FLOOR, topics.FLOOR_CAMPAIGN, "spring", CampaignView),
        (FLOOR, topics.FLOOR_CAMPAIGN, "none", type(None)),
        (FLOOR, topics.FLOOR_TRUNK, "carrier", TrunkView),
        (FLOOR, topics.FLOOR_TRUNK, "none", type(None)),
    ],
)
def test_each_audience_gets_its_read_model(audience: Audience, topic: Model[Any], key: str, kind: type) -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    trunk = make_trunk(TrunkSettings(name="carrier", host="carrier.example.test"))
    world.trunks[trunk.name] = trunk
    event = Publish(topic, audience, key)
    body = render(world, event, NOON)
    assert type(body) is kind
    assert msgspec.json.encode(body, enc_hook=spoken)
    check(world, event, NOON)


@pytest.mark.parametrize(
    ("topic", "key"), [(topics.TEAM_AGENT, "anna"), (topics.TEAM_INTERACTION, "t-I1")], ids=["agent", "interaction"]
)
def test_an_object_of_other_teams_is_there_no_more(topic: Model[Any], key: str) -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    event = Publish(topic, TeamSupervisors(SALES | CARE), key)
    assert render(world, event, NOON, SALES) == render(world, event, NOON)
    assert render(world, event, NOON, SALES | CARE) is not None
    assert render(world, event, NOON, CARE) is None


def test_an_interaction_is_of_the_teams_of_its_campaign_and_of_its_agents() -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    world.agents[AgentName("anna")].teams = CARE
    event = Publish(topics.TEAM_INTERACTION, TeamSupervisors(SALES | CARE), "t-I1")
    assert [render(world, event, NOON, teams) is not None for teams in (SALES, CARE)] == [True, True]
    assert render(world, event, NOON, frozenset({TeamName("night")})) is None


def test_campaigns_and_trunks_are_told_whatever_the_teams() -> None:
    event = Publish(topics.FLOOR_CAMPAIGN, FLOOR, "spring")
    assert render(make_world(), event, NOON, CARE) is not None


def test_a_supervisor_of_teams_begins_with_what_is_theirs() -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    everything, sales, care = (overview(world, NOON, teams=teams) for teams in (None, SALES, CARE))
    assert sales == everything
    assert len(everything.agents) == len(everything.interactions) == 1
    assert (care.agents, care.interactions) == ((), ())
    assert care.campaigns == everything.campaigns


def test_every_model_has_a_read_model_and_every_row_a_name_of_its_own() -> None:
    assert set(READ_MODELS) == set(topics.MODELS)
    names = [(each.audience, each.name) for each in all_topics()]
    assert len(names) == len(set(names))
    kinds = {id(each) for each in vars(topics).values() if isinstance(each, topics.Topic)}
    assert kinds == {id(each) for each in all_topics()}, "a row that is not in the table"


def test_a_fact_is_told_as_it_is() -> None:
    body = topics.NoRecord(Sentence(NoRecordNow()))
    event = Publish(topics.NO_RECORD, ANNA, "spring", body)
    assert render(make_world(), event, NOON) is body
    check(make_world(), event, NOON)


@pytest.mark.parametrize(
    "event",
    [
        Publish(topics.Fact(name="x", key="", words="", audience=OwnDesk, body=topics.NoRecord), ANNA, "x"),
        Publish(topics.NO_RECORD, FLOOR, "spring", topics.NoRecord(Sentence())),
        Publish(topics.NO_RECORD, ANNA, "spring"),
        Publish(topics.NO_RECORD, ANNA, "spring", topics.OfferWithdrawn("", Sentence())),
        Publish(topics.OFFER_WITHDRAWN, ANNA, "t-I1", topics.OfferWithdrawn(1, Sentence())),  # type: ignore[arg-type]  # no code
    ],
)
def test_an_event_that_is_not_that_of_its_row_fails_its_test(event: Publish) -> None:
    with pytest.raises((AssertionError, msgspec.ValidationError)):
        check(make_world(), event, NOON)


def test_an_agent_is_shown_nothing_of_another_s_desk() -> None:
    world = make_world()
    interaction = make_interaction(world, InteractionState.CONNECTED)
    world.agents[AgentName("anna")].interaction = None
    assert render(world, Publish(topics.DESK_INTERACTION, ANNA, interaction.id), NOON) is None


def test_notices_are_told_oldest_first() -> None:
    world = make_world()
    for n in (2, 1):
        id_ = NoticeId(f"t-N{n}")
        world.notices[id_] = Notice(id_, AgentName("anna"), CampaignName("spring"), "loaded", NOON.utc + n)
    body = render(world, Publish(topics.DESK_NOTICES, ANNA, "anna"), NOON)
    assert isinstance(body, Notices)
    assert [each.id for each in body.notices] == ["t-N1", "t-N2"]


def test_a_trunk_tells_why_it_takes_no_call() -> None:
    trunk = make_trunk(TrunkSettings(name="carrier", host="carrier.example.test"))
    assert trunk_view(trunk, NOON).refusal == "not_probed_yet"
    trunk.machine.advance(TrunkTrigger.ANSWERED, NOON.monotonic)
    assert trunk_view(trunk, NOON).refusal == ""
    trunk.resumes_at = NOON.monotonic + 5
    view = trunk_view(trunk, NOON)
    assert (view.refusal, view.resumes_at) == ("paused", NOON.utc + 5)
    assert (view.last_error, view.last_error_because) == (Sentence(), None)
    refused = TrunkRefuses(403, "403 Forbidden")
    trunk.complain(refused, NOON.utc)
    view = trunk_view(trunk, NOON)
    assert view.last_error == Sentence(refused)
    assert view.last_error_because == Because("trunk_refuses", {"sip_code": 403, "said": "403 Forbidden"})


def test_a_state_of_a_trunk_tells_its_error_in_words_and_by_key() -> None:
    def told(error: Complaint | str | None) -> dict[str, object]:
        view = trunk_state_view(TrunkStateRow(TrunkName("main"), "node-1", "down", error, NOON.utc))
        row: dict[str, object] = msgspec.json.decode(msgspec.json.encode(view, enc_hook=spoken))
        return {"error": row["error"], "because": row["because"]}

    because = {"key": "trunk_silent.probe", "facts": {"deadline_s": 0.5}}
    assert told(NoAnswerToProbe(0.5)) == {"error": "no answer to OPTIONS in 0.5 s", "because": because}
    assert told("no answer to OPTIONS in 4 s") == {"error": "no answer to OPTIONS in 4 s", "because": None}
    assert told(None) == {"error": "", "because": None}


def test_the_overview_counts_what_goes_on() -> None:
    world = make_world()
    make_interaction(world, InteractionState.CONNECTED)
    world.store_problem = "the disk is full"
    view = overview(world, NOON, {"spring": {"busy": 2}})
    assert view.store_problem == "the disk is full"
    (campaign,) = view.campaigns
    assert (campaign.agents["logged_out"], campaign.calls, campaign.results) == (1, {"connected": 1}, {"busy": 2})
    assert len(view.interactions) == len(view.agents) == 1
