"""Who picks up as we give up heard nobody: the law counts it, whatever the attempt's result was."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.callflow.calendar import day_of
from dialer.callflow.late import REMEMBERED_S
from dialer.vocabulary import commands
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LateAnswer
from dialer.vocabulary.writes import BeginAttempt, MarkLateAnswer, SettleAttempt, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPARE, record, trunk
from tests.unit.callflow.scenes import dialling

ASM = Mode.PROGRESSIVE_ASM
#: A contact who was abandoned is left alone for 72 h, unless a campaign says otherwise.
REST_S = 72 * 3600.0
TWO = (trunk(), trunk(SPARE, priority=2))


def counted(floor: Floor) -> tuple[int, int]:
    """Live answers of today, and those that were abandoned."""
    today = floor.campaign.abandonment.within(1, day_of(floor.campaign, floor.utc))
    return today.answers, today.abandoned


def answered_late(floor: Floor, n: int = 0, at: float | None = None) -> AttemptId:
    attempt = floor.writes(BeginAttempt)[0].attempt
    floor.engine_says(LateAnswer(floor.contact.id, floor.now if at is None else at, f"{attempt}.{n}"))
    return attempt


@pytest.mark.parametrize("by", [ClearedBy.TIMEOUT, ClearedBy.US])
def test_an_answer_after_the_end_is_abandoned_once_and_the_result_stays(by: ClearedBy) -> None:
    floor = dialling(ASM)
    floor.ring(floor.contact)
    if by is ClearedBy.US:
        floor.ask(commands.EndCall(ADA, floor.interaction.id))
    floor.clear(floor.contact, by=by)
    assert counted(floor) == (0, 0)
    came_at = floor.now
    floor.pass_time(0.5)
    attempt = answered_late(floor, at=came_at)
    answered_late(floor)
    assert counted(floor) == (1, 1)
    assert floor.writes(MarkLateAnswer)[0] == MarkLateAnswer(attempt, 0, floor.utc - 0.5, floor.utc - 0.5 + REST_S)
    assert floor.writes(SettleAttempt)[0].result in (CallResult.NO_ANSWER, CallResult.CANCELLED)


def test_who_is_reached_over_the_next_trunk_is_not_abandoned() -> None:
    floor = _failed_over()
    answered_late(floor)
    floor.answer(floor.contact)
    floor.clear(floor.contact)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned) == (CallResult.ANSWER, False)
    assert counted(floor) == (1, 0)


def test_who_answered_the_silent_trunk_and_not_the_next_is_abandoned() -> None:
    floor = _failed_over()
    came_at = floor.utc
    answered_late(floor)
    floor.clear(floor.contact, 486)
    (settled,) = floor.writes(SettleAttempt)
    assert (settled.result, settled.abandoned, settled.answered_at) == (CallResult.BUSY, True, came_at)
    assert floor.writes(UpdateRecord)[-1].due_at == came_at + REST_S
    assert counted(floor) == (1, 1)


def test_an_answer_of_an_attempt_that_is_forgotten_rests_too() -> None:
    floor = dialling(ASM)
    floor.clear(floor.contact, by=ClearedBy.TIMEOUT)
    floor.world.given_up.clear()
    answered_late(floor)
    assert floor.writes(MarkLateAnswer)[0].rest_until == floor.utc + REST_S


def test_attempts_that_are_over_are_not_remembered_for_ever() -> None:
    floor = dialling(ASM)
    floor.clear(floor.contact, 486)
    assert len(floor.world.given_up) == 1
    floor.pass_time(REMEMBERED_S + 1)
    floor.clear(floor.contact, 486)
    assert len(floor.world.given_up) == 1


def _failed_over() -> Floor:
    floor = dialling(ASM, trunks=TWO, records=(record(1),))
    floor.pass_time(4.1)
    floor.clear(floor.contact, by=ClearedBy.US, heard=False)
    return floor
