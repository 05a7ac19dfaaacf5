"""A turn without I/O: outputs at once, outputs after the commit, withheld outputs, and their order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dialer.ports import Moment
from dialer.runtime import turn
from dialer.runtime.turn import Acknowledge, Answer, Pending, Post, Turn, released
from dialer.vocabulary import commands, events, telephony
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import AccountId, AgentName, AttemptId, CampaignName, InteractionId, LegId, Mint
from dialer.vocabulary.outputs import StartTimer, Tell
from dialer.vocabulary.telephony import LegOffered, Reject
from dialer.vocabulary.writes import BeginAttempt, CommitReport, Refusal
from dialer.world.world import World
from tests.unit.callflow.house import ENGINE, NOON, settings
from tests.unit.runtime.desk import Desk

AT = Moment(100.0, NOON)
OFFERED = events.EngineSaid(ENGINE, LegOffered(LegId("in"), AccountId("trunk/main"), "c", "a", "b", "c", (), 0.0))
ATTEMPT = AttemptId("A1")
BEGIN = BeginAttempt(ATTEMPT, InteractionId("I1"), CampaignName("spring"), None, 0, "+442079460123", None, 0.0)
DIAL = telephony.Dial(LegId("L1"), AccountId("trunk/main"), "sip:+442079460123@192.0.2.1", "A1.0", 30.0)
GUARDED, FREE = Tell(ENGINE, DIAL, ATTEMPT), StartTimer("pace", 0.0)


def make(validate: turn.Validate | None = None) -> Turn:
    return Turn(World(Mint("t"), settings()), validate)


def test_what_leaves_at_once_is_apart_from_what_waits_for_the_commit() -> None:
    taken = make().take(OFFERED, AT, acknowledge=(ENGINE, 7))
    assert taken.fault is None
    assert [type(each.command) for each in taken.at_once if isinstance(each, Tell)] == [Reject]
    assert taken.pending.writes
    assert (taken.pending.acknowledge, taken.pending.decided_at) == ((ENGINE, 7), 100.0)
    assert not taken.pending.is_empty


def test_a_refused_command_leaves_nothing() -> None:
    taken = make().take(commands.GoReady(AgentName("nobody")), AT)
    assert isinstance(taken.fault, Refused)
    assert not taken.at_once
    assert taken.pending.is_empty


def test_a_defect_is_told_and_what_an_engine_said_is_acknowledged_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(step: Any, _: object) -> None:
        step.cancel_timer("look/1")
        raise ZeroDivisionError

    monkeypatch.setattr(turn, "handle", broken)
    lost = make().take(events.Ticked(), AT)
    assert isinstance(lost.fault, ZeroDivisionError)
    assert not lost.at_once
    kept = make().take(OFFERED, AT, acknowledge=(ENGINE, 7))
    assert isinstance(kept.fault, ZeroDivisionError)
    assert len(kept.at_once) == 1
    assert kept.pending.acknowledge == (ENGINE, 7)


def test_who_was_connected_when_a_handler_failed_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(turn, "tell", heard.append)

    def broken(step: Any, _: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(turn, "handle", broken)
    make().take(events.Ticked(), AT)
    assert not heard, "nothing of it leaves"
    make().take(OFFERED, AT, acknowledge=(ENGINE, 7))
    assert len(heard) == 1


def test_outputs_replies_and_acknowledgements_leave_in_the_order_of_the_steps() -> None:
    loop = asyncio.new_event_loop()
    asker: asyncio.Future[object] = loop.create_future()
    steps = [
        Pending([BEGIN], [GUARDED], 100.0, acknowledge=(ENGINE, 1)),
        Pending([], [FREE], 100.0, asker, "done"),
        Pending([], [], 100.0, acknowledge=(ENGINE, 2)),
    ]
    left = list(released(steps, CommitReport(), 100.1))
    assert left == [GUARDED, Acknowledge(ENGINE, 1), FREE, Answer(asker, "done"), Acknowledge(ENGINE, 2)]
    loop.close()


def test_what_a_refused_attempt_guards_does_not_leave_and_the_core_hears_it_last() -> None:
    report = CommitReport((Refusal(BEGIN, "do_not_call"),))
    left = list(released([Pending([BEGIN], [GUARDED, FREE], 100.0, acknowledge=(ENGINE, 1))], report, 200.0))
    assert left == [FREE, Acknowledge(ENGINE, 1), Post(events.AttemptRefused(ATTEMPT, "do_not_call"))]


def test_an_attempt_that_was_committed_too_late_is_not_dialed() -> None:
    step = Pending([BEGIN], [GUARDED, FREE], 100.0)
    assert GUARDED in list(released([step], CommitReport(), 105.0))
    free, lost = released([step], CommitReport(), 105.1)
    assert free is FREE
    assert isinstance(lost, Post)
    assert isinstance(lost.event, events.EngineSaid)
    assert isinstance(lost.event.event, telephony.LegCleared)
    assert (lost.event.event.leg, lost.event.event.at) == (DIAL.leg, 105.1)


def test_the_world_is_looked_at_after_each_message_where_somebody_wants_that() -> None:
    seen: list[World] = []
    turn_ = make(seen.append)
    turn_.take(OFFERED, AT)
    turn_.take(events.Ticked(), AT)
    assert seen == [turn_.world, turn_.world]


async def test_states_that_do_not_go_together_are_a_fault_of_the_message() -> None:
    def never(_: World) -> None:
        raise AssertionError("an interaction is queued and its party talks")

    async with Desk(never) as desk:
        desk.inbox.post(events.Ticked())
        await desk.until(lambda: desk.inbox.faults)
