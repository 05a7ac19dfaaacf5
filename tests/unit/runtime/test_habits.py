"""Habits on their way from the store to the pacing."""

from __future__ import annotations

from dialer.vocabulary import commands, events
from dialer.vocabulary.habits import DayHabit
from dialer.vocabulary.ids import ListName
from dialer.vocabulary.outputs import RecallHabits
from tests.unit.callflow.house import SPRING
from tests.unit.runtime.desk import Desk

KNOWN = DayHabit(ListName("contacts"), 739_637, 12, "fixed", "GB", 100, 40.0)


async def test_what_the_store_knows_comes_back(desk: Desk) -> None:
    desk.ledger.known = (KNOWN,)
    desk.inbox.post(events.ConfigurationApplied(1, desk.world.settings))
    desk.inbox.post(events.Restored())
    await desk.inbox.ask(commands.LoadCampaign(SPRING, "sue"))
    await desk.inbox.ask(commands.StartCampaign(SPRING, "sue"))
    campaign = desk.world.campaigns[SPRING]
    await desk.until(lambda: campaign.has_habits)


async def test_a_store_that_does_not_answer_is_told(desk: Desk) -> None:
    desk.inbox.post(events.ConfigurationApplied(1, desk.world.settings))
    await desk.until(lambda: desk.world.campaigns and desk.ledger.commits)
    campaign = desk.world.campaigns[SPRING]
    campaign.habits_day = 739_638
    desk.ledger.problem = "the disk is full"
    desk.executor.run(RecallHabits(SPRING, 0))
    await desk.until(lambda: not campaign.habits_day)
    assert not campaign.has_habits
