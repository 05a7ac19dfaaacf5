"""The audio plan by state, role, hold and mute; and that the engine gets only the difference."""

from __future__ import annotations

import pytest

from config.model import Mode
from dialer.callflow.call.audio import COMFORT_NOISE, plan
from dialer.callflow.call.hold import Mute
from dialer.callflow.outcome.outcome import SetOutcome
from dialer.interactions.hearing import Hearing
from dialer.interactions.interaction import HoldBy
from dialer.interactions.leg import Leg, LegPurpose, LegState, make_leg
from dialer.interactions.party import PARTY_TABLE, Party, PartyRole, PartyState, make_party
from dialer.machine import Machine
from dialer.vocabulary.ids import AccountId, AgentName, LegId, PartyId
from dialer.vocabulary.telephony import ClearedBy, Join, Leave, Play, StopPlay
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA
from tests.unit.callflow.scenes import talking

NOBODY: tuple[LegId, ...] = ()


def joined_by(floor: Floor, role: PartyRole, *, muted: bool = False) -> Leg:
    """A second agent joins the conversation."""
    interaction = floor.interaction
    leg = make_leg(LegId(f"x-{role}"), floor.phone.engine, AccountId("phones"), LegPurpose.ENGAGED)
    leg.machine.state = LegState.CONNECTED
    floor.world.legs[leg.id] = leg
    party: Party = make_party(PartyId(f"x-{role}"), AgentName("bob"), 0.0)
    party.machine = Machine(PARTY_TABLE, party.id, PartyState.TALKING)
    party.role, party.leg, party.muted = role, leg.id, muted
    interaction.parties.append(party)
    return leg


@pytest.mark.parametrize(
    ("role", "contact_hears", "owner_hears", "other_hears"),
    [
        (PartyRole.CONFERENCED, True, True, ("contact", "owner")),
        (PartyRole.BARGED, True, True, ("contact", "owner")),
        (PartyRole.WHISPERING, False, True, ("contact", "owner")),
        (PartyRole.LISTENING, False, False, ("contact", "owner")),
        (PartyRole.CONSULTED, False, True, ("owner",)),
    ],
)
def test_a_role_says_who_is_heard(
    role: PartyRole, contact_hears: bool, owner_hears: bool, other_hears: tuple[str, ...]
) -> None:
    floor = talking()
    other = joined_by(floor, role)
    names = {floor.contact.id: "contact", floor.phone.id: "owner", other.id: "other"}
    heard = {}
    for leg, hearing in plan(floor.world, floor.interaction).items():
        legs = [each for each in names if each != leg] if hearing.hears is None else hearing.hears
        heard[names[leg]] = {names[each] for each in legs}
    assert heard["contact"] == {"owner", *(["other"] if contact_hears else [])}
    assert heard["owner"] == {"contact", *(["other"] if owner_hears else [])}
    assert heard["other"] == set(other_hears)


def test_nobody_hears_a_muted_party() -> None:
    floor = talking()
    other = joined_by(floor, PartyRole.CONFERENCED, muted=True)
    assert plan(floor.world, floor.interaction)[other.id].heard_by == NOBODY


def test_a_conference_goes_on_while_the_contact_is_on_hold() -> None:
    floor = talking()
    other = joined_by(floor, PartyRole.CONFERENCED)
    floor.interaction.holds.add(HoldBy.AGENT)
    heard = plan(floor.world, floor.interaction)
    assert (heard[floor.contact.id].hears, heard[floor.contact.id].heard_by) == (NOBODY, NOBODY)
    assert heard[floor.phone.id].hears == (other.id,)
    assert heard[other.id].hears == (floor.phone.id,)


def test_the_contact_hears_comfort_noise_while_the_phone_is_rung_again() -> None:
    floor = talking()
    floor.clear(floor.phone, by=ClearedBy.MEDIA)
    apart = Hearing(floor.interaction.bridge, NOBODY, NOBODY, COMFORT_NOISE, loops=True)
    assert plan(floor.world, floor.interaction) == {floor.contact.id: apart}


def test_the_difference_alone_is_told() -> None:
    floor = talking(Mode.PROGRESSIVE_ASM)
    floor.ask(Mute(ADA, floor.interaction.id, on=True))
    assert [(each.leg, each.heard_by) for each in floor.commands(Join)] == [(floor.engaged.id, NOBODY)]
    floor.forget_outputs()
    floor.ask(Mute(ADA, floor.interaction.id, on=True))
    floor.ask(SetOutcome(ADA, floor.interaction.id, note="asked for a brochure"))
    assert not any(floor.commands(kind) for kind in (Join, Leave, Play, StopPlay))
