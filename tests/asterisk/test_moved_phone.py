"""A transfer by a key of the phone, at a real Asterisk that asserts identities: the engine reports the new party."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dialer.cli.live_check.ends import STEP_S, Softphone, WatchedEngine, dialer_end, phone_end
from dialer.trunks.accounts import configure, phone_target
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import LegRole

from .example import Example

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

LEG = LegId("standing")


async def registered(end: WatchedEngine) -> None:
    def is_so() -> bool:
        return any(one.registered for one in end.of(telephony.AccountState))

    await end.until(is_so, STEP_S, "its registration")


async def bridged(example: Example) -> None:
    """Asterisk has both channels in one bridge: a REFER before that is refused, some milliseconds after the 200 OK."""
    async with asyncio.timeout(STEP_S):
        while not re.search(r" 2 (basic|simple)", await example.asterisk.cli("bridge show all")):
            continue


async def test_the_engine_tells_who_is_at_the_end_of_a_leg_that_was_moved(example: Example, tmp_path: Path) -> None:
    await example.change({"allow_transfer = no": ""})
    settings = example.settings()
    made = configure(settings, settings.engines[0])
    account, uri, _ = phone_target(settings, "101@desks", "test")
    trunk = settings.trunks[0]
    registrar = f"sip:{trunk.host}:{trunk.sip_port};transport=udp"
    async with AsyncExitStack() as stack:
        ends = [
            WatchedEngine(user, tmp_path, phone_end(made, made.accounts[0], user, f"change-me-{user}", registrar))
            for user in ("101", "102")
        ]
        dialer = WatchedEngine("dialer", tmp_path, dialer_end(made, settings.engines[0]))
        for each in (dialer, *ends):
            await stack.enter_async_context(each)
        for end in ends:
            await registered(end)

        def identities() -> list[str]:
            told = (each.identity for each in dialer.of(telephony.LegMedia) if each.leg == LEG and each.identity)
            return list(dict.fromkeys(told))

        dialer.send(telephony.Dial(LEG, account, uri, LEG, 20, role=LegRole.AGENT))
        first, second = (Softphone(end) for end in ends)
        await first.answer()
        await dialer.until(lambda: bool(identities()), STEP_S, "the first identity")
        assert first.leg is not None
        await bridged(example)
        ends[0].send(telephony.Refer(first.leg, uri.replace("sip:101@", "sip:102@")))
        await second.answer()
        await dialer.until(lambda: len(identities()) > 1, STEP_S, "the second identity")
        assert identities() == ["101", "102"]
        assert dialer.is_up(LEG)
        await dialer.clear()
