"""The reasons why a campaign that dials ahead dials nothing or little: asked over the API in every situation of a
shift."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.model import CallingList, CallingWindow, Hours, Mode, Predictive
from dialer.pacing import Decision, Observation, PacingSnapshot
from dialer.pacing.governor import Governor
from dialer.vocabulary import events
from dialer.vocabulary.reasons.reason import Said
from dialer.vocabulary.reasons.trunks import TrunkRefusesAgain
from dialer.vocabulary.telephony import LegAlerting
from tests.api.engine import ENGINE
from tests.api.stage import Person, Stage, campaign, settings

AHEAD = "ahead"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Contacts who do not answer, and those who are busy.
RINGING = tuple(f"+4420794{n}0101" for n in range(6, 9))


class Script:
    """A rule with the decisions of the test."""

    def __init__(self) -> None:
        self.decision = Decision(0, Said("decision", "dials none: 1:1, the abandonment of the day is spent"))
        self.fault: Exception | None = None

    def observe(self, observation: Observation) -> None:
        """Does nothing: its decisions need no observations."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        if self.fault is not None:
            raise self.fault
        return self.decision


class Shift:
    """A predictive campaign of two agents, and one that shares them. The store's list has `RINGING` contacts."""

    def __init__(self, stage: Stage, script: Script) -> None:
        self.stage = stage
        self.script = script
        self.people: dict[str, Person] = {}

    async def start(self, *numbers: str) -> None:
        self.people["sue"] = await self.stage.run(AHEAD, *(numbers or RINGING))

    async def ready(self, *names: str) -> None:
        for name in names:
            self.people[name] = await self.stage.log_in(name)
            await self.people[name].post("/agent/ready")

    async def why(self) -> dict[str, Any]:
        self.stage.tick()
        told = await self.people["sue"].get(f"/campaigns/{AHEAD}/why")
        assert isinstance(told, dict)
        return told

    async def told(self, code: str, words: str = "") -> str:
        """The sentence, once the reason has this code and these words."""
        told: dict[str, Any] = {}
        try:
            async with asyncio.timeout(10):
                while True:
                    told = (await self.why())["why"] or {}
                    if told.get("code") == code and words in told["sentence"]:
                        return str(told["sentence"])
        except TimeoutError:
            raise AssertionError(f"not {code}: {told}") from None

    async def pacing(self) -> dict[str, Any]:
        told = await self.people["sue"].get(f"/campaigns/{AHEAD}/pacing?limit=1")
        assert isinstance(told, dict)
        return told

    async def paced(self, basis: str) -> str:
        """The pacing's sentence, once it decides on this basis."""
        told: dict[str, Any] = {}
        try:
            async with asyncio.timeout(10):
                while told.get("basis") != basis:
                    self.stage.tick()
                    told = await self.pacing()
        except TimeoutError:
            raise AssertionError(f"not {basis}: {told}") from None
        return str(told["sentence"])


def made(**more: Any) -> Any:
    shared = {"lists": (CallingList(name="other"),)}
    ahead = campaign(AHEAD, Mode.PREDICTIVE, predictive=Predictive(min_agents=1)).model_copy(update=more)
    other = campaign("other", Mode.PREDICTIVE, priority=2, predictive=Predictive(min_agents=1)).model_copy(
        update=shared
    )
    return settings().model_copy(update={"campaigns": (ahead, other)})


def closed_now() -> CallingWindow:
    """Open for an hour of each day, half a day away."""
    hour = (datetime.now(ZoneInfo("Europe/London")).hour + 12) % 24
    hours = Hours(opens_minute=60 * hour, closes_minute=60 * hour + 60)
    return CallingWindow.model_validate(dict.fromkeys(DAYS, hours))


@pytest.fixture
def more() -> dict[str, Any]:
    """Other settings of the campaign."""
    return {}


@pytest.fixture
async def shift(more: dict[str, Any]) -> AsyncIterator[Shift]:
    script = Script()
    stage = Stage(made(**more))
    stage.world.make_pacer = lambda each: Governor(script, each.predictive.min_agents)
    async with stage:
        yield Shift(stage, script)


async def test_a_campaign_that_is_paused_says_who_starts_it(shift: Shift) -> None:
    await shift.start()
    await shift.people["sue"].post(f"/campaigns/{AHEAD}/stop")
    told = await shift.told("not_running")
    assert told == "The campaign is loaded and not started; a supervisor starts it."
    assert (await shift.pacing())["sentence"] == told
    assert (await shift.why())["pacing"] == told


async def test_without_agents_that_is_the_reason(shift: Shift) -> None:
    await shift.start()
    assert await shift.told("no_agents") == "No agent of the campaign's teams is logged in."
    assert "0 at work, and dialing ahead begins with 1" in await shift.paced("few_agents")


async def test_agents_on_a_break_are_counted(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna", "ben")
    for name in ("anna", "ben"):
        await shift.people[name].post("/agent/not-ready", {"reason": "break"})
    assert await shift.told("no_agents") == "2 agents are logged in, none is ready."
    assert "0 at work" in (told := await shift.paced("few_agents"))
    assert "2 not ready" in told


async def test_where_all_are_busy_the_pacing_says_why_nothing_is_dialed_ahead(shift: Shift) -> None:
    await shift.ready("anna")
    shift.script.decision = Decision(1, Said("decision", "dials 1: one more"))
    await shift.start(*(f"+4420794601{n}" for n in range(11, 40)))
    await shift.stage.until(lambda: shift.stage.state("anna") == "busy")
    shift.script.decision = Decision(0, Said("decision", "dials none: 1:1, the abandonment of the day is spent"))
    told = await shift.told("all_agents_occupied", "spent")
    assert told.startswith("1 agent is occupied, none is free. By forecast: dials none")
    assert "the abandonment of the day is spent." in told
    assert "spent" in (await shift.why())["pacing"]


async def test_an_agent_is_idle_and_the_rule_dials_nothing(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna")
    assert "the abandonment of the day is spent" in await shift.told("held_by_pacing")


@pytest.mark.parametrize("more", [{"predictive": Predictive(min_agents=3)}])
async def test_few_agents_are_named_with_the_setting(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna")
    told = await shift.paced("few_agents")
    assert told.startswith("Contacts are dialed one for each idle agent for now: 1 at work, and dialing ahead begins")
    assert "with 3 (predictive.min_agents)" in told


async def test_a_list_at_its_end_says_so(shift: Shift) -> None:
    shift.script.decision = Decision(1, Said("decision", "dials 1: one more"))
    await shift.start("+442079460102")
    await shift.ready("anna")
    assert "1 record waits for its next attempt" in await shift.told("waiting_for_retry")


async def test_numbers_on_the_do_not_call_list_are_not_dialed_and_counted(shift: Shift) -> None:
    sue = await shift.stage.log_in("sue")
    await sue.post("/do-not-call", {"numbers": list(RINGING)})
    await shift.start()
    await shift.ready("anna")
    assert "3 records are done" in (told := await shift.told("list_finished")), told
    assert told.endswith("No attempt was made. Numbers on the do-not-call list are done without an attempt.")


@pytest.mark.parametrize("more", [{"calling_window": closed_now()}])
async def test_outside_the_window_the_records_are_counted(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna")
    assert "3 records are due, all outside the calling window" in await shift.told("out_of_window")


async def test_a_trunk_that_is_paused_or_full_is_named(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna")
    trunk = shift.stage.world.trunks[next(iter(shift.stage.world.trunks))]
    trunk.resumes_at = shift.stage.clock.now().monotonic + 60
    trunk.complain(TrunkRefusesAgain(403, "403 Forbidden", 5), shift.stage.clock.now().utc)
    told = await shift.told("trunk_down", "403")
    assert told == "No trunk is up (carrier: paused). Last error of carrier: 403 Forbidden, 5 times in a row."
    trunk.resumes_at = 0.0
    trunk.settings = trunk.settings.model_copy(update={"max_legs": 0})
    assert "carrier: max_legs" in await shift.told("trunk_limit")


async def test_news_that_come_late_are_named_with_the_limit(shift: Shift) -> None:
    shift.script.decision = Decision(1, Said("decision", "dials 1: one more"))
    await shift.start()
    await shift.ready("anna")
    await shift.stage.until(lambda: shift.stage.engine.up)
    leg = next(iter(shift.stage.engine.up))
    late = shift.stage.clock.now().monotonic - 1.5
    shift.stage.post(events.EngineSaid(ENGINE, LegAlerting(leg, early_media=False, at=late)))
    told = await shift.paced("lag")
    assert "1.5 s late, more than 1 s is too late for a forecast" in told


async def test_a_pacer_that_fails_is_told_with_the_remedy_and_the_remedy_works(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna")
    sue = shift.people["sue"]
    socket = await sue.socket()
    shift.script.fault = ZeroDivisionError("nobody")
    told = await shift.paced("failure")
    assert "the forecast failed (ZeroDivisionError: nobody); stop and start the campaign to have it back" in told
    while True:
        event = await socket.receive_json(timeout=5)
        if event.get("topic") == "campaign" and event["body"]["pacing_problem"]:
            assert event["body"]["pacing_problem"] == "ZeroDivisionError: nobody"
            break
    await socket.close()
    shift.script.fault = None
    await sue.post(f"/campaigns/{AHEAD}/stop")
    await shift.stage.until(lambda: shift.stage.campaign(AHEAD).state == "loaded")
    await sue.post(f"/campaigns/{AHEAD}/start")
    assert "By forecast" in await shift.paced("forecast")


@pytest.mark.parametrize("more", [{"priority": 3}])
async def test_agents_who_work_for_another_campaign_first_are_named(shift: Shift) -> None:
    await shift.stage.run("other", "+442079460131", "+442079460132")
    await shift.start()
    await shift.ready("anna", "ben")
    assert "2 agents are ready and work for other first" in await shift.told("agents_elsewhere", "2 agents")
    assert "2 at work for other" in await shift.paced("few_agents")


async def test_a_database_or_an_engine_that_is_away_makes_old_decisions_worth_nothing(shift: Shift) -> None:
    await shift.start()
    await shift.ready("anna")
    await shift.paced("forecast")
    shift.stage.engine.disconnect()
    await shift.told("engine_unavailable")
    assert (await shift.pacing())["sentence"].startswith("No engine is connected")


async def test_a_change_of_the_mode_is_answered_with_what_happens(shift: Shift) -> None:
    shift.script.decision = Decision(3, Said("decision", "dials 3: all"))
    await shift.start()
    await shift.ready("anna", "ben")
    await shift.stage.until(lambda: len(shift.stage.engine.up) == 3)
    sue, path = shift.people["sue"], f"/campaigns/{AHEAD}/mode"
    gentle = await sue.post(path, {"mode": "PROGRESSIVE"})
    assert (gentle["mode"], gentle["happens"][0]) == ("PROGRESSIVE", "3 calls that ring go on ringing.")
    assert "have an agent each before new ones" in gentle["happens"][1]
    assert len(shift.stage.engine.up) == 3
    back = await sue.post(path, {"mode": "PREDICTIVE"})
    assert "at most 3 % of the live answers are abandoned, of each day and of 30 days together" in back["happens"][1]
    assert back["happens"][2].endswith("the campaign names no waiting_message.")
    hard = await sue.post(path, {"mode": "PREDICTIVE_ASM"})
    assert hard["happens"][:2] == [
        "3 calls that ring are given up.",
        "The phones of ready agents are rung now, to stay connected.",
    ]
    refused = await sue.post(path, {"mode": "PREVIEW"}, status=409)
    assert refused["code"] == "stop_first"
    await sue.post(f"/campaigns/{AHEAD}/stop")
    await shift.stage.until(lambda: shift.stage.campaign(AHEAD).state == "loaded")
    stopped = await sue.post(path, {"mode": "PREVIEW"})
    assert stopped["happens"][0] == "It dials in PREVIEW when it is started."
