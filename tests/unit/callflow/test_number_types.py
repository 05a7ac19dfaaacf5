"""Numbers of types that are not dialed: refused at the last check, from every source."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Mode
from dialer.callflow.dial.again import CallAgain
from dialer.campaigns.reason import NoCallsCode
from dialer.compliance.check import Rule
from dialer.vocabulary import commands
from dialer.vocabulary.events import Waiting
from dialer.vocabulary.number_type import NumberType
from dialer.vocabulary.results import RecordStatus
from dialer.vocabulary.telephony import Dial
from dialer.vocabulary.writes import AddHistory, UpdateRecord
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import SPRING, record
from tests.unit.callflow.scenes import after_call, opened

PREMIUM = "+449098790001"


def of_premium(**more: Any) -> Floor:
    floor = opened(records=(record(1, number=PREMIUM),), **more)
    floor.waiting = Waiting(done=1, total=1)
    floor.ready()
    floor.tick(5)
    floor.tick(5)
    return floor


def test_a_record_is_taken_out_of_the_run_and_history_and_why_tell_the_reason() -> None:
    floor = of_premium()
    (update,) = floor.writes(UpdateRecord)
    assert (update.status, update.result) == (RecordStatus.CANCELLED, None)
    (line,) = [each for each in floor.writes(AddHistory) if each.kind == "record_refused"]
    assert line.facts is not None
    assert line.facts["rule"] == Rule.NUMBER_TYPE
    assert line.facts["judged_by"] == {"type": NumberType.PREMIUM_RATE}
    assert not floor.commands(Dial)
    reason = floor.campaign.reason
    assert reason is not None
    assert reason.code is NoCallsCode.LIST_FINISHED
    assert "1 has a number of a type that is not dialed (allow_number_types of the campaign)" in say(reason.reason)


def test_a_type_that_the_campaign_allows_is_dialed() -> None:
    floor = of_premium(allow_number_types=(NumberType.PREMIUM_RATE,))
    assert not floor.writes(UpdateRecord)
    assert floor.world.interactions


@pytest.mark.parametrize("number", [PREMIUM, "+979123456789", "+881612345678", "+44999"])
def test_a_test_call_is_refused_by_type(number: str) -> None:
    floor = opened()
    command = commands.PlaceTestCall(SPRING, number, "100@desk", "sue")
    assert floor.refusal(command) == Rule.NUMBER_TYPE
    assert not floor.commands(Dial)


def test_a_call_again_is_refused_by_type() -> None:
    floor = after_call(Mode.PROGRESSIVE_ASM)
    floor.interaction.number = PREMIUM
    assert floor.refusal(CallAgain(floor.agent().name, floor.interaction.id)) == Rule.NUMBER_TYPE
