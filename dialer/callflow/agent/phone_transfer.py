"""A transfer by a key of the phone takes the agent's leg to another phone. A switch that asserts identities tells of it
(RFC 3325, RFC 4916). A standing leg that was moved is ended as soon as nobody talks on it, and the agent's phone is
rung again: otherwise the next contacts talk to somebody else."""

from __future__ import annotations

from dialer.agents.agent import Agent
from dialer.callflow.agent.legs import hang_up
from dialer.core.step import Step
from dialer.interactions.interaction import InteractionState
from dialer.interactions.leg import Leg
from dialer.vocabulary import topics
from dialer.vocabulary.reasons.phones import PhoneMoved
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.topics import OwnDesk


def on_identity(step: Step, leg: Leg, identity: str) -> None:
    """The switch names who is at the other end; the first name is that of the phone that was rung."""
    agent = step.world.agents.get(leg.agent) if leg.agent else None
    if agent is None or not identity or identity == leg.identity:
        return
    if not leg.identity:
        leg.identity = identity
        return
    if leg.moved:
        return
    leg.moved = True
    step.history("phone_moved", agent=agent.name, account=leg.account)
    why = PhoneMoved()
    told = topics.PhoneFailed(why.code, Sentence(why), 0)
    step.publish(topics.PHONE_FAILED, OwnDesk(agent.name), agent.name, told)
    step.agent_changed(agent.name)
    end_moved(step, agent)


def end_moved(step: Step, agent: Agent) -> None:
    """End a standing leg that was moved, while nobody talks on it; the phone is rung again as after any end by us."""
    leg = step.world.legs.get(agent.engaged) if agent.engaged else None
    if leg is None or not leg.moved:
        return
    interaction = step.world.interactions.get(agent.interaction) if agent.interaction else None
    talks = interaction is not None and interaction.state is InteractionState.CONNECTED
    if not talks:
        hang_up(step, leg.id)
