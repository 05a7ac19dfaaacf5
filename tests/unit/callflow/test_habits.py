"""Habits from attempts, and when the pacing gets those of former days."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Mode, OnStop
from dialer.agents.agent import AgentState
from dialer.campaigns.campaign import CampaignState
from dialer.pacing import Decision, Observation, Observed, PacingSnapshot, Traits
from dialer.pacing.governor import Governor
from dialer.ports import Moment
from dialer.views.pacing import pacing_view
from dialer.vocabulary import commands, events
from dialer.vocabulary.habits import DayHabit, Habit
from dialer.vocabulary.ids import AttemptId, CampaignName, ListName
from dialer.vocabulary.outputs import Output, RecallHabits
from dialer.vocabulary.reasons.reason import Said
from dialer.vocabulary.telephony import ClearedBy
from dialer.vocabulary.writes import SettleAttempt
from dialer.words import spoken
from dialer.world.world import make_governor
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, LONDON, SPRING, campaign, record, settings

#: 22 January 2026, as an ordinal.
TODAY = 739_638
CONTACTS = ListName("contacts")
KNOWN = (
    DayHabit(CONTACTS, TODAY - 14, 12, "fixed", "GB", 100, 40.0),
    DayHabit(ListName("old"), TODAY - 1, 12, "fixed", "GB", 10, 1.0),
)


class Script:
    """A rule with the test's decisions, which keeps its observations."""

    def __init__(self) -> None:
        self.next = Decision(0, Said("decision", "as told"))
        self.told: list[Observation] = []
        self.asked: list[PacingSnapshot] = []

    def observe(self, observation: Observation) -> None:
        self.told.append(observation)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        self.asked.append(snapshot)
        decision, self.next = self.next, Decision(0, Said("decision", "as told"))
        return decision

    @property
    def history(self) -> list[Observation]:
        return [each for each in self.told if each.kind is Observed.HISTORY]


class HabitFloor(Floor):
    """A floor whose store has the test's habits; with None it does not answer."""

    def __init__(self, zone: str = LONDON, **more: Any) -> None:
        rules = {"min_agents": 1}
        rows = [record(n, zone=zone) for n in range(1, 200)]
        super().__init__(settings(campaign(Mode.PREDICTIVE_ASM, predictive=rules, **more)), rows)
        self.script = Script()
        self.world.make_pacer = lambda _: Governor(self.script)
        self.recalls: list[RecallHabits] = []
        self.known: tuple[DayHabit, ...] | None = ()

    def _run(self, output: Output, *, committed: bool) -> None:
        super()._run(output, committed=committed)
        if not isinstance(output, RecallHabits):
            return
        self.recalls.append(output)
        if self.known is None:
            self._take(events.RecallFailed(output.campaign, "the disk is full"))
        elif self.known:
            self._take(events.HabitsRecalled(output.campaign, self.known))

    def work(self) -> None:
        """The campaign runs, ada and bob are engaged and ready."""
        self.open(ADA, BOB)
        self.start()
        for name in (ADA, BOB):
            self.ready(name)
            self.answer(self.engaged)
        self.pass_time(0.1)
        self.tick()

    def dial(self) -> AttemptId:
        """One call that rings."""
        self.script.next = Decision(1, Said("decision", "as told"))
        self.tick()
        self.ring(self.contact)
        (attempt,) = [each.attempt for each in self.world.interactions.values() if each.contact_leg == self.contact.id]
        assert attempt is not None
        return attempt.id

    def taught(self) -> list[float | None]:
        """The answers in the habits of settled attempts, None for those without a habit."""
        habits = [write.habit for write in self.writes(SettleAttempt)]
        return [None if each is None else each.answer for each in habits]


def test_an_attempt_teaches_by_hour_type_and_region_of_its_contact() -> None:
    floor = HabitFloor()
    floor.work()
    floor.dial()
    floor.clear(floor.contact, 486)
    (settled,) = floor.writes(SettleAttempt)
    assert settled.habit == Habit(SPRING, CONTACTS, TODAY, 12, "fixed", "GB", 0.0)


def test_answers_count_whoever_takes_them() -> None:
    floor = HabitFloor()
    floor.work()
    for _ in range(3):
        floor.dial()
        floor.answer(floor.contact)
    talking = [leg for leg in floor.world.legs.values() if leg.purpose == "contact"]
    floor.pass_time(10.0)
    for leg in talking:
        if leg.id in floor.world.legs:
            floor.clear(leg, 200)
    assert floor.taught() == [1.0, 1.0, 1.0]
    assert sum(write.abandoned for write in floor.writes(SettleAttempt)) == 1


def test_what_never_reached_the_contact_teaches_nothing() -> None:
    floor = HabitFloor()
    floor.work()
    floor.dial()
    floor.clear(floor.contact, 0, ClearedBy.ENGINE)
    assert floor.taught() == [None]


def test_a_call_that_was_given_up_teaches_the_chance_that_it_had() -> None:
    floor = HabitFloor()
    floor.work()
    attempt = floor.dial()
    floor.pass_time(16.0)
    floor.script.next = Decision(0, Said("decision", "as told"), (attempt,), shed_chances=(0.07,))
    floor.tick()
    floor.clear(floor.contact, 487, ClearedBy.US)
    assert floor.taught() == [0.07]


def test_a_call_that_was_given_up_at_a_stop_teaches_nothing() -> None:
    floor = HabitFloor(on_stop_ringing=OnStop.CANCEL)
    floor.work()
    floor.dial()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.clear(floor.contact, 487, ClearedBy.US)
    assert floor.taught() == [None]


def test_the_pacing_is_told_of_former_days_when_the_campaign_starts() -> None:
    floor = HabitFloor()
    floor.known = KNOWN
    floor.work()
    assert floor.recalls == [RecallHabits(SPRING, TODAY - 60)]
    (told,) = floor.script.history
    assert told.lists == ("contacts", "old")
    (count,) = told.history
    assert count.dials == pytest.approx(50 + 10 * 0.5 ** (1 / 14))
    assert count.answers == pytest.approx(20 + 0.5 ** (1 / 14))
    assert "habits_recalled" in floor.history()


def test_what_today_has_taught_is_none_of_former_days_after_a_restart() -> None:
    floor = HabitFloor()
    floor.known = (*KNOWN, DayHabit(ListName("new"), TODAY, 12, "fixed", "GB", 1000, 900.0))
    floor.work()
    (told,) = floor.script.history
    assert told.lists == ("contacts", "old")
    assert [count.dials for count in told.history] == [pytest.approx(50 + 10 * 0.5 ** (1 / 14))]
    floor.known = (DayHabit(CONTACTS, TODAY, 12, "fixed", "GB", 1000, 900.0),)
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    assert floor.script.history[-1].history == ()
    assert not floor.campaign.has_habits


def test_the_day_is_that_of_the_records_as_soon_as_their_zones_are_known() -> None:
    floor = HabitFloor("Pacific/Auckland")
    floor.open(ADA, BOB)
    floor.start()
    floor.tick(60.0)
    floor.tick(60.0)
    assert [each.since_day for each in floor.recalls] == [TODAY - 60, TODAY - 59]


def test_records_are_shown_to_the_pacing_where_habits_tell_them_apart() -> None:
    plain = HabitFloor()
    plain.work()
    assert plain.script.asked[-1].upcoming == ()
    floor = HabitFloor()
    floor.known = KNOWN
    floor.work()
    upcoming = floor.script.asked[-1].upcoming
    assert upcoming == (Traits(None, 12, "fixed", "GB", "contacts"),) * len(upcoming) != ()


def test_a_campaign_that_goes_on_keeps_what_it_knows_and_one_that_starts_again_asks() -> None:
    floor = HabitFloor(on_stop_ringing=OnStop.LEAVE)
    floor.work()
    floor.dial()
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    assert len(floor.recalls) == 1
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    floor.clear(floor.contact, 486)
    assert floor.campaign.state is CampaignState.LOADED
    floor.ask(commands.StartCampaign(SPRING, "sue"))
    assert len(floor.recalls) == 2


def test_a_new_day_asks_again_once() -> None:
    floor = HabitFloor()
    floor.work()
    floor.pass_time(3600.0)
    floor.tick()
    assert len(floor.recalls) == 1
    floor.pass_time(12 * 3600.0)
    for _ in range(3):
        floor.tick(60.0)
    assert [each.since_day for each in floor.recalls] == [TODAY - 60, TODAY - 59]


def test_a_question_that_was_not_answered_is_asked_again_within_a_minute() -> None:
    floor = HabitFloor()
    floor.known = None
    floor.work()
    asked = len(floor.recalls)
    assert not floor.script.history
    floor.known = KNOWN
    floor.tick(60.0)
    floor.tick(60.0)
    assert len(floor.recalls) == asked + 1
    assert len(floor.script.history) == 1


def test_a_node_that_comes_back_asks_for_the_campaigns_that_run() -> None:
    floor = HabitFloor()
    floor.known = KNOWN
    floor.say(events.ConfigurationApplied(1, floor.world.settings))
    floor.know(ADA)
    floor.say(events.CampaignRemembered(SPRING, "running", Mode.PREDICTIVE_ASM))
    floor.say(events.Restored())
    assert len(floor.recalls) == len(floor.script.history) == 1


def test_a_reload_that_changes_the_pacing_tells_the_new_one() -> None:
    floor = HabitFloor()
    floor.known = KNOWN
    floor.work()
    former = floor.script
    changed = settings(campaign(Mode.PREDICTIVE_ASM, predictive={"min_agents": 2}))
    floor.script = Script()
    floor.say(events.ConfigurationApplied(2, changed))
    assert len(former.history) == len(floor.script.history) == 1
    assert floor.agent(ADA).state is AgentState.READY


def test_a_supervisor_reads_what_former_days_have_to_do_with_a_decision() -> None:
    plain, floor = HabitFloor(), HabitFloor()
    floor.known = KNOWN
    told = []
    for each in (plain, floor):
        each.world.make_pacer = make_governor
        each.work()
        told.append(pacing_view(each.world, each.campaign, Moment(each.now, each.utc), 1))
    assert told[0].habits is None
    habits = told[1].habits
    assert habits is not None
    assert 30 < habits.percent < 45
    assert habits.dials == habits.alike == 60
    assert "60 dials of former days, 60 of them alike" in spoken(told[1].decisions[0].reason)


def test_habits_of_a_campaign_that_is_gone_are_dropped() -> None:
    floor = HabitFloor()
    floor.work()
    floor.say(events.HabitsRecalled(CampaignName("autumn"), KNOWN))
    floor.say(events.RecallFailed(CampaignName("autumn"), "the disk is full"))
    assert not floor.script.history
