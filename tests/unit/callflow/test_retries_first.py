"""A retry is dialed when it is due, before records that were in hand already."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.vocabulary import commands
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.writes import BeginAttempt, ReleaseRecord, UpdateRecord
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, SPRING, record
from tests.unit.callflow.scenes import dialing, opened

SOON = {"busy": {"delay_s": 5}}


def dialed(floor: Floor) -> list[int]:
    return [int(each.record or 0) for each in floor.writes(BeginAttempt)]


def busy(floor: Floor) -> None:
    """The contact is busy; the agent is supplied again."""
    floor.clear(floor.contact, 486)
    floor.tick(0.0)


def test_a_busy_contact_is_dialed_again_after_its_delay_and_no_later() -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM, retries=SOON, records=tuple(record(n) for n in range(1, 30)))
    busy(floor)
    assert dialed(floor) == [1, 2]
    floor.tick(4.5)
    busy(floor)
    floor.tick(0.5)
    busy(floor)
    assert dialed(floor) == [1, 2, 3, 1], "5 s have passed, two fresh records were in hand"


def test_without_fresh_records_in_hand_it_is_dialed_at_its_time() -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM, retries=SOON, records=(record(1),))
    busy(floor)
    for _ in range(9):
        floor.tick(0.5)
        assert dialed(floor) == [1]
    floor.tick(0.5)
    assert dialed(floor) == [1, 1]


@pytest.mark.parametrize(("share", "expected"), [(100, 1), (0, 2), (50, 2)])
def test_the_share_of_the_campaign_is_asked_of_the_store(share: int, expected: int) -> None:
    floor = opened(Mode.PREVIEW, retry_share_percent=share)
    assert {each.retry_share for each in floor.claims} == {share}
    floor.ready()
    floor.ask(commands.GetRecord(ADA, SPRING))
    in_hand = [each.record for each in floor.campaign.pool]
    back = record(1, fresh=False)
    floor.campaign.pool.add([back], retries_first=share == 100)
    assert [each.record for each in floor.campaign.pool].index(back.record) == (0 if expected == 1 else len(in_hand))


def test_its_treatment_says_when() -> None:
    floor = dialing(Mode.PROGRESSIVE_ASM, retries=SOON)
    at = floor.utc
    busy(floor)
    (again,) = floor.writes(UpdateRecord)
    assert (again.status, again.due_at) == (RecordStatus.READY, at + 5)


def test_records_in_hand_that_were_never_dialed_go_back_to_their_places() -> None:
    floor = opened(Mode.PROGRESSIVE, records=(record(1, fresh=False), record(2), record(3)))
    floor.ask(commands.StopCampaign(SPRING, "sue"))
    assert {int(each.record): each.to_top for each in floor.writes(ReleaseRecord)} == {1: True, 2: False}


def test_however_many_become_due_they_are_asked_for_twice_a_second_at_most() -> None:
    floor = opened(Mode.PROGRESSIVE_ASM, records=tuple(record(n) for n in range(1, 30)))
    floor.tick(1.0)
    asked = len(floor.claims)
    for _ in range(50):
        floor.campaign.next_due_at = floor.utc
        floor.tick(0.02)
    assert len(floor.claims) - asked <= 3
