"""A contact who picks up as we give up hears no agent: the law counts it, whatever the attempt's result was."""

from __future__ import annotations

import pytest

from config.model import Mode, Retry
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.end.ending import REMEMBERED_S
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.campaigns.calendar import day_of
from dialer.interactions.living import decode
from dialer.vocabulary.ids import AttemptId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LateAnswer
from dialer.vocabulary.writes import BeginAttempt, MarkLateAnswer, SaveInteraction, SettleAttempt, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPARE, record, trunk
from tests.unit.callflow.scenes import dialing, talking

ASM = Mode.PROGRESSIVE_ASM
#: The campaign's settings for abandoned contacts.
REST_S = 9000.0
RULES = {
    CallResult.ABANDONED: Retry(delay_s=REST_S, max_attempts=4),
    CallResult.ANSWERING_MACHINE: Retry(delay_s=5),
}
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
    floor = dialing(ASM, retries=RULES)
    floor.ring(floor.contact)
    if by is ClearedBy.US:
        floor.ask(EndCall(ADA, floor.interaction.id))
    floor.clear(floor.contact, by=by)
    assert counted(floor) == (0, 0)
    came_at = floor.now
    floor.pass_time(0.5)
    attempt = answered_late(floor, at=came_at)
    answered_late(floor)
    assert counted(floor) == (1, 1)
    assert floor.writes(MarkLateAnswer)[0] == MarkLateAnswer(attempt, 0, floor.utc - 0.5, floor.utc - 0.5 + REST_S, 4)
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
    treated = floor.writes(UpdateRecord)[-1]
    assert (treated.due_at, treated.tried) == (came_at + REST_S, (CallResult.BUSY, CallResult.ABANDONED))
    assert counted(floor) == (1, 1)


def test_a_restart_does_not_forget_it() -> None:
    floor = _failed_over()
    came_at = floor.utc
    answered_late(floor)
    saved = floor.writes(SaveInteraction)[-1].live
    assert saved is not None
    attempt = decode(saved).attempt
    assert attempt is not None
    assert attempt.late_answer_at == came_at


@pytest.mark.parametrize("late_first", [True, False])
def test_who_was_called_again_and_abandoned_rests_whichever_is_told_first(late_first: bool) -> None:
    """The contact was spoken to, is called again, and picks up as the agent gives up."""
    floor = talking(ASM, retries=RULES, permissions={"call_again": True})
    floor.clear(floor.contact)
    floor.ask(CallAgain(ADA, floor.interaction.id))
    again, interaction, leg = floor.writes(BeginAttempt)[-1].attempt, floor.interaction, floor.contact
    floor.ask(EndCall(ADA, interaction.id))
    floor.clear(leg, by=ClearedBy.US)
    late, came_at = LateAnswer(leg.id, floor.now, f"{again}.0"), floor.utc
    if late_first:
        floor.engine_says(late)
    floor.ask(SetOutcome(ADA, interaction.id, result=CallResult.ANSWERING_MACHINE))
    floor.ask(Done(ADA, interaction.id))
    treated = floor.writes(UpdateRecord)[-1]
    if late_first:
        assert treated.due_at == came_at + REST_S
    else:
        assert treated.due_at == came_at + 5
        floor.engine_says(late)
    assert floor.writes(MarkLateAnswer)[-1].rest_until == came_at + REST_S


def test_an_answer_of_an_attempt_that_is_forgotten_rests_as_long_as_any_campaign_says() -> None:
    floor = dialing(ASM, retries=RULES)
    floor.clear(floor.contact, by=ClearedBy.TIMEOUT)
    floor.world.given_up.clear()
    answered_late(floor)
    assert floor.writes(MarkLateAnswer)[0].rest_until == floor.utc + REST_S


def test_attempts_that_are_over_are_not_remembered_for_ever() -> None:
    floor = dialing(ASM, retries=RULES)
    floor.clear(floor.contact, 486)
    assert len(floor.world.given_up) == 1
    floor.pass_time(REMEMBERED_S + 1)
    floor.clear(floor.contact, 486)
    assert len(floor.world.given_up) == 1


def _failed_over() -> Floor:
    floor = dialing(ASM, trunks=TWO, records=(record(1),), retries=RULES)
    floor.pass_time(4.1)
    floor.clear(floor.contact, by=ClearedBy.US, heard=False)
    return floor
