"""The runner carries a world out in real time; the engine is a fake of the port `Engine`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dialer.vocabulary.ids import LegId
from dialer.vocabulary.telephony import (
    AnalysisCompleted,
    Answer,
    ClearedBy,
    Command,
    ConfigurationTaken,
    Configure,
    Event,
    LegAnswered,
    LegCleared,
    LegOffered,
    Play,
    Reject,
    StopAnalysis,
    Tone,
)
from sip.lab.behaviours import Behaviour, number_for
from sip.lab.profile import PROMPT
from sip.lab.runner import LabRunner
from sip.lab.settings import CARRIER, PHONES, LabSettings
from sip.lab.world import LabWorld
from tests.sip.lab.stage import SOUNDS

SETTINGS = LabSettings(carrier_port=5080, phones_port=5082, agents=2, profile=PROMPT)


class FakeEngine:
    """Answers as an engine with obedient peers."""

    def __init__(self) -> None:
        self.told: list[Command] = []
        self.tell: Callable[[Event], None] | None = None

    def send(self, command: Command) -> int:
        self.told.append(command)
        answer = self._answer(command)
        if answer is not None and self.tell is not None:
            asyncio.get_running_loop().call_soon(self.tell, answer)
        return len(self.told)

    def _answer(self, command: Command) -> Event | None:
        at = asyncio.get_running_loop().time()
        match command:
            case Configure():
                return ConfigurationTaken(command.revision, (), at)
            case Answer():
                return LegAnswered(command.leg, at)
            case Reject():
                return LegCleared(command.leg, command.code, "", None, ClearedBy.US, at)
            case StopAnalysis():
                return AnalysisCompleted(command.leg, command.kind, (), 1.0, 0, at)
        return None


def make_runner() -> tuple[LabRunner, LabWorld, FakeEngine]:
    world = LabWorld(SETTINGS.cast(), 1, SETTINGS.profile, SOUNDS, True)
    engine = FakeEngine()
    runner = LabRunner(world, engine)
    engine.tell = runner.handle
    return runner, world, engine


def offer(runner: LabRunner, leg: str, user: str, to_phone: bool = False) -> None:
    uri = f"sip:{user}@127.0.0.1"
    account = PHONES if to_phone else CARRIER
    runner.handle(LegOffered(LegId(leg), account, leg, "sip:a@b", uri, uri, (), asyncio.get_running_loop().time()))


async def test_the_configuration_has_a_carrier_and_the_phones() -> None:
    runner, _, engine = make_runner()
    assert (await runner.configure(SETTINGS.configuration(), 1.0)).problems == ()
    told = engine.told[0]
    assert isinstance(told, Configure)
    assert [(account.id, account.bind_port, account.offers_incoming) for account in told.accounts] == [
        (CARRIER, 5080, True),
        (PHONES, 5082, True),
    ]


def test_registering_phones_have_an_account_each() -> None:
    settings = LabSettings(5080, 0, agents=2, registrar="sip:127.0.0.1:5060", phone_password="secret")
    accounts = settings.configuration().accounts
    assert [account.identity for account in accounts[1:]] == ["sip:1001@127.0.0.1:5060", "sip:1002@127.0.0.1:5060"]
    assert accounts[1].credentials is not None
    assert settings.cast().phones == {"phone-1001": "1001", "phone-1002": "1002"}


async def test_scripts_go_on_by_timers_and_events() -> None:
    runner, world, engine = make_runner()
    offer(runner, "c1", number_for(Behaviour.BUSY))
    offer(runner, "p1", "1001", to_phone=True)
    assert await runner.until(lambda: any(isinstance(told, Play) for told in engine.told), 5.0)
    assert await runner.until(lambda: LegId("c1") not in world.live, 5.0)
    tone = next(told for told in engine.told if isinstance(told, Play))
    assert isinstance(tone.source, Tone)
    assert world.live[LegId("p1")].tone_hz == tone.source.frequency_hz
    runner.close()


async def test_slices_are_ended_for_a_report() -> None:
    runner, world, engine = make_runner()
    offer(runner, "p1", "1001", to_phone=True)
    assert await runner.until(lambda: any(isinstance(told, Play) for told in engine.told), 5.0)
    await runner.slices_ended()
    assert len(world.live[LegId("p1")].slices) == 1
    runner.close()


async def test_a_wait_that_is_in_vain_ends() -> None:
    runner, _, _ = make_runner()
    assert not await runner.until(lambda: False, 0.01)
    runner.close()
