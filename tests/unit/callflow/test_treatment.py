"""An interaction's writes about its record: attempts by result, and the end of the chain."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.callflow.dial.again import CallAgain
from dialer.callflow.dial.offers import CancelRecord, ReturnRecord
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.vocabulary import events
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.writes import BeginAttempt, ReleaseRecord, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, record
from tests.unit.callflow.scenes import after_call, dialing, previewing

BUSY, ANSWER, MACHINE = CallResult.BUSY, CallResult.ANSWER, CallResult.ANSWERING_MACHINE


def update_of(floor: Floor) -> UpdateRecord:
    (update,) = floor.writes(UpdateRecord)
    return update


def test_a_busy_number_counts_once_and_leaves_its_chain() -> None:
    floor = dialing(records=(record(1),))
    floor.clear(floor.contact, 486)
    update = update_of(floor)
    assert (update.status, update.tried, update.finish_chain) == (RecordStatus.READY, (BUSY,), False)


def test_a_conversation_finishes_the_chain() -> None:
    floor = after_call()
    floor.ask(Done(ADA, floor.interaction.id))
    update = update_of(floor)
    assert (update.status, update.tried, update.finish_chain) == (RecordStatus.UPDATED, (ANSWER,), True)


def test_a_machine_that_the_agent_heard_does_not() -> None:
    floor = after_call()
    floor.ask(SetOutcome(ADA, floor.interaction.id, result=MACHINE))
    floor.ask(Done(ADA, floor.interaction.id))
    update = update_of(floor)
    assert (update.result, update.tried, update.finish_chain) == (MACHINE, (MACHINE,), False)


def test_every_attempt_of_an_interaction_counts() -> None:
    floor = after_call(Mode.PROGRESSIVE_ASM)
    for _ in range(2):
        floor.ask(CallAgain(ADA, floor.interaction.id))
        floor.clear(floor.contact, 486)
    floor.ask(Done(ADA, floor.interaction.id))
    update = update_of(floor)
    assert (update.result, update.tried, update.finish_chain) == (BUSY, (ANSWER, BUSY, BUSY), True)


@pytest.mark.parametrize("end", ["cancelled", "given back"])
def test_do_not_call_before_dialing_finishes_record_and_chain(end: str) -> None:
    floor = previewing(permissions={"cancel": True})
    interaction = floor.interaction
    floor.ask(SetOutcome(ADA, interaction.id, do_not_call=True))
    if end == "cancelled":
        floor.ask(CancelRecord(ADA, interaction.id))
    else:
        floor.ask(ReturnRecord(ADA, interaction.id))
    assert not floor.writes(ReleaseRecord)
    assert not floor.writes(BeginAttempt)
    update = update_of(floor)
    assert (update.status, update.type) == (RecordStatus.CANCELLED, RecordType.NO_CALL)
    assert update.finish_chain


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PROGRESSIVE_ASM])
def test_a_number_that_the_store_refuses_as_barred_marks_no_record_for_all(mode: Mode) -> None:
    """The bar may hold for one campaign; one for all is found by the number."""
    floor = dialing(mode)
    attempt = floor.interaction.attempt
    assert attempt is not None
    floor.forget_outputs()
    floor.say(events.AttemptRefused(attempt.id, "do_not_call"))
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.type, update.result) == (RecordStatus.CANCELLED, None, CallResult.DO_NOT_CALL)
    assert (update.cancelled_in, update.finish_chain) == (SPRING, False)
