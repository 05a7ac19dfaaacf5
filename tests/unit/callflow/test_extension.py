"""The extension of a record is sent as digits, a moment after the contact's exchange has answered."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.vocabulary.telephony import ClearedBy, SendDigits
from tests.unit.callflow.house import record
from tests.unit.callflow.scenes import dialing

MODES = [Mode.PROGRESSIVE, Mode.PUSH_PREVIEW, Mode.PROGRESSIVE_ASM]
ROW = record(1, data={"extension": "12"})


@pytest.mark.parametrize("mode", MODES)
def test_digits_are_sent_once_after_the_answer(mode: Mode) -> None:
    floor = dialing(mode, records=(ROW,), extension_after_s=3)
    contact = floor.contact
    floor.ring(contact)
    floor.answer(contact)
    floor.pass_time(2.9)
    assert not floor.commands(SendDigits)
    floor.pass_time(60)
    assert floor.commands(SendDigits) == [SendDigits(contact.id, "12")]
    assert floor.history().count("extension_dialed") == 1


def test_nothing_is_sent_when_the_call_is_over() -> None:
    floor = dialing(records=(ROW,))
    contact = floor.contact
    floor.answer(contact)
    floor.pass_time(1)
    floor.clear(contact, by=ClearedBy.PEER)
    floor.pass_time(10)
    assert not floor.commands(SendDigits)


@pytest.mark.parametrize("data", [{}, {"extension": ""}, {"extension": "Sales"}, {"extension": "1" * 40}])
def test_a_record_without_digits_sends_none(data: dict[str, str]) -> None:
    floor = dialing(records=(record(1, data=data),))
    floor.answer(floor.contact)
    floor.pass_time(10)
    assert not floor.commands(SendDigits)
