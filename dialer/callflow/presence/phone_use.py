"""A phone belongs to one agent at a time: who logs in has it until the log-out. Two agents on one phone would be joined
to two contacts at once."""

from __future__ import annotations

from config.model import PhoneInUse
from dialer.agents.agent import Agent, AgentState, AgentTrigger, SystemReason
from dialer.callflow.agent.desk import make_not_ready, move
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.dial import offers
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.trunks.accounts import phone_target
from dialer.vocabulary import topics
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.reasons.dialing import PhoneTaken, PhoneTakenOver
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.topics import OwnDesk
from dialer.world.world import World


def address_of(world: World, agent: Agent) -> str:
    """Where the agent is rung, however it is written for the user: "" without a usable phone."""
    if not agent.phone:
        return ""
    try:
        return phone_target(world.settings, agent.phone, agent.name)[1]
    except (NotFound, ValueError):
        return ""


def holder_of(world: World, agent: Agent, address: str) -> Agent | None:
    """Another agent who has the phone."""
    others = (each for each in world.agents.values() if each is not agent)
    return next((each for each in others if address and each.phone_held == address), None)


def refusal(world: World, agent: Agent) -> Refused | None:
    """Why the agent, who is at work without a phone, may not be ready: None if the phone is free by now."""
    if agent.phone_held or agent.state is AgentState.LOGGED_OUT:
        return None
    holder = holder_of(world, agent, address_of(world, agent))
    return None if holder is None else _taken(agent, holder)


def take(step: Step, agent: Agent) -> None:
    """The agent's phone is theirs from now on. Raises Refused, with nothing changed, while another agent has it; by
    setting that agent is logged out instead, unless something is under way on their desk."""
    address = address_of(step.world, agent)
    holder = holder_of(step.world, agent, address)
    if holder is not None:
        _oust(step, agent, holder)
    agent.phone_held = address


def _oust(step: Step, agent: Agent, holder: Agent) -> None:
    takes_over = step.world.settings.server.phone_in_use is PhoneInUse.TAKE_OVER
    interaction = step.world.interactions.get(holder.interaction) if holder.interaction else None
    if not takes_over or (interaction is not None and interaction.state is not InteractionState.PREVIEW):
        raise _taken(agent, holder)
    why = PhoneTakenOver(holder.phone, agent.name, agent.display_name)
    told = topics.PhoneFailed(why.code, Sentence(why))
    step.publish(topics.PHONE_FAILED, OwnDesk(holder.name), holder.name, told)
    step.history("phone_taken", agent=holder.name, by=agent.name)
    if interaction is not None:
        offers.on_not_ready_during_offer(step, holder, interaction, SystemReason.PHONE_TAKEN)
    holder.waits_for = None
    holder.pending = None
    move(step, holder, AgentTrigger.LOG_OUT, SystemReason.PHONE_TAKEN)
    step.history("logged_out", agent=holder.name)


def _taken(agent: Agent, holder: Agent) -> Refused:
    return Refused(PhoneTaken(agent.phone, holder.name, holder.display_name))


def review(step: Step) -> None:
    """Users or phones have changed, or the node has started: an agent whose phone another
    agent has by now is set not ready, and told. Agents in a call keep their phones first."""
    at_work = [each for each in step.world.agents.values() if each.state is not AgentState.LOGGED_OUT]
    changed = [each for each in at_work if each.phone_held != address_of(step.world, each)]
    for agent in changed:
        agent.phone_held = ""
    for agent in sorted(changed, key=lambda each: (each.interaction is None, each.name)):
        address = address_of(step.world, agent)
        holder = holder_of(step.world, agent, address)
        if holder is None:
            agent.phone_held = address
        else:
            _lose(step, agent, holder)


def _lose(step: Step, agent: Agent, holder: Agent) -> None:
    taken = _taken(agent, holder)
    told = topics.PhoneFailed(taken.code, Sentence(taken.reason))
    step.publish(topics.PHONE_FAILED, OwnDesk(agent.name), agent.name, told)
    step.history("phone_taken", agent=agent.name, by=holder.name)
    interaction = _on_desk(step, agent)
    if interaction is not None:
        make_not_ready(step, agent, SystemReason.PHONE_TAKEN)
        return
    hang_up(step, agent.engaged)
    agent.waits_for = None
    if agent.state is not AgentState.NOT_READY:
        agent.pending = None
        move(step, agent, AgentTrigger.NOT_READY, SystemReason.PHONE_TAKEN)


def _on_desk(step: Step, agent: Agent) -> Interaction | None:
    return step.world.interactions.get(agent.interaction) if agent.interaction else None
