"""The extension of a record, on the wire: its digits go to the contact's exchange once it has answered."""

from __future__ import annotations

import pytest

from dialer.vocabulary.results import CallResult
from tests.sip.engine.scenario import receive, respond_to_last, script

from .booth import Booths, Carrier
from .steps import answered, ended_by_us

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_digits_reach_the_exchange_after_the_answer(booths: Booths) -> None:
    digit = script(receive("INFO"), respond_to_last(200, "OK"))
    steps = script(answered(), digit, digit, ended_by_us())
    carrier = Carrier(steps, trunk={"dtmf": "info"})
    async with booths(carrier, data={"extension": "12"}, campaign={"extension_after_s": 0.5}) as booth:
        await booth.start()
        call = await booth.connected()
        await booth.until("both digits are sent", lambda: len(booth.wire_so_far("first").once.requests("INFO")) == 2)
        await booth.end_call(call)
        await booth.wrap_up(call)
        assert (await booth.settled()).result is CallResult.ANSWER
        wire = await booth.wire("first")
    digits = [message.body.splitlines()[0] for message in wire.once.requests("INFO")]
    assert [line.partition("=")[2].strip() for line in digits] == ["1", "2"]
