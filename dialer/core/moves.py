"""Moves: what happens to an interaction and to what belongs to it at once.

Interaction, owner's party, agent, attempt and the contact's leg have a machine each. A move names what an event means
to all of them. `advance_all` takes them from one row of the joint table to another, or changes nothing: no handler
passes through a combination that the table does not have. An agent whose party is done leaves the desk alone
(`callflow/agent/desk.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dialer.agents.agent import AgentTrigger
from dialer.core.step import Step
from dialer.interactions.attempt import AttemptTrigger
from dialer.interactions.interaction import Interaction, InteractionTrigger
from dialer.interactions.leg import Leg, LegTrigger
from dialer.interactions.party import Party, PartyState, PartyTrigger
from dialer.machine import Machine, S, T
from dialer.vocabulary.errors import InvalidTransition
from dialer.world.joint import States, fits
from dialer.world.lookups import contact_leg

_A, _C, _I, _P, _T = AgentTrigger, LegTrigger, InteractionTrigger, PartyTrigger, AttemptTrigger


class Move(NamedTuple):
    """The triggers of each machine, in their order; none for one that stays as it is. Those of party and agent are for
    an owner, whom a contact who was dialed ahead of agents may lack."""

    name: str
    interaction: tuple[InteractionTrigger, ...] = ()
    party: tuple[PartyTrigger, ...] = ()
    agent: tuple[AgentTrigger, ...] = ()
    attempt: tuple[AttemptTrigger, ...] = ()
    contact: tuple[LegTrigger, ...] = ()


#: An agent who was idle, or works after the call, is to take the contact: the phone is rung, or is up.
SERVED = Move("served", party=(_P.RING,), agent=(_A.RESERVE,))
#: The agent's phone was picked up, or there is no agent yet.
DIALED = Move("dialed", (_I.DIAL,), contact=(_C.DIAL,))
#: The agent's leg was up already when the record was on the desk.
DIALED_AT_ONCE = Move("dialed_at_once", (_I.DIAL,), (_P.RING,), contact=(_C.DIAL,))
DIALED_AGAIN = Move("dialed_again", (_I.DIAL,), (_P.RING,), (_A.RESERVE,), contact=(_C.DIAL,))
FAILED_OVER = Move("failed_over", (_I.DIAL,), attempt=(_T.NEXT,), contact=(_C.DIAL,))
#: The contact has answered, and the agent is on the line.
ANSWERED = Move("answered", (_I.CONNECT,), (_P.CONNECT,), (_A.CONNECT,), (_T.ANSWER,), (_C.ANSWER,))
#: The contact has answered, and waits.
QUEUED = Move("queued", (_I.QUEUE,), attempt=(_T.ANSWER,), contact=(_C.ANSWER,))
#: An agent has come to a contact who waited.
JOINED = Move("joined", (_I.CONNECT,), (_P.CONNECT,), (_A.CONNECT,))
#: One of the two was gone before they were joined: the contact waits on, or is about to be closed.
PARTED = Move("parted", (_I.QUEUE,), (_P.END, _P.FINISH), (_A.CLEAR,))
#: The call is over, and the agent has work to do or a result to read.
ENDED = Move("ended", (_I.CLEAR,), (_P.END,), (_A.CLEAR,), (_T.SETTLE,))
#: A call again came to nothing, or the work comes from another agent.
BACK_TO_WORK = Move("back_to_work", party=(_P.END,), agent=(_A.CLEAR,))
#: The store has not taken the attempt of a call again.
REFUSED_AGAIN = Move("refused_again", (_I.CLEAR,), attempt=(_T.REFUSE,))
#: The store has not taken the first attempt.
REFUSED = Move("refused", (_I.WITHDRAW,), (_P.WITHDRAW,), attempt=(_T.REFUSE,))
#: The record leaves the desk without having been dialed.
WITHDRAWN = Move("withdrawn", (_I.WITHDRAW,), (_P.WITHDRAW,))
#: The call is over, and nothing of it stays on the desk.
CLOSED = Move("closed", (_I.CLEAR, _I.FINALIZE), (_P.WITHDRAW,), attempt=(_T.SETTLE,))
#: The work after the call is done.
DONE = Move("done", (_I.FINALIZE,), (_P.FINISH,))
#: A supervisor closes it while the agent's phone rings for a call again.
CUT_OFF = Move("cut_off", (_I.FINALIZE,), (_P.WITHDRAW,))

MOVES = (
    *(SERVED, DIALED, DIALED_AT_ONCE, DIALED_AGAIN, FAILED_OVER, ANSWERED, QUEUED, JOINED, PARTED, ENDED, BACK_TO_WORK),
    *(REFUSED_AGAIN, REFUSED, WITHDRAWN, CLOSED, DONE, CUT_OFF),
)


def advance_all(
    step: Step, move: Move, interaction: Interaction, *, party: Party | None = None, contact: Leg | None = None
) -> None:
    """Make the move: of the owner where no other `party` is given, and of the contact's leg where it is given. Raises
    InvalidTransition, with nothing changed, where a table has no row for it or the states after it do not go together.
    What else follows for the agent is left to the caller (`desk.moved`)."""
    who = party or interaction.owner
    agent = step.world.agents[who.agent] if who is not None else None
    attempt, leg = interaction.attempt, contact or contact_leg(step.world, interaction)
    states = States(
        interaction.machine.after(move.interaction),
        who.machine.after(move.party) if who is not None else None,
        agent.machine.after(move.agent) if agent is not None else None,
        attempt.machine.after(move.attempt) if attempt is not None else None,
        leg.machine.after(move.contact) if leg is not None else None,
    )
    if states.party is PartyState.DONE:
        states = states._replace(party=None, agent=None)
    if not fits(states, ahead=interaction.ahead):
        told = ", ".join(str(each) for each in states if each is not None)
        raise InvalidTransition("joint", interaction.id, told, move.name, interaction.machine.story)
    _advance(interaction.machine, move.interaction, step.now)
    if who is not None and agent is not None:
        _advance(who.machine, move.party, step.now)
        _advance(agent.machine, move.agent, step.now)
    if attempt is not None:
        _advance(attempt.machine, move.attempt, step.now)
    if leg is not None:
        _advance(leg.machine, move.contact, step.now)


def _advance(machine: Machine[S, T], triggers: Sequence[T], at: float) -> None:
    for trigger in triggers:
        machine.advance(trigger, at)
