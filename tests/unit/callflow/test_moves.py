"""Moves of several machines at once: each leads from one row of the joint table to another, or changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

import dialer.callflow
from dialer.agents.agent import AGENT_TABLE, AgentState, make_agent
from dialer.core.moves import DIALED, DIALED_AGAIN, DIALED_AT_ONCE, MOVES, Move, advance_all
from dialer.core.step import Step
from dialer.interactions.attempt import ATTEMPT_TABLE, Attempt, AttemptState, make_attempt
from dialer.interactions.interaction import INTERACTION_TABLE, Interaction, InteractionState
from dialer.interactions.leg import LEG_TABLE, Leg, LegPurpose, LegState, LegTrigger, make_leg
from dialer.interactions.party import PARTY_TABLE, Party, PartyState
from dialer.machine import Machine
from dialer.ports import Moment
from dialer.vocabulary.errors import InvalidTransition
from dialer.vocabulary.ids import AccountId, AttemptId, BridgeId, InteractionId, LegId, Mint, PartyId
from dialer.world.joint import JOINT, States, fits, may_lack_owner
from dialer.world.world import World
from tests.unit.callflow.house import ADA, ENGINE, NOON, SPRING, settings

BEGINS_ATTEMPT = (DIALED, DIALED_AT_ONCE, DIALED_AGAIN)
#: A record that is about to be dialed ahead of agents is on no desk.
FRESH = States(InteractionState.PREVIEW, None, None, None, None)


def sound() -> Iterator[States]:
    """Every combination of the joint table, for a contact who was dialed ahead of agents, and the same while the end of
    the contact's leg is being handled."""
    yield FRESH
    for state, fitting in JOINT.items():
        if state is InteractionState.FINALIZED:
            continue
        owners: list[tuple[PartyState | None, AgentState | None]] = [*product(fitting.parties, fitting.agents)]
        if may_lack_owner(state, ahead=True):
            owners.append((None, None))
        for owner, attempt, contact in product(owners, fitting.attempts or (None,), (*fitting.contacts, None)):
            yield States(state, *owner, attempt, contact)


SOUND = list(sound())


def scene(states: States) -> tuple[Step, Interaction]:
    """A world with one interaction in these states."""
    world = World(Mint("t"), settings())
    id_ = InteractionId("I")
    machine = Machine(INTERACTION_TABLE, id_, states.interaction)
    interaction = Interaction(id_, SPRING, "+442079460001", "", None, BridgeId("B"), machine, NOON, ahead=True)
    world.interactions[id_] = interaction
    if states.party is not None:
        agent = make_agent(ADA, "Ada", "", frozenset())
        agent.machine = Machine(AGENT_TABLE, ADA, states.agent)
        world.agents[ADA] = agent
        interaction.parties.append(Party(PartyId("P"), ADA, Machine(PARTY_TABLE, "P", states.party)))
    if states.attempt is not None:
        at = Machine(ATTEMPT_TABLE, "A", states.attempt)
        interaction.attempt = Attempt(AttemptId("A"), interaction.number, NOON, at)
    if states.contact is not None:
        leg = contact_of(states.contact)
        world.legs[leg.id] = leg
        interaction.contact_leg = leg.id
    return Step(world, Moment(1.0, NOON)), interaction


def contact_of(state: LegState) -> Leg:
    leg = make_leg(LegId(f"L-{state}"), ENGINE, AccountId("trunk/main"), LegPurpose.CONTACT)
    leg.machine = Machine(LEG_TABLE, leg.id, state)
    return leg


def made(move: Move, states: States) -> tuple[States, States]:
    """Makes the move in a scene: the states before, with the attempt and the leg that it begins, and after. Raises
    InvalidTransition, having checked that nothing was changed."""
    step, interaction = scene(states)
    if move in BEGINS_ATTEMPT:
        interaction.attempt = make_attempt(AttemptId("A2"), interaction.number, NOON, 1.0)
    dials = LegTrigger.DIAL in move.contact
    known = step.world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    contact = contact_of(LegState.NULL) if dials else known if move.contact else None
    before = seen(step.world, interaction, contact or known)
    try:
        advance_all(step, move, interaction, contact=contact)
    except InvalidTransition:
        assert seen(step.world, interaction, contact or known) == before
        raise
    return before, seen(step.world, interaction, contact or known)


def seen(world: World, interaction: Interaction, contact: Leg | None) -> States:
    party, attempt = interaction.parties[0] if interaction.parties else None, interaction.attempt
    return States(
        interaction.state,
        party.state if party else None,
        world.agents[party.agent].state if party else None,
        attempt.state if attempt else None,
        contact.state if contact else None,
    )


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_a_move_leads_to_a_row_of_the_joint_table_or_changes_nothing(move: Move) -> None:
    done = 0
    for states in SOUND:
        try:
            _, after = made(move, states)
        except InvalidTransition:
            continue
        done += 1
        if after.party is PartyState.DONE:
            after = after._replace(party=None, agent=None)
        assert fits(after, ahead=True), f"{move.name}: {states} -> {after}"
    assert done, "a move that nothing can make"


def test_what_its_machines_would_do_one_by_one_is_refused_where_it_does_not_go_together() -> None:
    offered = States(InteractionState.PREVIEW, PartyState.OFFERED, AgentState.RESERVED, None, None)
    with pytest.raises(
        InvalidTransition, match=r"joint I: no transition from dialing, offered, reserved, .* on dialed"
    ):
        made(DIALED, offered)
    before, after = made(DIALED_AT_ONCE, offered)
    assert before[:3] == offered[:3]
    assert after == (
        *(InteractionState.DIALING, PartyState.ALERTING, AgentState.RESERVED),
        *(AttemptState.DIALING, LegState.INITIATED),
    )


def test_no_handler_moves_an_interaction_but_by_a_move() -> None:
    folder = Path(dialer.callflow.__file__).parent
    files = {file: file.read_text() for file in folder.rglob("*.py")}
    assert not [file.name for file, text in files.items() if "interaction.machine.advance(" in text]
    assert sum("advance_all(" in text for text in files.values()) >= 8, "the calls were not read"
