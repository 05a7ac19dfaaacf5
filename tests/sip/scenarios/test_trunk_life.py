"""Trunks under probes and limits: going down, coming up, and the carrier's counts."""

from __future__ import annotations

import pytest

from dialer.campaigns.reason import NoCallsCode
from dialer.lab.scenario import CAMPAIGN
from dialer.trunks.trunk import TrunkState
from dialer.vocabulary.ids import CampaignName
from dialer.vocabulary.results import CallResult
from tests.sip.engine.scenario import invited, pause, receive, respond, script

from .booth import AGENT, OTHERS, Booth, Booths, Carrier
from .messages import Wire
from .steps import ENDLESS, probed_or, refused

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROBED = {"probe": "options", "probe_interval_s": 0.3, "probe_deadline_s": 0.2, "probe_misses_down": 3}
BUSY = refused(486, "Busy Here")
NUMBERS = ("+12025550101", "+12025550102")


async def _until_state(booth: Booth, state: TrunkState) -> None:
    await booth.until(f"the trunk is {state}", lambda: booth.trunk("first").state is state)


@pytest.mark.parametrize("code", [200, 404, 503])
async def test_any_answer_to_a_probe_is_alive(booths: Booths, code: int) -> None:
    async with booths(Carrier(probed_or(code, BUSY), calls=ENDLESS, trunk=PROBED)) as booth:
        await _until_state(booth, TrunkState.UP)
        await booth.until("it is probed again", lambda: len(booth.wire_so_far("first").once.requests("OPTIONS")) >= 2)
        await booth.start()
        attempt = await booth.settled()
        wire = await booth.close_carrier("first")
    assert attempt.result is CallResult.BUSY
    assert {each.code for each in wire.responses("OPTIONS", ours=False)} == {code}
    assert wire.call_ids == list(attempt.call_ids)


async def test_three_misses_are_down_and_one_answer_is_up(booths: Booths) -> None:
    carrier = Carrier(probed_or(200, BUSY), calls=ENDLESS, trunk=PROBED)
    async with booths(carrier, numbers=NUMBERS) as booth:
        await _until_state(booth, TrunkState.UP)
        before = await booth.close_carrier("first")
        await _until_state(booth, TrunkState.DOWN)
        assert booth.trunk("first").misses >= 3
        await booth.start()
        campaign = booth.world.campaigns[CampaignName(CAMPAIGN)]
        await booth.until(
            "the reason is told", lambda: campaign.reason is not None and campaign.reason.code is NoCallsCode.TRUNK_DOWN
        )
        assert await booth.attempts(NUMBERS[0]) == []
        await booth.open_carrier("first", carrier)
        await _until_state(booth, TrunkState.UP)
        attempts = [await booth.settled(number) for number in NUMBERS]
        after = await booth.close_carrier("first")
        assert len(await booth.told("trunk_down")) == 1
        assert len(await booth.told("trunk_up", least=2)) == 2
    assert [attempt.result for attempt in attempts] == [CallResult.BUSY] * 2
    assert before.call_ids == []
    assert sorted(after.call_ids) == sorted(one for attempt in attempts for one in attempt.call_ids)


async def test_a_dead_trunk_leaves_the_calls_to_the_next(booths: Booths) -> None:
    async with booths(Carrier(trunk=PROBED), Carrier(BUSY)) as booth:
        await _until_state(booth, TrunkState.DOWN)
        await booth.start()
        attempt = await booth.settled()
        await booth.wire("second")
    assert (attempt.result, attempt.trunks) == (CallResult.BUSY, ("second",))


async def test_new_calls_are_spread_over_the_second(booths: Booths) -> None:
    numbers = tuple(f"+120255501{n:02d}" for n in range(6))
    async with booths(Carrier(BUSY, calls=len(numbers), trunk={"max_calls_per_s": 4}), numbers=numbers) as booth:
        await booth.start(AGENT, *OTHERS)
        for number in numbers:
            assert (await booth.settled(number)).result is CallResult.BUSY
        wire = await booth.wire("first")
    begun = [each.at for each in wire.once.requests("INVITE")]
    assert len(begun) == len(numbers)
    # Four a second, one of them saved up; a call may be late on a busy machine, and the fifth then seem early.
    spans = [fifth - first for first, fifth in zip(begun, begun[4:], strict=False)]
    assert min(spans) >= 0.7, begun


async def test_no_more_legs_than_the_trunk_may_carry(booths: Booths) -> None:
    numbers = tuple(f"+120255501{n:02d}" for n in range(6))
    rings = script(invited(), respond(180, "Ringing"), pause(500), respond(486, "Busy Here"), receive("ACK"))
    async with booths(Carrier(rings, calls=len(numbers), trunk={"max_legs": 2}), numbers=numbers) as booth:
        await booth.start(AGENT, *OTHERS)
        for number in numbers:
            assert (await booth.settled(number)).result is CallResult.BUSY
        wire = await booth.wire("first")
    assert most_at_a_time(wire) == 2
    assert len(wire.call_ids) == len(numbers)


def most_at_a_time(wire: Wire) -> int:
    """Calls between INVITE and final answer, counted on the wire."""
    changes = [(each.at, 1) for each in wire.once.requests("INVITE")]
    changes += [(each.at, -1) for each in wire.once.responses("INVITE", ours=False) if each.code >= 200]
    now, most = 0, 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
