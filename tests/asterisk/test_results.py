"""Asterisk's answers for unanswered contacts: SIP code, Q.850 cause of its Reason header, call result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from config.model import Mode
from dialer.ports.reports import AttemptRow
from dialer.vocabulary.results import CallResult
from sip.lab.behaviours import Behaviour, number_for

from .floor import Floor
from .floors import PHONES_MOST, Floors, Switch

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAID: Mapping[Behaviour, tuple[CallResult, int, int | None]] = {
    Behaviour.BUSY: (CallResult.BUSY, 486, 17),
    Behaviour.NO_ANSWER: (CallResult.NO_ANSWER, 480, 19),
    Behaviour.CONGESTED: (CallResult.CONGESTION, 503, 34),
    Behaviour.CONGESTED_RETRY: (CallResult.CONGESTION, 503, 34),
    Behaviour.UNKNOWN_NUMBER: (CallResult.INVALID_NUMBER, 404, 1),
    Behaviour.INCOMPLETE_NUMBER: (CallResult.INVALID_NUMBER, 484, 28),
    Behaviour.SIT_UNKNOWN: (CallResult.INVALID_NUMBER, 404, 1),
    Behaviour.DECLINED: (CallResult.DECLINED, 403, 21),
    Behaviour.ABSENT: (CallResult.NO_ANSWER, 480, 19),
}
"""Asterisk makes the cause from the carrier's SIP code, and its own code from the cause: 603 becomes 403; absent (20)
and congested (42) become the usual cause of the code."""
RING_TIMEOUT_S = 4.0
"""Only for the test of the time-out: on a busy machine special information tones last longer. The pacing needs at least
this much ringing; campaigns have at least 15 s."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def settled(switch: Switch, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, AttemptRow]]:
    """The attempts of a campaign with one number of each behaviour, all settled and with no leg left."""
    numbers = [number_for(behaviour) for behaviour in SAID]
    floors = Floors(switch, tmp_path_factory.mktemp("results"))
    async with floors(*numbers, agents=PHONES_MOST, mode=Mode.PROGRESSIVE_ASM) as floor:
        attempts = await played(floor, *numbers)
    yield attempts


async def played(floor: Floor, *numbers: str) -> dict[str, AttemptRow]:
    await floor.start()
    attempts = await floor.until_done(*numbers, timeout_s=40.0)
    await floor.until_quiet()
    assert not floor.world.interactions
    return attempts


@pytest.mark.parametrize("behaviour", SAID)
async def test_the_word_of_asterisk_is_the_result(settled: dict[str, AttemptRow], behaviour: Behaviour) -> None:
    attempt = settled[number_for(behaviour)]
    assert (attempt.result, attempt.code, attempt.q850) == SAID[behaviour]
    assert (attempt.answered_at, attempt.connected_at) == (None, None)


async def test_our_own_ring_timeout_is_no_answer_without_a_code(floors: Floors) -> None:
    number = number_for(Behaviour.RINGS_ON)
    async with floors(number, campaign={"ring_timeout_s": RING_TIMEOUT_S}) as floor:
        attempt = (await played(floor, number))[number]
    assert (attempt.result, attempt.code, attempt.q850) == (CallResult.NO_ANSWER, 0, None)
    assert (attempt.answered_at, attempt.connected_at) == (None, None)
