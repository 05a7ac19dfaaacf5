"""The states that go together: interaction, owner's party, agent and leg. Each machine has a table of its own; this one
says which combinations are sound between two messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dialer.agents.agent import Agent, AgentState
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import LegState
from dialer.interactions.party import PartyState
from dialer.world.world import World

_A, _I, _P = AgentState, InteractionState, PartyState


class Fitting(NamedTuple):
    """The states that fit a state of an interaction: the owner's states as agent and as party, and whether the contact
    has a leg."""

    agents: frozenset[AgentState]
    parties: frozenset[PartyState]
    has_contact: bool


def _fits(agents: set[AgentState], parties: set[PartyState], *, contact: bool) -> Fitting:
    return Fitting(frozenset(agents), frozenset(parties), contact)


JOINT: Mapping[InteractionState, Fitting] = {
    _I.PREVIEW: _fits({_A.RESERVED}, {_P.OFFERED, _P.ALERTING}, contact=False),
    _I.DIALING: _fits({_A.RESERVED}, {_P.ALERTING}, contact=True),
    _I.QUEUED: _fits({_A.RESERVED}, {_P.ALERTING}, contact=True),
    _I.CONNECTED: _fits({_A.BUSY}, {_P.TALKING, _P.HOLDING, _P.RECONNECTING}, contact=True),
    # Call again rings the agent's phone while the interaction is still cleared.
    _I.CLEARED: _fits({_A.AFTER_CALL_WORK, _A.NOT_READY, _A.RESERVED}, {_P.AFTER_CALL, _P.ALERTING}, contact=False),
    _I.FINALIZED: _fits(set(), set(), contact=False),
}

IDLE = frozenset({_A.LOGGED_OUT, _A.NOT_READY, _A.READY})
"""States of an agent with nothing on the desk."""


def faults(world: World) -> Iterator[str]:
    """The states that do not go together, in words for engineers; empty where all is sound."""
    for agent in world.agents.values():
        yield from _of_agent(world, agent)
    for interaction in world.interactions.values():
        yield from _of_interaction(world, interaction)
    yield from _of_records(world)
    for leg in world.legs.values():
        if leg.state in (LegState.NULL, LegState.CLEARED):
            yield f"{leg.id} is kept in {leg.state}"
    for trunk in world.trunks.values():
        if not trunk.legs <= set(world.legs):
            yield f"{trunk.name} counts legs that are gone"


def validate(world: World) -> None:
    """Raises AssertionError with all faults. For tests and for the hunt of a defect: it looks at the whole world."""
    found = list(faults(world))
    if found:
        raise AssertionError("; ".join(found))


def _of_agent(world: World, agent: Agent) -> Iterator[str]:
    if agent.engaged is not None and agent.engaged not in world.legs:
        yield f"{agent.name}'s engaged leg is gone"
    if agent.interaction is not None:
        interaction = world.interactions.get(agent.interaction)
        if interaction is None:
            yield f"{agent.name} has an interaction that is gone"
        elif interaction.party_of(agent.name) is None:
            yield f"{agent.name} is no party of {interaction.id}"
        return
    if agent.state not in IDLE:
        yield f"{agent.name} is {agent.state} for nothing"
    if agent.pending is not None:
        yield f"{agent.name} waits for {agent.pending} with nothing on the desk"


def _of_interaction(world: World, interaction: Interaction) -> Iterator[str]:
    state, party = interaction.state, interaction.owner
    if state is _I.FINALIZED:
        yield f"{interaction.id} is kept in {state}"
        return
    if party is None:
        if not (state is _I.QUEUED or (interaction.ahead and state is _I.DIALING)):
            yield f"{interaction.id} is {state} without an owner"
        return
    fitting, agent = JOINT[state], world.agents[party.agent]
    if agent.interaction != interaction.id:
        yield f"{interaction.id} is not on the desk of its owner {agent.name}"
    if agent.state not in fitting.agents:
        yield f"{agent.name} is {agent.state} in {state} {interaction.machine.story}"
    if party.state not in fitting.parties:
        yield f"party {party.id} is {party.state} in {state} {party.machine.story}"
    if (interaction.contact_leg is not None) is not fitting.has_contact:
        yield f"{interaction.id} is {state} {'without' if fitting.has_contact else 'with'} a leg of the contact"
    if interaction.contact_leg is not None and interaction.contact_leg not in world.legs:
        yield f"the contact's leg of {interaction.id} is gone"


def _of_records(world: World) -> Iterator[str]:
    held = [each.record.record for each in world.interactions.values() if each.record is not None]
    held.extend(record.record for campaign in world.campaigns.values() for record in campaign.pool)
    if len(held) != len(set(held)):
        yield "a record is handled twice"
