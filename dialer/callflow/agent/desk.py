"""The agent's desk: every change of an agent's state goes through here, and what was asked for meanwhile."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState, AgentTrigger, Pending, SystemReason, Wish
from dialer.callflow.agent.legs import hang_up
from dialer.callflow.pacing import observations
from dialer.core.step import Step
from dialer.core.timers import PACE_TIMER, pause_timer
from dialer.vocabulary import topics
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.topics import OwnDesk
from dialer.vocabulary.writes import SaveAgent

#: How long an agent stays ready without any desktop connection.
DESKTOP_GRACE_S = 30.0


def move(step: Step, agent: Agent, trigger: AgentTrigger, reason: str = "") -> None:
    """Advance the state of an agent alone and tell everybody whom it concerns."""
    agent.machine.advance(trigger, step.now)
    moved(step, agent, reason)


def moved(step: Step, agent: Agent, reason: str = "") -> None:
    """The agent's state has changed: everybody whom it concerns is told."""
    agent.reason = reason
    agent.since_utc = step.utc
    interaction = step.world.interactions.get(agent.interaction) if agent.interaction else None
    campaign = interaction.campaign if interaction else None
    step.write(SaveAgent(agent.name, agent.state, reason, campaign, step.utc))
    step.agent_changed(agent.name)
    observations.agent_changed(step, agent)
    if agent.state is AgentState.LOGGED_OUT:
        agent.phone_held = ""
    if agent.state is AgentState.READY:
        agent.idle_since = step.now
        step.start_timer(PACE_TIMER, 0.0)
    keep_engaged(step, agent)


def keep_engaged(step: Step, agent: Agent) -> None:
    """The engaged leg stays for a short pause, whatever led to it, and ends with the log-out."""
    if agent.engaged is None:
        return
    if agent.state is AgentState.NOT_READY:
        asm = (each for each in step.world.running_for(agent) if each.is_asm)
        step.start_timer(
            pause_timer(agent.name), max((each.settings.engaged.pause_keep_s for each in asm), default=0.0)
        )
        return
    step.cancel_timer(pause_timer(agent.name))
    if agent.state is AgentState.LOGGED_OUT:
        hang_up(step, agent.engaged)


def give_free(step: Step, agent: Agent, trigger: AgentTrigger, reason: str = "") -> None:
    """The agent has nothing on the desk any more and goes where `trigger` says, unless something is pending."""
    if agent.interaction is not None:
        step.desk_cleared(agent.name, agent.interaction)
    agent.interaction = None
    pending = agent.pending
    agent.pending = None
    if pending is None or pending.wish is Wish.READY:
        move(step, agent, trigger, reason)
    elif pending.wish is Wish.LOG_OUT:
        move(step, agent, AgentTrigger.LOG_OUT)
        step.history("logged_out", agent=agent.name)
    else:
        move(step, agent, AgentTrigger.NOT_READY, pending.reason)


def leave_for_want_of_phone(step: Step, agent: Agent, refusal: Refused) -> None:
    """An agent without a reachable phone is set not ready: otherwise each contact given to them is lost."""
    told = topics.PhoneFailed(refusal.code, Sentence(refusal.reason))
    step.publish(topics.PHONE_FAILED, OwnDesk(agent.name), agent.name, told)
    step.history("phone_failed", agent=agent.name, reason=refusal.code)
    move(step, agent, AgentTrigger.NOT_READY, SystemReason.PHONE_NO_ANSWER)


def ask_for(step: Step, agent: Agent, wish: Wish, reason: str = "") -> None:
    """Remember what cannot be granted now; the desktop shows it."""
    agent.pending = Pending(wish, reason)
    step.agent_changed(agent.name)
    observations.agent_changed(step, agent)


def make_not_ready(step: Step, agent: Agent, reason: SystemReason) -> None:
    """The system wants the agent not ready once the desk is empty. A break or a log-out that the agent
    has asked for stands."""
    if not agent.is_leaving:
        ask_for(step, agent, Wish.NOT_READY, reason)


def free_agent(step: Step, agent: Agent, after: AgentTrigger | None = None) -> None:
    """Nothing is on the agent's desk any more."""
    if agent.state is AgentState.RESERVED:
        give_free(step, agent, AgentTrigger.RELEASE if after is not AgentTrigger.NOT_READY else AgentTrigger.NOT_READY)
    elif agent.state is AgentState.AFTER_CALL_WORK:
        reason = SystemReason.AFTER_CALL if after is AgentTrigger.NOT_READY else ""
        give_free(step, agent, after or AgentTrigger.READY, reason)
    elif agent.state is AgentState.NOT_READY and after is not AgentTrigger.READY and not _wants_ready(agent):
        give_free(step, agent, AgentTrigger.NOT_READY, agent.reason)
    else:
        give_free(step, agent, AgentTrigger.READY)


def _wants_ready(agent: Agent) -> bool:
    return agent.pending is not None and agent.pending.wish is Wish.READY
