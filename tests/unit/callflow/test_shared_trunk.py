"""Agents' phones that are rung over a trunk count in its limits, and wait for none."""

from __future__ import annotations

from typing import Any

from config.model import AsteriskPhone, Mode
from dialer.callflow.dial.attempt import RATE_PATIENCE_S
from dialer.interactions.interaction import InteractionState
from dialer.vocabulary import commands
from dialer.vocabulary.ids import BridgeId
from dialer.vocabulary.telephony import ClearedBy, Dial, LegRole, LegSnapshot, LegStanding
from dialer.vocabulary.writes import BeginAttempt
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, MAIN, SPRING, campaign, record, settings, trunk
from tests.unit.callflow.test_recovery import restarted

AT_THE_TRUNK = (AsteriskPhone(kind="asterisk", name="desk", trunk=MAIN),)


def shared(mode: Mode, **limits: Any) -> Floor:
    """Started, and one of two agents ready; their phones are reached over the campaign's trunk."""
    house = settings(campaign(mode), trunks=(trunk(**limits),), phones=AT_THE_TRUNK)
    floor = Floor(house, [record(1), record(2), record(3)])
    floor.open(ADA, BOB)
    floor.start()
    floor.ready(ADA)
    return floor


def picked_up(**limits: Any) -> Floor:
    """PROGRESSIVE: the offer was accepted, and the phone picked up at once."""
    floor = shared(Mode.PROGRESSIVE, **limits)
    floor.pass_time(floor.campaign.settings.offer.look_s)
    floor.answer(floor.phone)
    return floor


def test_engaged_legs_take_their_place_on_the_trunk() -> None:
    floor = shared(Mode.PROGRESSIVE_ASM, max_legs=2)
    assert floor.trunk().legs == {floor.engaged.id}
    ada = floor.engaged
    floor.answer(ada)
    floor.tick()
    assert floor.trunk().legs == {ada.id, floor.contact.id}
    floor.ready(BOB)
    floor.answer(floor.engaged)
    floor.tick()
    assert len(floor.trunk().legs) == 3, "an agent is rung beyond the limit"
    assert len(floor.writes(BeginAttempt)) == 1, "a contact is not dialed beyond it"
    floor.clear(floor.contact, 486)
    assert floor.trunk().legs == {ada.id, floor.engaged.id}
    floor.clear(floor.engaged, by=ClearedBy.PEER)
    floor.tick()
    assert floor.trunk().legs == {ada.id, floor.contact.id}


def test_an_adopted_leg_counts_again() -> None:
    old = shared(Mode.PROGRESSIVE_ASM)
    leg = old.engaged
    (dial,) = old.commands(Dial)
    seen = LegSnapshot(
        leg=leg.id,
        account=leg.account,
        call_id=leg.id,
        role=LegRole.AGENT,
        standing=LegStanding.ALERTING,
        context=dial.context,
        bridge=BridgeId(""),
        hears=None,
        heard_by=None,
        held_by_us=False,
        held_by_peer=False,
        answered_at=None,
        begun_at=1.0,
    )
    floor = restarted(old)
    floor.connect_engine("boot-1", (seen,))
    assert floor.trunk().legs == {leg.id}


def test_contacts_wait_for_the_calls_per_second_that_agents_took() -> None:
    floor = shared(Mode.PROGRESSIVE_ASM, max_calls_per_s=4)
    floor.ready(BOB)
    assert len(floor.commands(Dial)) == 2, "no agent waits"
    floor.answer(floor.engaged)
    assert not floor.writes(BeginAttempt)
    floor.pass_time(0.45)
    floor.tick(0.0)
    assert not floor.writes(BeginAttempt)
    floor.pass_time(0.1)
    floor.tick(0.0)
    assert len(floor.writes(BeginAttempt)) == 1


def test_an_agent_who_picked_up_waits_for_the_trunk() -> None:
    floor = picked_up(max_calls_per_s=1)
    floor.pass_time(0.9)
    assert floor.interaction.state is InteractionState.PREVIEW
    floor.pass_time(0.2)
    assert floor.writes(BeginAttempt)
    assert "offer_withdrawn" not in floor.topics()


def test_the_wait_has_an_end() -> None:
    floor = picked_up(max_calls_per_s=1 / RATE_PATIENCE_S / 2)
    assert "offer_withdrawn" in floor.topics()
    assert not floor.writes(BeginAttempt)


def test_an_agent_who_hangs_up_waits_for_nothing() -> None:
    floor = picked_up(max_calls_per_s=1)
    floor.clear(floor.phone, by=ClearedBy.PEER)
    floor.pass_time(5)
    assert not floor.writes(BeginAttempt)
    assert not floor.trunk().legs


def test_a_test_call_waits_too_and_both_its_legs_count() -> None:
    floor = shared(Mode.PREVIEW, max_calls_per_s=1)
    floor.ask(commands.PlaceTestCall(SPRING, "+442079460001", "101@desk", "root"))
    (phone,) = floor.world.legs.values()
    floor.answer(phone)
    assert floor.trunk().legs == {phone.id}
    floor.pass_time(1.1)
    assert len(floor.trunk().legs) == 2
    for leg in list(floor.world.legs.values()):
        floor.clear(leg)
    assert not floor.trunk().legs
