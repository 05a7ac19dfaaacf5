"""The writer: group commit, order, withheld outputs, and a store that fails."""

from __future__ import annotations

import pytest

from dialer.runtime import writer
from dialer.runtime.turn import Pending
from dialer.vocabulary import events
from dialer.vocabulary.ids import AttemptId, CampaignName, EngineId, InteractionId, LegId
from dialer.vocabulary.outputs import StartTimer, Tell
from dialer.vocabulary.telephony import Command, HangUp
from dialer.vocabulary.writes import AddHistory, BeginAttempt, Write
from tests.unit.callflow.house import ENGINE
from tests.unit.runtime.desk import Desk, RunningClock


def line(kind: str) -> AddHistory:
    return AddHistory(kind, 0.0)


def attempt(name: str) -> BeginAttempt:
    return BeginAttempt(
        AttemptId(name), InteractionId("I"), CampaignName("spring"), None, 0, "+442079460001", None, 0.0
    )


def tell(leg: str, guard: str | None = None) -> Tell:
    return Tell(ENGINE, HangUp(LegId(leg)), AttemptId(guard) if guard else None)


def batch(*writes: Write, outputs: tuple[Tell | StartTimer, ...] = (), ack: int = 0) -> Pending:
    acknowledge = (EngineId(ENGINE), ack) if ack else None
    return Pending(writes, outputs, RunningClock().now().monotonic, acknowledge=acknowledge)


def legs(sent: list[Command]) -> list[str]:
    return [each.leg for each in sent if isinstance(each, HangUp)]


async def test_steps_that_queue_up_share_one_commit_and_leave_in_their_order(desk: Desk) -> None:
    desk.ledger.open.clear()
    desk.writer.add(batch(line("1"), outputs=(tell("1"),), ack=1))
    await desk.until(lambda: desk.ledger.tried == 1)
    for number in range(2, 6):
        desk.writer.add(batch(line(str(number)), outputs=(tell(str(number)),), ack=number))
    assert not desk.telephony.sent
    assert not desk.telephony.acknowledged
    desk.ledger.open.set()
    await desk.until(lambda: len(desk.telephony.acknowledged) == 5)
    assert [[each.kind for each in group if isinstance(each, AddHistory)] for group in desk.ledger.commits] == [
        ["1"],
        ["2", "3", "4", "5"],
    ]
    assert legs(desk.telephony.sent) == ["1", "2", "3", "4", "5"]
    assert desk.telephony.acknowledged == [1, 2, 3, 4, 5]


async def test_what_a_refused_attempt_guards_does_not_leave(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[events.Event] = []
    monkeypatch.setattr(desk.executor, "_post", posted.append)
    desk.ledger.refuse = "do_not_call"
    timer = StartTimer("nothing_heard/L1", 60.0, AttemptId("A1"))
    desk.writer.add(batch(attempt("A1"), outputs=(tell("guarded", "A1"), timer, tell("free"), tell("other", "A0"))))
    await desk.until(lambda: len(desk.telephony.sent) == 2)
    assert legs(desk.telephony.sent) == ["free", "other"]
    assert len(desk.timers) == 0
    assert posted == [events.AttemptRefused(AttemptId("A1"), "do_not_call")]


async def test_a_failing_store_is_told_once_and_nothing_leaves_until_it_recovers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY_S", 0.001)
    posted: list[events.Event] = []
    monkeypatch.setattr(desk.writer, "_post", posted.append)
    desk.ledger.problem = "the disk is full"
    desk.writer.add(batch(line("1"), outputs=(tell("1"),), ack=1))
    await desk.until(lambda: desk.ledger.tried > 3)
    desk.writer.add(batch(line("2"), outputs=(tell("2"),)))
    desk.writer.add(batch(outputs=(tell("3"),)))
    assert posted == [events.StoreFailing("the disk is full")]
    assert not desk.telephony.sent
    assert not desk.telephony.acknowledged
    desk.ledger.problem = ""
    await desk.until(lambda: len(desk.telephony.sent) == 3)
    assert legs(desk.telephony.sent) == ["1", "2", "3"]
    assert posted == [events.StoreFailing("the disk is full"), events.StoreRecovered()]
    assert not desk.writer.failing


async def test_stop_waits_for_what_is_queued_and_says_if_it_could_not_be_written(desk: Desk) -> None:
    desk.ledger.open.clear()
    desk.writer.add(batch(line("1"), outputs=(tell("1"),)))
    await desk.until(lambda: desk.ledger.tried)
    assert not await desk.writer.stop(0.01)
    assert not desk.telephony.sent
    desk.ledger.open.set()
    desk.writer.start()
    desk.writer.add(batch(line("2")))


async def test_a_step_that_leaves_nothing_is_no_commit(desk: Desk) -> None:
    desk.writer.add(batch())
    assert await desk.writer.stop(1.0)
    assert not desk.ledger.tried
    desk.writer.start()
