"""The states that go together: interaction, owner's party, agent, attempt and the contact's leg. Each machine has a
table of its own; this one says which combinations are sound. Moves (dialer/core/moves.py) lead from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dialer.agents.agent import Agent, AgentState
from dialer.interactions.attempt import AttemptState
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import LegState
from dialer.interactions.party import PartyState
from dialer.world.lookups import legs_of
from dialer.world.world import World

_A, _I, _L, _P, _T = AgentState, InteractionState, LegState, PartyState, AttemptState


class States(NamedTuple):
    """The states of an interaction and of what belongs to it; None for what there is not."""

    interaction: InteractionState
    party: PartyState | None
    agent: AgentState | None
    attempt: AttemptState | None
    #: None also where the leg has ended and its end is being handled.
    contact: LegState | None


class Fitting(NamedTuple):
    """The states that fit a state of an interaction: the owner's as party and as agent, those of the last attempt, and
    those of the contact's leg. No attempts: nothing was dialed yet. No contacts: there is no leg."""

    parties: frozenset[PartyState]
    agents: frozenset[AgentState]
    attempts: frozenset[AttemptState]
    contacts: frozenset[LegState]


def _fits(
    parties: set[PartyState], agents: set[AgentState], attempts: set[AttemptState], contacts: set[LegState]
) -> Fitting:
    return Fitting(frozenset(parties), frozenset(agents), frozenset(attempts), frozenset(contacts))


_UP = {_L.CONNECTED, _L.CLEARING}

JOINT: Mapping[InteractionState, Fitting] = {
    _I.PREVIEW: _fits({_P.OFFERED, _P.ALERTING}, {_A.RESERVED}, set(), set()),
    _I.DIALING: _fits(
        {_P.ALERTING},
        {_A.RESERVED},
        {_T.DIALING, _T.ALERTING, _T.CANCELLING},
        {_L.INITIATED, _L.PROGRESS, _L.ALERTING, _L.CLEARING},
    ),
    _I.QUEUED: _fits({_P.ALERTING}, {_A.RESERVED}, {_T.ANSWERED}, _UP),
    _I.CONNECTED: _fits({_P.TALKING, _P.HOLDING, _P.RECONNECTING}, {_A.BUSY}, {_T.ANSWERED}, _UP),
    # Call again rings the agent's phone while the interaction is still cleared.
    _I.CLEARED: _fits(
        {_P.AFTER_CALL, _P.ALERTING},
        {_A.AFTER_CALL_WORK, _A.NOT_READY, _A.RESERVED},
        {_T.SETTLED, _T.REFUSED},
        set(),
    ),
    _I.FINALIZED: _fits(set(), set(), {_T.SETTLED, _T.REFUSED}, set()),
}


def fits(states: States, *, ahead: bool) -> bool:
    """Whether the states go together. `ahead`: the contact was dialed before an agent was free."""
    fitting = JOINT[states.interaction]
    if states.party is None:
        if not may_lack_owner(states.interaction, ahead=ahead):
            return False
    elif states.party not in fitting.parties or states.agent not in fitting.agents:
        return False
    if states.contact is not None and states.contact not in fitting.contacts:
        return False
    if states.attempt is None:
        return not fitting.attempts or states.interaction is _I.FINALIZED
    return states.attempt in fitting.attempts


def may_lack_owner(state: InteractionState, *, ahead: bool) -> bool:
    """Whether an interaction may be without an agent: it is over, its contact waits, or was dialed ahead of agents."""
    return state is _I.QUEUED or state is _I.FINALIZED or (ahead and state is _I.DIALING)


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
    yield from _of_call(world, interaction)
    if party is None:
        if not may_lack_owner(state, ahead=interaction.ahead):
            yield f"{interaction.id} is {state} without an owner"
        return
    fitting, agent = JOINT[state], world.agents[party.agent]
    if agent.interaction != interaction.id:
        yield f"{interaction.id} is not on the desk of its owner {agent.name}"
    if agent.state not in fitting.agents:
        yield f"{agent.name} is {agent.state} in {state} {interaction.machine.story}"
    if party.state not in fitting.parties:
        yield f"party {party.id} is {party.state} in {state} {party.machine.story}"


def _of_call(world: World, interaction: Interaction) -> Iterator[str]:
    state, fitting, attempt = interaction.state, JOINT[interaction.state], interaction.attempt
    if (attempt.state not in fitting.attempts) if attempt is not None else bool(fitting.attempts):
        yield f"attempt {attempt and (attempt.id, attempt.state, attempt.machine.story)} in {state}"
    if (interaction.contact_leg is not None) is not bool(fitting.contacts):
        yield f"{interaction.id} is {state} {'without' if fitting.contacts else 'with'} a leg of the contact"
    leg = world.legs.get(interaction.contact_leg) if interaction.contact_leg is not None else None
    if interaction.contact_leg is not None and leg is None:
        yield f"the contact's leg of {interaction.id} is gone"
    if leg is not None and leg.state not in fitting.contacts:
        yield f"{leg.id} is {leg.state} in {state} {leg.machine.story}"
    for each in legs_of(world, interaction).values():
        if each.interaction != interaction.id:
            yield f"{each.id} is a leg of {interaction.id}, and says {each.interaction}"


def _of_records(world: World) -> Iterator[str]:
    held = [each.record.record for each in world.interactions.values() if each.record is not None]
    held.extend(record.record for campaign in world.campaigns.values() for record in campaign.pool)
    if len(held) != len(set(held)):
        yield "a record is handled twice"
