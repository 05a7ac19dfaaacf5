"""Test calls."""

from __future__ import annotations

from dialer.interactions.leg import LegPurpose
from dialer.vocabulary import commands
from dialer.vocabulary.telephony import ClearedBy, Dial, Digits, HangUp, SendDigits
from dialer.words import say
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import SPRING
from tests.unit.callflow.scenes import opened


def said(floor: Floor, call: str) -> str:
    why = floor.world.test_calls[call].why
    assert why is not None
    return say(why)


def test_a_phone_whose_answer_crosses_the_end_dials_nobody_and_leaves_nothing() -> None:
    floor = opened()
    call = str(floor.ask(commands.PlaceTestCall(SPRING, "+442079460001", "100@desk", "sue")))
    phone = floor.leg(LegPurpose.TEST)
    floor.ask(commands.EndTestCall(call))
    assert {each.leg for each in floor.commands(HangUp)} == {phone.id}
    floor.answer(phone)
    floor.clear(phone, by=ClearedBy.US)
    assert [each.leg for each in floor.commands(Dial)] == [phone.id]
    assert not floor.world.legs
    assert not floor.trunk().legs


def test_a_phone_that_is_refused_is_told_with_the_sip_answer() -> None:
    floor = opened()
    call = str(floor.ask(commands.PlaceTestCall(SPRING, "+442079460001", "100@desk", "sue")))
    floor.clear(floor.leg(LegPurpose.TEST), 401)
    assert "the phone was not answered (401" in said(floor, call)


def test_a_number_that_is_refused_is_told_apart_from_the_phone() -> None:
    floor = opened()
    call = str(floor.ask(commands.PlaceTestCall(SPRING, "+442079460001", "100@desk", "sue")))
    phone = floor.leg(LegPurpose.TEST)
    floor.answer(phone)
    contact = next(leg for leg in floor.world.legs.values() if leg.id != phone.id)
    floor.clear(contact, 486)
    assert said(floor, call).startswith("the number was not answered (486")


def test_digits_keyed_at_the_phone_reach_the_contact_once_it_has_answered() -> None:
    floor = opened()
    floor.ask(commands.PlaceTestCall(SPRING, "+442079460001", "100@desk", "sue"))
    phone = floor.leg(LegPurpose.TEST)
    floor.answer(phone)
    contact = next(leg for leg in floor.world.legs.values() if leg.id != phone.id)
    floor.engine_says(Digits(phone.id, "9", floor.now))
    assert not floor.commands(SendDigits), "nobody is there to hear them"
    floor.answer(contact)
    floor.engine_says(Digits(phone.id, "12#", floor.now))
    floor.engine_says(Digits(contact.id, "5", floor.now))
    assert [(each.leg, each.digits) for each in floor.commands(SendDigits)] == [(contact.id, "12#"), (phone.id, "5")]
    floor.clear(contact, by=ClearedBy.PEER)
    floor.engine_says(Digits(phone.id, "7", floor.now))
    assert len(floor.commands(SendDigits)) == 2
