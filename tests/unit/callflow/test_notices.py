"""Notices of campaigns: their agents, and whether an OK counts after a log-out, a restart, and the next load."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.agents.agent import AgentState
from dialer.vocabulary import commands, events
from dialer.vocabulary.errors import NotFound
from dialer.vocabulary.ids import NoticeId
from dialer.vocabulary.writes import AcknowledgeNotice, AddNotice, SaveCampaign
from dialer.world.consent import may_work
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, campaign, settings

DAY_S = 86_400.0


def loaded(**more: Any) -> Floor:
    floor = Floor(settings(campaign(**more)))
    floor.open(ADA)
    floor.ask(commands.LoadCampaign(SPRING, "sue"))
    return floor


def waiting(floor: Floor) -> list[str]:
    return [each.kind for each in floor.world.notices.values() if each.agent == ADA]


def say_ok(floor: Floor) -> NoticeId:
    (notice,) = floor.world.notices.values()
    floor.ask(commands.AcknowledgeNotice(ADA, notice.id))
    return notice.id


def out_and_in(floor: Floor, *between: commands.Command, after_s: float = 60.0) -> None:
    """The agent logs out, others do something, and the agent logs in again."""
    floor.ask(commands.LogOut(ADA))
    floor.pass_time(1)
    for command in between:
        floor.ask(command)
    floor.pass_time(after_s)
    floor.ask(commands.LogIn(ADA))


@pytest.mark.parametrize("after_s", [60.0, DAY_S])
def test_who_said_ok_to_the_load_is_told_of_the_start_at_the_next_log_in(after_s: float) -> None:
    floor = loaded()
    say_ok(floor)
    out_and_in(floor, commands.StartCampaign(SPRING, "sue"), after_s=after_s)
    assert waiting(floor) == ["started"]


def test_what_an_agent_knows_already_is_not_told_again() -> None:
    floor = loaded()
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    say_ok(floor)
    out_and_in(floor)
    assert waiting(floor) == []


def test_a_start_of_the_next_day_is_news() -> None:
    floor = loaded()
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    say_ok(floor)
    out_and_in(floor, commands.StopCampaign(SPRING, "sue"), commands.StartCampaign(SPRING, "sue"), after_s=DAY_S)
    assert waiting(floor) == ["started"]


def test_a_stop_and_its_end_are_one_piece_of_news() -> None:
    floor = loaded()
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    say_ok(floor)
    out_and_in(floor)
    assert waiting(floor) == []


def test_an_ok_to_a_notice_that_never_was_is_not_found() -> None:
    floor = loaded()
    with pytest.raises(NotFound):
        floor.ask(commands.AcknowledgeNotice(ADA, NoticeId("nothing")))
    first = say_ok(floor)
    floor.ask(commands.AcknowledgeNotice(ADA, first))
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    (second,) = floor.world.notices
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.ask(commands.AcknowledgeNotice(ADA, second))
    assert waiting(floor) == ["stopped"], "an OK to a notice that was replaced is no mistake, and none to the new one"


def test_a_change_of_mode_does_not_take_the_notice_by_which_one_joins() -> None:
    floor = loaded(join="required")
    floor.ask(commands.ChangeMode(SPRING, "PUSH_PREVIEW", "sue"))
    assert waiting(floor) == ["mode_changed"]
    say_ok(floor)
    assert may_work(floor.campaign, floor.agent())


# ------------------------------------------------------------------ after a restart


def restarted(old: Floor) -> Floor:
    """A node that restores the writes of the store."""
    floor = Floor(old.world.settings, run="u")
    floor.now, floor.utc = old.now, old.utc
    floor.say(events.ConfigurationApplied(1, old.world.settings))
    floor.know(ADA)
    saved = old.writes(SaveCampaign)[-1]
    floor.say(events.CampaignRemembered(SPRING, saved.state, saved.mode, saved.loaded_at, saved.news_at))
    floor.say(events.AgentRemembered(ADA, old.agent().state, ""))
    ok = {each.notice for each in old.writes(AcknowledgeNotice)}
    for told in old.writes(AddNotice):
        floor.say(
            events.NoticeRemembered(told.agent, told.campaign, told.notice, told.kind, told.at, told.notice in ok)
        )
    floor.say(events.Restored())
    floor.connect_engine("boot-1")
    return floor


def test_a_notice_that_waited_waits_after_a_restart() -> None:
    floor = loaded(join="required")
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    again = restarted(floor)
    assert waiting(again)[-1] == "started"
    again.ready()
    assert again.agent().state is AgentState.READY
    for notice in list(again.world.notices):
        again.ask(commands.AcknowledgeNotice(ADA, notice))
    assert may_work(again.campaign, again.agent())


def test_an_ok_counts_after_a_restart() -> None:
    floor = loaded(join="required")
    say_ok(floor)
    again = restarted(floor)
    assert may_work(again.campaign, again.agent())
    assert waiting(again) == []
    again.ask(commands.AcknowledgeNotice(ADA, floor.writes(AddNotice)[0].notice))


def test_an_ok_to_a_former_load_is_none_to_this_one() -> None:
    floor = loaded(join="required")
    say_ok(floor)
    floor.ask(commands.LogOut(ADA))
    floor.pass_time(10)
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    floor.pass_time(10)
    floor.ask(commands.LoadCampaign(SPRING, "sue"))
    assert not may_work(floor.campaign, floor.agent())
    again = restarted(floor)
    assert not may_work(again.campaign, again.agent())
    again.ask(commands.LogIn(ADA))
    assert waiting(again) == ["loaded"]


def test_nothing_of_a_load_that_is_over_comes_back() -> None:
    floor = loaded()
    floor.ask(commands.LogOut(ADA))
    floor.pass_time(1)
    floor.ask(commands.UnloadCampaign(SPRING, "sue"))
    assert waiting(restarted(floor)) == []


def test_who_is_blocked_by_a_missing_notice_gets_it_by_going_ready() -> None:
    floor = loaded(join="required")
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    floor.world.notices.clear()
    floor.ready()
    assert waiting(floor) == ["started"]
