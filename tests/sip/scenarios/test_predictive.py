"""Contacts who are dialed before an agent is free: their agents, their waits, and the counts."""

from __future__ import annotations

import math
import wave
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec
import pytest

from config.model import Mode, Predictive
from dialer.agents.agent import AgentState
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.campaigns.calendar import day_of
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.lab.scenario import CAMPAIGN
from dialer.pacing.baselines.ratio import Ratio
from dialer.pacing.governor import Governor
from dialer.views.call import CallPhase
from dialer.vocabulary import commands
from dialer.vocabulary.events import EngineSaid
from dialer.vocabulary.ids import AgentName, CampaignName
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.vocabulary.telephony import Joined
from tests.sip.engine.scenario import pause, receive, respond, script

from .booth import AGENT, OTHERS, Booth, Booths, Carrier
from .messages import Wire
from .steps import by_number, ended_by_us, hangs_up, ok

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECOND, THIRD = OTHERS
DEMO = CampaignName(CAMPAIGN)
NUMBERS = tuple(f"+120255501{n:02d}" for n in range(10, 18))
LAW_S = 2.0
MESSAGE_S = 0.5
RINGING = respond(180, "Ringing")
ANSWERS = script(ok(), receive("ACK"))
BUSY = script(respond(486, "Busy Here"), receive("ACK"))


def predictive(mode: Mode = Mode.PREDICTIVE_ASM, limit_s: float = LAW_S, **more: object) -> dict[str, object]:
    """Changes to the usual campaign. A contact waits for `limit_s`."""
    rules = Predictive(min_agents=1, connect_limit_s=limit_s)
    return {"mode": mode, "predictive": rules, "contact_wait_s": limit_s, **more}


def lines(booth: Booth, each: float) -> None:
    """From now on this many calls ring for each idle agent, so that tests know their number."""
    booth.world.pacers[DEMO] = Governor(Ratio(each))


def campaign(booth: Booth) -> Campaign:
    return booth.world.campaigns[DEMO]


def counted(booth: Booth) -> tuple[int, int]:
    """Live answers and abandoned ones, as the campaign counts them for the law."""
    found = campaign(booth)
    count = found.abandonment.within(2, day_of(found, booth.node.clock.now().utc))
    return count.answers, count.abandoned


async def is_queued(booth: Booth, number: str) -> Interaction:
    call = await booth.call(number)
    await booth.until(f"{number} waits", lambda: call.state is InteractionState.QUEUED)
    return call


async def hand_over(booth: Booth, agent: AgentName, call: Interaction) -> None:
    """The agent ends the conversation and is ready for the next one."""
    await booth.ask(EndCall(agent, call.id))
    await booth.phase(call, CallPhase.ENDED)
    await booth.ask(SetOutcome(agent, call.id, disposition="sale"))
    await booth.ask(Done(agent, call.id, "ready"))


@pytest.fixture
def message(tmp_path: Path) -> str:
    """A waiting message: half a second of 1 kHz."""
    path = tmp_path / "message.wav"
    samples = (round(8000 * math.sin(2 * math.pi * 1000 * n / 8000)) for n in range(round(8000 * MESSAGE_S)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(each.to_bytes(2, "little", signed=True) for each in samples))
    return str(path)


class Desktop:
    """The events at an agent's desktop, and the times of joins, on the same clock (CLOCK_MONOTONIC)."""

    def __init__(self, booth: Booth, agent: AgentName) -> None:
        self._booth = booth
        self._connection, _ = booth.node.feed.connect(agent, "test", floor=False)
        self.joined: list[float] = []
        booth.node.inbox.watch_handled(self._handled)

    def _handled(self, message: object, _: float) -> None:
        if isinstance(message, EngineSaid) and isinstance(message.event, Joined) and message.event.others:
            self.joined.append(message.event.at)

    def shown(self, call: Interaction) -> list[float]:
        """When the record was sent."""
        now = self._booth.node.clock.now()
        events = [msgspec.json.decode(each) for each in self._connection.ring.after(0)]
        sent = [each for each in events if (each["topic"], each["key"]) == ("interaction", call.id) and each["body"]]
        return [each["at"] - now.utc + now.monotonic for each in sent]

    def close(self) -> None:
        self._booth.node.feed.disconnect(self._connection)


@contextmanager
def desktop(booth: Booth, agent: AgentName = AGENT) -> Iterator[Desktop]:
    found = Desktop(booth, agent)
    try:
        yield found
    finally:
        found.close()


@pytest.mark.parametrize("mode", [Mode.PREDICTIVE_ASM, Mode.PREDICTIVE])
async def test_the_record_is_on_the_desktop_before_the_legs_are_joined(booths: Booths, mode: Mode) -> None:
    number = NUMBERS[0]
    async with booths(
        Carrier(by_number({number: script(RINGING, ANSWERS, ended_by_us())})),
        numbers=[number],
        campaign=predictive(mode),
    ) as booth:
        lines(booth, 1)
        with desktop(booth) as desk:
            await booth.start()
            call = await booth.connected(number)
            await booth.until("contact and agent are joined", lambda: bool(desk.joined))
            shown = desk.shown(call)
            assert shown
            assert shown[0] < desk.joined[0]
        assert booth.world.agents[AGENT].interaction == call.id
        await booth.end_call(call)
        await booth.wrap_up(call)
        attempt = await booth.settled(number)
        await booth.wire("first")
    assert (attempt.result, attempt.abandoned) == (CallResult.ANSWER, False)


def bye_after_answer_s(wire: Wire, number: str) -> float:
    """From a contact's 200 to the BYE of its call, on the wire."""
    (invite,) = [each for each in wire.once.requests("INVITE") if number in each.uri]
    call = [each for each in wire.once if each.header("Call-ID") == invite.header("Call-ID")]
    answered = next(each.at for each in call if each.code == 200 and each.method == "INVITE")
    return next(each.at for each in call if not each.code and each.method == "BYE") - answered


@asynccontextmanager
async def one_too_many(booths: Booths, message: str, leaves: str) -> AsyncIterator[tuple[Booth, Interaction]]:
    """Two contacts answer for one agent: the first talks with her, in the given call, the second `leaves`."""
    first, second = NUMBERS[:2]
    steps = by_number(
        {
            first: script(ANSWERS, ended_by_us()),
            second: script(RINGING, pause(300), ANSWERS, leaves),
        }
    )
    async with booths(
        Carrier(steps, calls=2), numbers=[first, second], campaign=predictive(waiting_message=message)
    ) as booth:
        lines(booth, 2)
        await booth.start()
        yield booth, await booth.connected(first)


@pytest.mark.parametrize("who", ["we", "the contact"])
async def test_without_an_agent_the_message_comes_after_two_seconds(booths: Booths, message: str, who: str) -> None:
    """Abandoned in both cases: we hang up at the message's end, or the contact during it."""
    second = NUMBERS[1]
    leaves = ended_by_us() if who == "we" else script(pause(2200), hangs_up())
    async with one_too_many(booths, message, leaves) as (booth, call):
        attempt = await booth.settled(second)
        assert counted(booth) == (2, 1)
        assert booth.world.agents[AGENT].interaction == call.id
        record = await booth.record(second)
        await booth.end_call(call)
        await booth.wrap_up(call)
        wire = await booth.wire("first")
    assert (attempt.result, attempt.abandoned, attempt.connected_at) == (CallResult.ABANDONED, True, None)
    assert record.result is CallResult.ABANDONED
    lasted_s = bye_after_answer_s(wire, second)
    assert lasted_s >= (LAW_S + MESSAGE_S - 0.1 if who == "we" else LAW_S)
    assert len(wire.once.requests("BYE", ours=False)) == (0 if who == "we" else 1)


async def test_who_hangs_up_before_that_is_counted_apart(booths: Booths, message: str) -> None:
    second = NUMBERS[1]
    async with one_too_many(booths, message, script(pause(700), hangs_up())) as (booth, call):
        attempt = await booth.settled(second)
        assert counted(booth) == (2, 0)
        await booth.end_call(call)
        await booth.wrap_up(call)
        wire = await booth.wire("first")
    assert (attempt.result, attempt.abandoned) == (CallResult.DROPPED, False)
    assert bye_after_answer_s(wire, second) < LAW_S


async def test_who_waits_longest_gets_the_agent_who_is_idle_longest(booths: Booths) -> None:
    """Three agents are idle, the first one longest; five contacts answer one after the other."""
    answers = {number: pause(400 + 400 * n) for n, number in enumerate(NUMBERS[:5])}
    steps = by_number({number: script(RINGING, wait, ANSWERS, ended_by_us()) for number, wait in answers.items()})
    agents = [SECOND, AGENT, THIRD]
    async with booths(Carrier(steps, calls=5), numbers=NUMBERS[:5], campaign=predictive(limit_s=10.0)) as booth:
        lines(booth, 0)
        await booth.start(*agents)
        await booth.until("all are engaged", lambda: _engaged(booth) == len(agents))
        lines(booth, 1.7)
        calls = [await booth.connected(number) for number in NUMBERS[:3]]
        assert [call.agent for call in calls] == agents
        fourth, fifth = [await is_queued(booth, number) for number in NUMBERS[3:5]]
        lines(booth, 0)
        await hand_over(booth, THIRD, calls[2])
        await booth.until("the fourth has an agent", lambda: fourth.agent is not None)
        assert (fourth.agent, fifth.agent) == (THIRD, None)
        await hand_over(booth, SECOND, calls[0])
        await booth.until("the fifth has an agent", lambda: fifth.agent is not None)
        assert fifth.agent == SECOND
        for call in (calls[1], fourth, fifth):
            assert call.agent is not None
            await hand_over(booth, call.agent, call)
        attempts = [await booth.settled(number) for number in NUMBERS[:5]]
        await booth.wire("first")
        assert counted(booth) == (5, 0)
    assert {attempt.result for attempt in attempts} == {CallResult.ANSWER}


def _engaged(booth: Booth) -> int:
    legs = [booth.world.legs.get(each.engaged) for each in booth.world.agents.values() if each.engaged]
    return sum(leg is not None and leg.is_connected for leg in legs)


async def test_what_rings_goes_on_ringing_through_changes_of_mode(booths: Booths) -> None:
    """Predictive, progressive and back while three calls ring for one agent: no CANCEL, no call twice; in progressive
    mode nothing is dialed until each call that rings has an agent."""
    rings = {
        NUMBERS[0]: script(pause(900), ANSWERS, ended_by_us()),
        NUMBERS[1]: script(pause(600), BUSY),
        NUMBERS[2]: script(pause(1200), BUSY),
        NUMBERS[3]: script(pause(300), BUSY),
        NUMBERS[4]: script(pause(300), BUSY),
        NUMBERS[5]: script(pause(300), BUSY),
    }
    steps = by_number({number: script(RINGING, rest) for number, rest in rings.items()})
    async with booths(Carrier(steps, calls=6), numbers=NUMBERS[:6], campaign=predictive()) as booth:
        lines(booth, 3)
        await booth.start()
        await _ringing(booth, NUMBERS[:3])
        await booth.ask(commands.ChangeMode(DEMO, "PROGRESSIVE_ASM", "test"))
        call = await booth.connected(NUMBERS[0])
        await booth.settled(NUMBERS[2])
        assert len(booth.wire_so_far("first").call_ids) == 3
        await hand_over(booth, AGENT, call)
        await _ringing(booth, NUMBERS[3:4])
        assert booth.world.agents[AGENT].state is AgentState.RESERVED
        await booth.ask(commands.ChangeMode(DEMO, "PREDICTIVE_ASM", "test"))
        attempts = [await booth.settled(number) for number in NUMBERS[:6]]
        wire = await booth.wire("first")
    assert [attempt.result for attempt in attempts] == [CallResult.ANSWER, *[CallResult.BUSY] * 5]
    assert not wire.requests("CANCEL")
    assert len(wire.call_ids) == 6
    begun = {each.header("Call-ID"): each.at for each in wire.once.requests("INVITE")}
    told = [begun[attempt.call_ids[0]] for attempt in attempts]
    # The last two came together, in predictive mode.
    assert told[5] - told[4] < told[4] - told[3]


async def _ringing(booth: Booth, numbers: Sequence[str]) -> None:
    for number in numbers:
        await booth.phase(await booth.call(number), CallPhase.RINGING)


async def test_a_trunk_that_fails_in_mid_burst_loses_nothing(booths: Booths) -> None:
    """Two calls ring and four are being set up when the carrier becomes silent: the ringing ones end normally, the
    others go to the next trunk, and each record has one result."""
    numbers = NUMBERS[:6]
    silent = by_number(
        {number: script(RINGING, pause(60_000)) if n < 2 else pause(60_000) for n, number in enumerate(numbers)}
    )
    spare = by_number(dict.fromkeys(numbers, BUSY))
    async with booths(
        Carrier(silent, calls=6, trunk={"nothing_heard_s": 1.0}),
        Carrier(spare, calls=4),
        numbers=numbers,
        campaign=predictive(ring_timeout_s=2.5),
    ) as booth:
        lines(booth, 6)
        await booth.start()
        await _ringing(booth, numbers[:2])
        dead = await booth.close_carrier("first")
        attempts = [await booth.settled(number) for number in numbers]
        records = [await booth.record(number) for number in numbers]
        wire = await booth.wire("second")
        assert not booth.world.interactions
    assert [attempt.result for attempt in attempts[2:]] == [CallResult.BUSY] * 4
    assert {record.status for record in records} == {RecordStatus.READY}
    assert [record.attempts for record in records] == [1] * 6
    assert len(dead.call_ids) + len(wire.call_ids) == sum(len(attempt.call_ids) for attempt in attempts)
