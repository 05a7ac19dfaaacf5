"""A campaign tried by the API: the questions to the simulator from live state, and refusals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.model import CallingWindow, CampaignSettings, Hours, Mode, Predictive, Retry
from dialer.campaigns.calendar import day_of
from dialer.campaigns.campaign import OpenHours
from dialer.campaigns.day_figures import DayFigures
from dialer.simulation.outlook import outlooks
from dialer.simulation.process import SimulationProcess
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import AnswersRemembered, Waiting
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.shifts import CountedDay, ShiftOutlook, ShiftQuestion
from tests.api.stage import Person, Stage, campaign, settings

NUMBERS = tuple(f"+44207946{n:04d}" for n in range(100, 160))


class Asked:
    """A Simulator that keeps the question."""

    def __init__(self) -> None:
        self.questions: list[ShiftQuestion] = []

    async def outlook(self, question: ShiftQuestion) -> tuple[ShiftOutlook, ...]:
        self.questions.append(question)
        return tuple(
            ShiftOutlook(each, 80.0, 1.0, 1.5, 20.0, 10.0, 4.0, 2.5, continued=True) for each in question.agents
        )


class Hall(Stage):
    """A stage whose simulator only keeps the questions."""

    asked: Asked

    def make_simulator(self) -> Asked:
        self.asked = Asked()
        return self.asked

    async def try_out(self, who: Person, status: int = 200, **more: object) -> dict[str, object]:
        told: dict[str, object] = await who.post("/campaigns/asm/simulations", more, status=status)
        return told


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with Hall() as made:
        yield made


async def test_a_campaign_is_tried_before_it_is_loaded(hall: Hall) -> None:
    sue = await hall.log_in("sue")
    nothing = await hall.try_out(sue, 409)
    assert nothing["code"] == "nothing_to_dial"
    assert "import some" in str(nothing["title"]) + str(nothing["detail"])
    await hall.records("asm", *NUMBERS)
    told = await hall.try_out(sue)
    assert told["records"] == len(NUMBERS)
    assert told["agents_now"] == 0
    assert [each.agents for each in hall.asked.questions] == [(1, 2)], "nobody is there: one agent at least"
    assert set(told["assumed"]) == {"answer_rate", "ring_s", "busy_share", "talk_s", "wrap_s"}  # type: ignore[call-overload]  # JSON


async def test_an_unknown_campaign_is_not_found(hall: Hall) -> None:
    sue = await hall.log_in("sue")
    told = await sue.post("/campaigns/none/simulations", {}, status=404)
    assert told["code"] == "campaign_not_found"


def _figures(hall: Hall, days_ago: int = 0, **more: float) -> None:
    asm = hall.campaign("asm")
    day = day_of(asm, hall.clock.now().utc) - days_ago
    sums = {"answers": 30, "ring_s": 300.0, "unanswered": 70, "busy": 7, "talks": 30, "talk_s": 2700.0}
    asm.today = DayFigures(day, **(sums | {"wraps": 30, "wrap_s": 300.0} | more))  # type: ignore[arg-type]  # ints and floats


async def test_todays_figures_are_what_it_is_reckoned_with(hall: Hall) -> None:
    sue = await hall.run("asm", *NUMBERS)
    _figures(hall)
    told = await hall.try_out(sue, agents=[0])
    assert told["assumed"] == []
    (question,) = hall.asked.questions
    assert (question.answer_rate, question.ring_s, question.busy_share) == (0.3, 10.0, 0.1)
    assert (question.talk_s, question.wrap_s, question.rule) == (90.0, 10.0, "progressive")


async def test_records_that_rest_until_another_day_are_none_of_today(hall: Hall) -> None:
    sue = await hall.run("asm", *NUMBERS)
    _figures(hall)
    asm = hall.campaign("asm")
    await hall.until(lambda: not asm.claiming)
    asm.claim_after = inf  # the waiting records are those given here
    asm.waiting = Waiting(due=7, retry=500, retry_today=40, out_of_window=3, total=1000)
    told = await hall.try_out(sue, agents=[0])
    assert told["records"] == hall.asked.questions[-1].records == len(asm.pool) + 7 + 40 + 3
    asm.pool.drain()
    asm.waiting = Waiting(retry=500, total=1000)
    nothing = await hall.try_out(sue, 409)
    assert "no records to dial today" in str(nothing)


async def test_the_figures_of_an_earlier_day_are_not_todays(hall: Hall) -> None:
    sue = await hall.run("asm", *NUMBERS)
    _figures(hall, days_ago=1)
    told = await hall.try_out(sue, agents=[0])
    assert "answer_rate" in told["assumed"]  # type: ignore[operator]  # JSON


async def test_a_day_without_an_answer_asks_for_the_rate_to_try(hall: Hall) -> None:
    sue = await hall.run("asm", *NUMBERS)
    _figures(hall, answers=0, ring_s=0.0, talks=0, wraps=0)
    told = await hall.try_out(sue, 409)
    assert told["code"] == "nobody_answers"
    assert "name the answer_rate" in str(told)
    await hall.try_out(sue, answer_rate=0.2)
    assert hall.asked.questions[-1].answer_rate == 0.2


async def test_a_large_team_is_tried_once_and_a_huge_one_refused_with_what_is_possible(hall: Hall) -> None:
    sue = await hall.run("asm", *NUMBERS)
    await hall.try_out(sue, agents=[10], hours=1)
    assert hall.asked.questions[-1].seeds == 2
    await hall.try_out(sue, agents=[500])
    question = hall.asked.questions[-1]
    # In the last minutes before midnight, when the calling window closes, fewer hours are left.
    assert (question.seeds, question.hours) == (1, max(0.25, min(0.4, question.left_h)))
    huge = await hall.try_out(sue, 409, agents=[499, 500])
    assert huge["code"] == "simulation_too_large"
    assert huge["facts"] == {"most_agents": 800}
    long = await hall.try_out(sue, 409, agents=[100], hours=8)
    most = long["facts"]["most_hours"]  # type: ignore[index]  # JSON
    await hall.try_out(sue, agents=[100], hours=most)


async def test_a_slow_trunk_is_as_slow_as_it_is() -> None:
    slow = settings()
    trunk = slow.trunks[0].model_copy(update={"max_calls_per_s": 0.2, "max_legs": 3})
    async with Hall(slow.model_copy(update={"trunks": (trunk,)})) as hall:
        sue = await hall.run("asm", *NUMBERS)
        await hall.try_out(sue)
        assert (hall.asked.questions[-1].max_calls_per_s, hall.asked.questions[-1].max_legs) == (0.2, 3)


async def test_the_hours_are_those_of_the_calling_window() -> None:
    """At any time of the day: a window that opens later is simulated for its whole length."""
    opens = (datetime.now(UTC).hour * 60 + 6 * 60) % 1380
    day = Hours(opens_minute=opens, closes_minute=opens + 45)
    made = settings()
    window = CallingWindow.model_validate(dict.fromkeys(_DAYS, day))
    narrow = campaign("asm", Mode.PROGRESSIVE_ASM).model_copy(update={"calling_window": window})
    async with Hall(made.model_copy(update={"campaigns": (narrow,)})) as hall:
        await hall.records("asm", *NUMBERS)
        sue = await hall.log_in("sue")
        told = await hall.try_out(sue, agents=[2])
        assert told["hours"] == 0.75


async def test_the_hours_end_with_the_shift_where_that_is_earlier() -> None:
    opens = (datetime.now(UTC).hour * 60 + 6 * 60) % 1380
    day = Hours(opens_minute=opens, closes_minute=opens + 45)
    window = CallingWindow.model_validate(dict.fromkeys(_DAYS, day))
    early = Predictive(shift_ends=opens + 30, shift_zone="UTC")
    more = {"calling_window": window, "predictive": early}
    short = campaign("asm", Mode.PROGRESSIVE_ASM).model_copy(update=more)
    async with Hall(settings().model_copy(update={"campaigns": (short,)})) as hall:
        await hall.records("asm", *NUMBERS)
        told = await hall.try_out(await hall.log_in("sue"), agents=[2])
        assert told["hours"] == 0.5


async def test_what_the_law_has_counted_goes_into_the_question() -> None:
    made = settings()
    noon = campaign("asm", Mode.PROGRESSIVE_ASM).model_copy(update={"predictive": Predictive(window_days=10)})
    async with Hall(made.model_copy(update={"campaigns": (noon,)})) as hall:
        sue = await hall.run("asm", *NUMBERS)
        asm = hall.campaign("asm")
        utc = hall.clock.now().utc
        day = day_of(asm, utc)
        asm.abandonment.remember(day, 300, 15)
        asm.abandonment.remember(day - 9, 80, 2)
        asm.abandonment.remember(day - 10, 1000, 500)
        asm.remembered.append(AnswersRemembered(asm.name, utc - 2 * 86_400, 40, 1))
        asm.hours = OpenHours(0, utc - 7200, utc + 3600, utc - 5400, day)
        told = await hall.try_out(sue, agents=[0])
        (question,) = hall.asked.questions
        assert question.counted == (CountedDay(0, 300, 15), CountedDay(2, 40, 1), CountedDay(9, 80, 2))
        assert question.dialed_h == pytest.approx(1.5, abs=0.05)
        assert question.left_h > 0
        assert (told["answers_before"], told["abandoned_before"]) == (300, 15)
        assert told["outlooks"][0]["abandonment_of_day"] == 1.5  # type: ignore[index]  # JSON


async def test_hours_of_tomorrow_come_after_what_was_counted_today() -> None:
    """There is no dialing for the rest of today: abandoned contacts count on the day before the simulated one."""
    tomorrow = datetime.now(ZoneInfo("Europe/London")) + timedelta(days=1)
    hours = Hours(opens_minute=540, closes_minute=1020)
    closed_days = dict.fromkeys(_DAYS, None)
    window = CallingWindow.model_validate(closed_days | {_DAYS[tomorrow.weekday()]: hours})
    more = {"calling_window": window, "time_zone": "Europe/London"}
    closed = campaign("asm", Mode.PROGRESSIVE_ASM).model_copy(update=more)
    async with Hall(settings().model_copy(update={"campaigns": (closed,)})) as hall:
        await hall.records("asm", *NUMBERS)
        asm = hall.campaign("asm")
        asm.abandonment.remember(day_of(asm, hall.clock.now().utc), 300, 15)
        told = await hall.try_out(await hall.log_in("sue"), agents=[1])
        (question,) = hall.asked.questions
        assert (question.counted, question.dialed_h) == ((CountedDay(1, 300, 15),), 0.0)
        assert (told["answers_before"], told["abandoned_before"]) == (0, 0)


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


# ------------------------------------------------------------------ the simulation itself


def _question(made: CampaignSettings, **more: object) -> ShiftQuestion:
    facts: dict[str, object] = {
        "agents": (2, 4),
        "hours": 0.25,
        "answer_rate": 0.5,
        "ring_s": 10.0,
        "busy_share": 0.2,
        "talk_s": 30.0,
        "wrap_s": 5.0,
        "campaign": made.model_dump_json(),
        "rule": "predictive",
        "max_legs": 30,
        "max_calls_per_s": 5.0,
        "records": 60,
        "seeds": 1,
    }
    return ShiftQuestion(**(facts | more))  # type: ignore[arg-type]  # as named above


SHORT_DAY = CallingWindow(monday=Hours(opens_minute=540, closes_minute=545), tuesday=None)


def test_more_agents_finish_a_list_earlier_and_the_window_of_the_day_is_not_in_the_way() -> None:
    made = campaign("spring", Mode.PREDICTIVE_ASM, max_attempts=1)
    few, more = outlooks(_question(made))
    assert few.ends_after_h is not None
    assert more.ends_after_h is not None
    assert more.ends_after_h < few.ends_after_h
    short = made.model_copy(update={"calling_window": SHORT_DAY})
    assert outlooks(_question(short)) == (few, more)


def test_the_last_retry_is_told_apart_from_the_end_of_the_dialing() -> None:
    """Its 20 records are dialed within minutes; unanswered ones are dialed again two hours later."""
    busy = {CallResult.NO_ANSWER: Retry(delay_s=7200, max_attempts=2), CallResult.BUSY: Retry(delay_s=7200)}
    made = campaign("spring", Mode.PROGRESSIVE_ASM, retries=busy)
    (told,) = outlooks(_question(made, agents=(4,), rule="progressive", records=20))
    assert not told.continued
    assert told.ends_after_h is not None
    assert told.last_retry_h is not None
    assert told.ends_after_h < 0.25
    assert 2 < told.last_retry_h < 2.5


def test_more_agents_never_end_a_list_later_though_somebody_was_abandoned() -> None:
    """An abandoned contact rests for 72 hours, which does not depend on the agents."""
    made = campaign("spring", Mode.PREDICTIVE_ASM)
    for hours in (0.2, 0.7):
        told = outlooks(_question(made, agents=(4, 6, 8), hours=hours, records=300, talk_s=60.0))
        assert max(each.last_retry_h or 0.0 for each in told) > 71, "nobody was abandoned"
        ends = [each.ends_after_h for each in told if each.ends_after_h is not None]
        assert len(ends) == 3
        assert ends == sorted(ends, reverse=True)
        assert ends[0] > ends[-1] + 0.05
        assert ends[0] < 2, "hours of dialing, none of rest"


def test_agents_who_have_nothing_more_to_dial_are_not_counted_idle() -> None:
    """The list is finished after a quarter of the hours; unanswered records are due again a day later."""
    tomorrow = {CallResult.NO_ANSWER: Retry(delay_s=86_400, max_attempts=2), CallResult.BUSY: Retry(delay_s=86_400)}
    made = campaign("spring", Mode.PROGRESSIVE_ASM, retries=tomorrow)
    short, long = (
        outlooks(_question(made, agents=(4,), rule="progressive", records=60, hours=hours))[0] for hours in (0.5, 2.0)
    )
    assert short.utilisation == long.utilisation > 30
    assert short.ends_after_h == long.ends_after_h


def test_what_was_abandoned_today_is_not_to_be_spent_again() -> None:
    made = campaign("spring", Mode.PREDICTIVE_ASM)
    facts = {"agents": (6,), "hours": 0.5, "records": 3000, "dialed_h": 2.0, "left_h": 2.0}
    (clean,) = outlooks(_question(made, **facts, counted=(CountedDay(0, 300, 0), CountedDay(1, 900, 9))))
    (spent,) = outlooks(_question(made, **facts, counted=(CountedDay(0, 300, 30), CountedDay(1, 900, 9))))
    assert clean.abandonment > 0
    assert spent.abandonment == 0, "ten percent were abandoned: nobody more for the rest of the day"
    assert spent.utilisation < clean.utilisation - 3
    assert 0 < clean.abandonment_of_day < clean.abandonment, "the day has clean answers before these hours"
    assert 5 < spent.abandonment_of_day < 10
    (former,) = outlooks(_question(made, **facts, counted=(CountedDay(0, 300, 0), CountedDay(1, 9000, 900))))
    assert former.abandonment == 0, "the days of the window bind as the day does"
    assert former.abandonment_of_day == 0


def test_work_that_takes_no_time_is_no_mistake() -> None:
    made = campaign("spring", Mode.PROGRESSIVE_ASM)
    (told,) = outlooks(_question(made, agents=(2,), rule="progressive", wrap_s=0.0, ring_s=0.0, talk_s=0.0))
    assert told.conversations > 0


def test_a_team_below_the_least_of_the_rule_is_told() -> None:
    made = campaign("spring", Mode.PREDICTIVE_ASM)
    alone, pair = outlooks(_question(made, agents=(1, 2), hours=0.1))
    assert "predictive.min_agents (2)" in alone.fallback
    assert pair.fallback == ""


async def test_the_loop_goes_on_while_a_simulation_is_at_work_and_a_second_one_is_refused() -> None:
    simulator = SimulationProcess()
    question = _question(campaign("spring", Mode.PREDICTIVE_ASM))
    first = asyncio.create_task(simulator.outlook(question))
    worst_s, turns = 0.0, 0
    await asyncio.sleep(0)
    with pytest.raises(Refused, match="at work"):
        await simulator.outlook(question)
    while not first.done():
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        worst_s, turns = max(worst_s, time.perf_counter() - begun), turns + 1
    assert len(await first) == 2
    assert turns > 10
    assert worst_s < 0.5, "a simulation of seconds held the loop"


async def test_a_simulation_that_takes_too_long_is_ended_and_the_next_one_may_begin() -> None:
    simulator = SimulationProcess(limit_s=0.2)
    question = _question(campaign("spring", Mode.PREDICTIVE_ASM), hours=8.0, agents=(100,), records=None)
    for _ in range(2):
        with pytest.raises(Refused, match=r"longer than 0\.2 s"):
            await simulator.outlook(question)


def _children() -> list[str]:
    """Children of this process that are not reaped yet."""
    return [pid for each in Path("/proc/self/task").glob("*/children") for pid in each.read_text().split()]


async def test_who_gives_up_waiting_leaves_no_simulation_behind() -> None:
    before = _children()
    simulator = SimulationProcess()
    question = _question(campaign("spring", Mode.PREDICTIVE_ASM), hours=8.0, agents=(100,), records=None)
    waiting = asyncio.create_task(simulator.outlook(question))
    async with asyncio.timeout(10):
        while _children() == before:  # noqa: ASYNC110 - a process tells nobody that it has begun
            await asyncio.sleep(0.005)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert _children() == before
    assert await simulator.outlook(_question(campaign("spring", Mode.PREDICTIVE_ASM), hours=0.05))


async def test_what_cannot_be_simulated_is_told_in_words() -> None:
    simulator = SimulationProcess()
    with pytest.raises(Refused, match="answer_rate: 0 is no share"):
        await simulator.outlook(_question(campaign("spring", Mode.PREDICTIVE_ASM), answer_rate=0.0))
