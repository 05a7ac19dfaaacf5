"""The inbox: one message at a time; audio does not wait for a disk, confirmations do."""

from __future__ import annotations

import asyncio

import pytest

from config.model import Engine, Settings
from dialer.agents.agent import AgentState
from dialer.interactions.living import encode
from dialer.runtime import inbox
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.errors import Overloaded, Refused, StoreUnavailable
from dialer.vocabulary.ids import AgentName, EngineId, LegId, TeamName
from dialer.vocabulary.telephony import Dial, LegOffered, Reject
from dialer.vocabulary.topics import OFFER_WITHDRAWN, OwnDesk
from tests.unit.callflow.house import ADA, ENGINE, SPRING
from tests.unit.callflow.scenes import dialing
from tests.unit.runtime.desk import Desk


def offered(n: int) -> events.EngineSaid:
    """An incoming call: refused at once, and a line of history."""
    said = LegOffered(LegId(f"in{n}"), "trunk/main", "c", "a", "b", "c", (), 0.0)  # type: ignore[arg-type]  # an id
    return events.EngineSaid(ENGINE, said)


async def seat(desk: Desk) -> None:
    desk.inbox.post(events.ConfigurationApplied(1, desk.world.settings))
    desk.inbox.post(events.UserKnown(ADA, "Ada", "101@desk", (TeamName("sales"),)))
    desk.inbox.post(events.Restored())
    desk.inbox.post(events.EngineConnected(ENGINE, "boot"))
    desk.inbox.post(events.EngineSaid(ENGINE, telephony.SnapshotTaken(ENGINE, "boot", (), (), 0.0)))
    await desk.inbox.ask(commands.LogIn(ADA))


async def test_what_people_hear_leaves_before_the_commit_and_the_ack_after_it(desk: Desk) -> None:
    desk.ledger.open.clear()
    desk.inbox.post_from_engine(ENGINE, 7, offered(1))
    await desk.until(lambda: desk.telephony.sent)
    assert isinstance(desk.telephony.sent[0], Reject)
    assert not desk.telephony.acknowledged
    desk.ledger.open.set()
    await desk.until(lambda: desk.telephony.acknowledged == [7])


async def test_joins_leave_at_once_while_the_store_fails_and_acks_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.runtime.writer.RETRY_S", 0.001)
    desk.ledger.problem = "the disk is full"
    desk.inbox.post_from_engine(ENGINE, 1, offered(1))
    await desk.until(lambda: desk.world.store_problem)
    desk.inbox.post_from_engine(ENGINE, 2, offered(2))
    await desk.until(lambda: len(desk.telephony.sent) == 2)
    assert not desk.telephony.acknowledged
    desk.ledger.problem = ""
    await desk.until(lambda: desk.telephony.acknowledged == [1, 2])
    await desk.until(lambda: not desk.world.store_problem)


async def test_an_engine_that_is_not_configured_any_more_stops_neither_inbox_nor_writer(desk: Desk) -> None:
    """Its open legs from before the restart are closed at the start, with commands to the engine."""
    old = dialing()
    for each in old.world.settings.engines:
        desk.telephony.gone.add(EngineId(each.name))
    elsewhere = Settings(**{**dict(old.world.settings), "engines": (Engine(name="engine-2"),)})
    desk.inbox.post(events.ConfigurationApplied(1, elsewhere))
    desk.inbox.post(events.UserKnown(ADA, "Ada", "101@desk", (TeamName("sales"),)))
    desk.inbox.post(events.InteractionRemembered(encode(old.interaction)))
    desk.inbox.post(events.Restored())
    await desk.inbox.ask(commands.LogIn(ADA))
    assert not desk.world.legs
    assert not desk.world.interactions


async def test_a_command_is_answered_after_its_commit(desk: Desk) -> None:
    await seat(desk)
    desk.ledger.open.clear()
    asked = asyncio.create_task(desk.inbox.ask(commands.GoReady(ADA)))
    await desk.until(lambda: desk.world.agents[ADA].state is AgentState.READY)
    assert not asked.done()
    desk.ledger.open.set()
    await asked


async def test_a_command_that_is_not_committed_in_time_is_answered_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seat(desk)
    monkeypatch.setattr(inbox, "COMMIT_PATIENCE_S", 0.02)
    desk.ledger.open.clear()
    with pytest.raises(StoreUnavailable, match="may be applied later"):
        await desk.inbox.ask(commands.GoReady(ADA))
    desk.ledger.open.set()
    await desk.until(lambda: desk.world.agents[ADA].state is AgentState.READY)
    await desk.inbox.ask(commands.LogOut(ADA))


async def test_a_refusal_is_answered_at_once_even_while_the_store_is_held_up(desk: Desk) -> None:
    await seat(desk)
    desk.ledger.open.clear()
    with pytest.raises(Refused, match="There is no agent"):
        await desk.inbox.ask(commands.GoReady(AgentName("nobody")))
    desk.ledger.open.set()


async def test_a_defect_of_ours_costs_its_message_alone(desk: Desk) -> None:
    await seat(desk)
    desk.inbox.post(events.TimerFired("no such timer"))
    desk.inbox.post_from_engine(ENGINE, 3, offered(1))
    await desk.until(lambda: desk.telephony.acknowledged == [3])
    assert desk.inbox.faults == 1
    await desk.inbox.ask(commands.GoReady(ADA))


async def test_claims_come_back_and_a_claim_that_fails_is_told(desk: Desk) -> None:
    await seat(desk)
    await desk.inbox.ask(commands.LoadCampaign(SPRING, "sue"))
    await desk.inbox.ask(commands.StartCampaign(SPRING, "sue"))
    campaign = desk.world.campaigns[SPRING]
    await desk.until(lambda: campaign.waiting.total == 1)
    await desk.inbox.ask(commands.GoReady(ADA))
    await desk.until(lambda: desk.world.interactions)
    desk.ledger.reject = lambda _: True
    campaign.claim_after = 0.0
    desk.inbox.post(events.Ticked())
    await desk.until(lambda: campaign.claim_problem)
    assert not campaign.claiming


async def test_a_refused_attempt_never_reaches_the_engine(desk: Desk) -> None:
    await seat(desk)
    desk.ledger.refuse = "do_not_call"
    await desk.inbox.ask(commands.LoadCampaign(SPRING, "sue"))
    await desk.inbox.ask(commands.ChangeMode(SPRING, "PROGRESSIVE_ASM", "sue"))
    await desk.inbox.ask(commands.StartCampaign(SPRING, "sue"))
    await desk.inbox.ask(commands.GoReady(ADA))
    await desk.until(lambda: desk.world.agents[ADA].engaged)
    engaged = desk.world.agents[ADA].engaged
    assert engaged is not None
    desk.inbox.post(events.EngineSaid(ENGINE, telephony.LegAnswered(engaged, 0.0)))
    await desk.until(lambda: (OwnDesk(AgentName("ada")), OFFER_WITHDRAWN) in desk.feed.topics)
    assert [each.leg for each in desk.telephony.sent if isinstance(each, Dial)] == [engaged]
    assert not desk.world.interactions
    assert desk.world.agents[ADA].state is AgentState.READY


async def test_stop_answers_who_still_waits(desk: Desk) -> None:
    await seat(desk)
    asked = asyncio.create_task(desk.inbox.ask(commands.GoReady(ADA)))
    await asyncio.sleep(0)
    await desk.inbox.stop()
    with pytest.raises(StoreUnavailable):
        await asked
    desk.inbox.start()


class Held:
    """The calls to the engines' connections."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inbox, "FULL_MESSAGES", 20)
        monkeypatch.setattr(inbox, "ROOM_MESSAGES", 5)
        self.told: list[bool] = []
        desk.inbox.watch_full(self.told.append)


async def test_a_full_inbox_holds_the_engines_refuses_people_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seat(desk)
    held = Held(desk, monkeypatch)
    for number in range(1, 31):
        desk.inbox.post_from_engine(ENGINE, number, offered(number))
    assert held.told == [True]
    assert desk.inbox.is_full
    assert desk.inbox.depth >= 30
    with pytest.raises(Overloaded) as refusal:
        await desk.inbox.ask(commands.GoReady(ADA))
    assert refusal.value.waiting >= 30
    await desk.until(lambda: desk.telephony.acknowledged == list(range(1, 31)))
    desk.inbox.post(events.Ticked())
    await desk.until(lambda: held.told == [True, False])
    await desk.inbox.ask(commands.GoReady(ADA))
    assert (desk.inbox.overflows, desk.inbox.refused) == (1, 1)


async def test_steps_that_wait_for_their_commit_fill_it_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await seat(desk)
    held = Held(desk, monkeypatch)
    desk.ledger.open.clear()
    for number in range(1, 31):
        desk.inbox.post_from_engine(ENGINE, number, offered(number))
        await desk.until(lambda: desk.inbox.depth == 0)
    assert held.told == [True]
    assert len(desk.telephony.sent) > 20, "what people hear has left"
    desk.ledger.open.set()
    await desk.until(lambda: len(desk.telephony.acknowledged) == 30)
    desk.inbox.post(events.Ticked())
    await desk.until(lambda: held.told == [True, False])
