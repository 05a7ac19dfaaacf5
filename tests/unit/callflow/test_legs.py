"""The legs of an interaction are a set by id: whoever joins adds one, and no handler names it."""

from __future__ import annotations

from dialer.callflow.call.audio import release_legs
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import LEG_TABLE, Leg, LegPurpose, LegState, make_leg
from dialer.interactions.party import PARTY_TABLE, Party, PartyRole, PartyState
from dialer.machine import Machine
from dialer.ports import Moment
from dialer.vocabulary.ids import AccountId, LegId, PartyId
from dialer.vocabulary.outputs import Tell
from dialer.vocabulary.telephony import HangUp
from dialer.world.lookups import legs_of, party_legs
from tests.unit.callflow.floor import Floor
from tests.unit.callflow.house import ADA, BOB, ENGINE
from tests.unit.callflow.scenes import talking


def consulted(floor: Floor, interaction: Interaction) -> tuple[Party, Leg]:
    """A second agent is in the interaction, with a leg of their own."""
    leg = make_leg(LegId("t-L9"), ENGINE, AccountId("phones"), LegPurpose.AGENT)
    leg.machine = Machine(LEG_TABLE, leg.id, LegState.CONNECTED)
    leg.interaction, leg.agent = interaction.id, BOB
    party = Party(PartyId("t-P9"), BOB, Machine(PARTY_TABLE, "t-P9", PartyState.TALKING), leg.id)
    party.role = PartyRole.CONSULTED
    floor.world.legs[leg.id] = leg
    interaction.parties.append(party)
    return party, leg


def test_the_contacts_leg_is_the_first_then_those_of_the_parties() -> None:
    floor = talking(agents=(ADA, BOB))
    interaction, contact, phone = floor.interaction, floor.contact, floor.phone
    party, leg = consulted(floor, interaction)
    assert list(legs_of(floor.world, interaction)) == [contact.id, phone.id, leg.id]
    assert party_legs(floor.world, interaction) == [(interaction.owner, phone), (party, leg)]
    party.machine = Machine(PARTY_TABLE, party.id, PartyState.DONE)
    assert list(legs_of(floor.world, interaction)) == [contact.id, phone.id], "who is out of it has no leg in it"


def test_the_end_of_a_call_ends_the_legs_of_all_parties() -> None:
    floor = talking(agents=(ADA, BOB))
    interaction, contact, phone = floor.interaction, floor.contact, floor.phone
    party, leg = consulted(floor, interaction)
    step = Step(floor.world, Moment(floor.now, floor.utc))
    release_legs(step, interaction)
    told = [each.command for each in step.at_once if isinstance(each, Tell)]
    assert told == [HangUp(phone.id, 0), HangUp(leg.id, 0)]
    assert party.leg is None
    assert list(legs_of(floor.world, interaction)) == [contact.id]
