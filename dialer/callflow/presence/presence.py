"""Agents come and go: log-in, ready, not ready, log-out, the desktop's connection, the OK to a notice."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState, AgentTrigger, SystemReason, Wish, make_agent
from dialer.callflow.agent import engaged
from dialer.callflow.agent.desk import DESKTOP_GRACE_S, ask_for, make_not_ready, move
from dialer.callflow.agent.engaged import disengage
from dialer.callflow.dial import offers
from dialer.callflow.end.after_call import look_if_drained
from dialer.callflow.pacing import observations
from dialer.callflow.presence import notices, phone_use
from dialer.core.step import Step
from dialer.core.timers import desktop_timer
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.vocabulary import commands, events
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.ids import TeamName
from dialer.vocabulary.reasons.desk import LoggedOut, UnknownReason
from dialer.world.teams import grouping


def on_pause_over(step: Step, agent: Agent) -> None:
    """Not ready for too long, be it with overrun after-call work on the desk."""
    if agent.state is AgentState.NOT_READY:
        disengage(step, agent)


def on_user_known(step: Step, event: events.UserKnown) -> None:
    """A user who may be an agent, at start or changed. A disabled one is logged out as soon as the desk is empty."""
    own = tuple(str(team) for team in event.teams)
    teams = frozenset(TeamName(team) for team in step.world.settings.teams_of(event.agent, own))
    agent = step.world.agents.get(event.agent)
    before, grouped = [] if agent is None else observations.campaigns_of(step, agent), grouping(step.world)
    if agent is None:
        agent = make_agent(event.agent, event.display_name, event.phone, teams)
        step.world.agents[event.agent] = agent
    agent.display_name, agent.phone, agent.teams = event.display_name, event.phone, teams
    agent.own_teams = own
    step.world.regroup()
    observations.regrouped(step, agent, before)
    step.regrouped(grouped)
    if not event.enabled and agent.state is not AgentState.LOGGED_OUT:
        _log_out(step, agent)
    if agent.state is not AgentState.LOGGED_OUT:
        phone_use.review(step)
    step.agent_changed(agent.name)


def on_log_in(step: Step, command: commands.LogIn) -> None:
    """Logging in twice is no mistake: a second desktop of the same agent shows the same desk. A phone that another
    agent has is one, by setting."""
    agent = step.world.agent(command.agent)
    if agent.state is AgentState.LOGGED_OUT:
        phone_use.take(step, agent)
        move(step, agent, AgentTrigger.LOG_IN, SystemReason.LOGGED_IN)
        step.history("logged_in", agent=agent.name)
    notices.tell_present_state(step, agent)


def on_log_out(step: Step, command: commands.LogOut) -> None:
    agent = step.world.agent(command.agent)
    if agent.state is not AgentState.LOGGED_OUT:
        _log_out(step, agent)


def _log_out(step: Step, agent: Agent) -> None:
    interaction = _on_desk(step, agent)
    if interaction is not None and interaction.state is InteractionState.PREVIEW:
        offers.on_not_ready_during_offer(step, agent, interaction, "")
    elif interaction is not None:
        ask_for(step, agent, Wish.LOG_OUT)
        return
    agent.waits_for = None
    agent.pending = None
    move(step, agent, AgentTrigger.LOG_OUT)
    step.history("logged_out", agent=agent.name)


def on_go_ready(step: Step, command: commands.GoReady) -> None:
    agent = step.world.agent(command.agent)
    if agent.state is AgentState.LOGGED_OUT:
        raise Refused(LoggedOut())
    if agent.state is AgentState.READY:
        return
    if not agent.phone_held:
        phone_use.take(step, agent)
    if agent.interaction is not None:
        ask_for(step, agent, Wish.READY)
        return
    agent.pending = None
    notices.tell_present_state(step, agent)
    move(step, agent, AgentTrigger.READY)
    engaged.renew(step, agent)
    engaged.engage(step, agent)


def on_go_not_ready(step: Step, command: commands.GoNotReady) -> None:
    """With a record that the agent has asked for, a conversation, a dialed contact or after-call work on the desk it
    is pending; an offer is withdrawn."""
    agent = step.world.agent(command.agent)
    codes = [reason.code for reason in step.world.settings.reasons if reason.offered]
    if command.reason not in codes:
        raise Refused(UnknownReason(command.reason, tuple(codes)))
    if agent.state is AgentState.LOGGED_OUT:
        raise Refused(LoggedOut())
    agent.waits_for = None
    interaction = _on_desk(step, agent)
    if interaction is None:
        agent.pending = None
        move(step, agent, AgentTrigger.NOT_READY, command.reason)
    elif interaction.state is InteractionState.PREVIEW and not step.world.campaigns[interaction.campaign].is_preview:
        offers.on_not_ready_during_offer(step, agent, interaction, command.reason)
    else:
        ask_for(step, agent, Wish.NOT_READY, command.reason)


def on_acknowledge(step: Step, command: commands.AcknowledgeNotice) -> None:
    notices.acknowledge(step, step.world.agent(command.agent), command.notice)


def on_desktop_connected(step: Step, event: events.DesktopConnected) -> None:
    agent = step.world.agents.get(event.agent)
    if agent is not None:
        agent.desktops += 1
        agent.away = False
        step.cancel_timer(desktop_timer(agent.name))
        step.agent_changed(agent.name)


def on_desktop_disconnected(step: Step, event: events.DesktopDisconnected) -> None:
    agent = step.world.agents.get(event.agent)
    if agent is None:
        return
    agent.desktops = 0
    step.start_timer(desktop_timer(agent.name), DESKTOP_GRACE_S)
    step.agent_changed(agent.name)


def on_desktop_awaited(step: Step, event: events.DesktopAwaited) -> None:
    """An agent at work without a desktop has the same grace as one who lost it: nobody reads what comes."""
    agent = step.world.agents.get(event.agent)
    if agent is not None and agent.desktops == 0:
        agent.away = False
        step.start_timer(desktop_timer(agent.name), DESKTOP_GRACE_S)


def on_desktop_lost(step: Step, agent: Agent) -> None:
    """No desktop came back: the conversation goes on, but nothing new comes."""
    if agent.desktops > 0 or agent.state is AgentState.LOGGED_OUT:
        return
    agent.away = True
    interaction = _on_desk(step, agent)
    if interaction is not None:
        look_if_drained(step, interaction)
    if interaction is not None and interaction.state is InteractionState.PREVIEW:
        offers.on_not_ready_during_offer(step, agent, interaction, SystemReason.DESKTOP_LOST)
    elif interaction is not None:
        make_not_ready(step, agent, SystemReason.DESKTOP_LOST)
    elif agent.state is AgentState.READY:
        move(step, agent, AgentTrigger.NOT_READY, SystemReason.DESKTOP_LOST)


def _on_desk(step: Step, agent: Agent) -> Interaction | None:
    return step.world.interactions.get(agent.interaction) if agent.interaction else None
