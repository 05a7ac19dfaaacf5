"""The end of the contact's leg: one result for the attempt, after-call work for an agent who talked."""

from __future__ import annotations

from config.model import WhenUnanswered
from dialer.agents.agent import AgentState, AgentTrigger
from dialer.callflow.agent.desk import free_agent
from dialer.callflow.call.audio import release_legs
from dialer.callflow.end.after_call import after_forced, begin_after_call, look_if_drained
from dialer.callflow.pacing import observations
from dialer.callflow.pacing.habits import habit_of
from dialer.callflow.record.give_back import give_back
from dialer.callflow.record.treatment import treat_record
from dialer.core.moves import CLOSED, CUT_OFF, DONE, REFUSED, WITHDRAWN, Move, advance_all
from dialer.core.step import Step
from dialer.core.timers import limit_timer, reconnect_timer, warning_timer
from dialer.interactions.attempt import Attempt
from dialer.interactions.interaction import EndedBy, Interaction, InteractionState
from dialer.interactions.party import Party, PartyState
from dialer.vocabulary import topics
from dialer.vocabulary.reasons.calls import LegEnded, NotReached
from dialer.vocabulary.reasons.reason import sentence_of
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LegCleared
from dialer.vocabulary.topics import OwnDesk
from dialer.vocabulary.writes import SettleAttempt
from dialer.world.patience import is_over

_SHOW = WhenUnanswered.SHOW


def settle(step: Step, interaction: Interaction, result: CallResult, ended_at: float) -> None:
    """The one result of the attempt, whose leg ended at monotonic `ended_at`. The move that ends the call is the
    caller's."""
    attempt = interaction.attempt
    if attempt is None or attempt.settled:
        return
    interaction.found_result = result
    interaction.tried.append(result)
    interaction.cleared_at = step.utc_of(ended_at)
    dial = attempt.dials[-1] if attempt.dials else None
    step.write(
        SettleAttempt(
            attempt=attempt.id,
            result=result,
            code=dial.code if dial else 0,
            reason=dial.reason if dial else "",
            q850=dial.q850 if dial else None,
            answered_at=attempt.answered_at,
            connected_at=attempt.connected_at,
            ended_at=interaction.cleared_at,
            abandoned=attempt.abandoned,
            habit=habit_of(step, interaction, result),
        )
    )
    observations.ended(step, interaction, result)
    step.history("cleared", interaction=interaction, result=result, code=dial.code if dial else 0)


def close_unanswered(step: Step, interaction: Interaction, result: CallResult, ended_at: float) -> None:
    """Nobody answered. An agent who called again goes back to after-call work. An agent who has the record is told the
    result, and the campaign says how long the desk stays."""
    _look_for_late_answer(step, interaction)
    settle(step, interaction, result, ended_at)
    interaction.ended_by = EndedBy.SYSTEM if interaction.ended_by is None else interaction.ended_by
    party = interaction.owner
    release_legs(step, interaction)
    if party is None or interaction.closed_by:
        finalize(step, interaction)
    elif interaction.conversed:
        _work_up(step, interaction, party)
    else:
        _not_reached(step, interaction, party, result)


def _not_reached(step: Step, interaction: Interaction, party: Party, result: CallResult) -> None:
    """The agent is told of a contact who was not reached. In ASM the record was never shown: the next is dialed."""
    if interaction.asm:
        finalize(step, interaction)
        return
    attempt = interaction.attempt
    dial = attempt.dial if attempt is not None and attempt.dials else None
    code, reason = (dial.code, dial.reason) if dial is not None else (0, "")
    interaction.cause = interaction.cause or NotReached(result, code, f"{code} {reason}".strip() if code else "")
    desk, show_s = step.world.campaigns[interaction.campaign].settings.unanswered.after(result)
    told = topics.NotReached(result, code, sentence_of(interaction.cause), desk, show_s if desk is _SHOW else None)
    step.publish(topics.NOT_REACHED, OwnDesk(party.agent), interaction.id, told)
    if desk is WhenUnanswered.CLOSE:
        finalize(step, interaction)
        return
    begin_after_call(step, interaction, party, show_s if desk is _SHOW else None)


def _work_up(step: Step, interaction: Interaction, party: Party) -> None:
    """After-call work, unless a supervisor has closed the interaction."""
    begin_after_call(step, interaction, party)
    if interaction.closed_by:
        finalize(step, interaction, after_forced(step, interaction))


def _look_for_late_answer(step: Step, interaction: Interaction) -> None:
    """A contact who answered a dial that we had given up, and no other, heard nobody. Such an answer may yet come."""
    attempt = interaction.attempt
    if attempt is None or attempt.settled or attempt.answered_at is not None:
        return
    if attempt.late_answer_at is None:
        remember(step, interaction, attempt)
        return
    attempt.answered_at = attempt.late_answer_at
    observations.abandoned(step, interaction)


def close_waiting(step: Step, interaction: Interaction, event: LegCleared) -> None:
    """A live contact who was never joined to an agent."""
    attempt = interaction.attempt
    if event.by in (ClearedBy.US, ClearedBy.UNATTENDED) or is_over(step.world, interaction, step.utc_of(event.at)):
        observations.abandoned(step, interaction)
    if attempt is not None and attempt.abandoned:
        # Also if the engine was lost over it: the law says when they may be dialed again.
        result = CallResult.ABANDONED
    else:
        result = CallResult.SYSTEM_LOST if event.by is ClearedBy.ENGINE else CallResult.DROPPED
    settle(step, interaction, result, event.at)
    release_legs(step, interaction)
    finalize(step, interaction)


def close_conversation(step: Step, interaction: Interaction, event: LegCleared) -> None:
    """The conversation is over: after-call work begins."""
    step.cancel_timer(reconnect_timer(interaction.id))
    settle(step, interaction, CallResult.ANSWER, event.at)
    if interaction.ended_by is None:
        interaction.ended_by = EndedBy.CONTACT if event.by is ClearedBy.PEER else EndedBy.SYSTEM
        interaction.cause = LegEnded(event.by)
    interaction.holds.clear()
    party = interaction.owner
    release_legs(step, interaction)
    if party is None:
        finalize(step, interaction)
        return
    _work_up(step, interaction, party)


def finalize(step: Step, interaction: Interaction, after: AgentTrigger | None = None) -> None:
    """Close an interaction for good: the record's treatment, and the agent free.

    `after` is where the agent goes (READY or NOT_READY); None means ready, or staying not ready.
    """
    step.cancel_timer(limit_timer(interaction.id))
    step.cancel_timer(warning_timer(interaction.id))
    party = interaction.owner
    release_legs(step, interaction)
    treat_record(step, interaction)
    step.interaction_changed(interaction)
    advance_all(step, _closing(interaction), interaction)
    if party is not None:
        step.save_party(interaction, party)
        if interaction.conversed and step.world.agents[party.agent].state is AgentState.AFTER_CALL_WORK:
            observations.worked_up(step, interaction, step.world.agents[party.agent].machine.since)
        free_agent(step, step.world.agents[party.agent], after)
    step.history("finalized", interaction=interaction, result=interaction.result, disposition=interaction.disposition)
    _forget(step, interaction)


def _closing(interaction: Interaction) -> Move:
    if interaction.state is not InteractionState.CLEARED:
        return CLOSED
    party = interaction.owner
    return CUT_OFF if party is not None and party.state is PartyState.ALERTING else DONE


def withdraw(step: Step, interaction: Interaction, *, release: bool = True) -> None:
    """Take a record that was never dialed off the desk and, unless it was settled otherwise, give it back to the
    top of its list. The agent is left to the caller."""
    party = interaction.owner
    release_legs(step, interaction)
    advance_all(step, WITHDRAWN if interaction.attempt is None else REFUSED, interaction)
    if party is not None:
        party.ended_at = step.utc
        step.save_party(interaction, party)
        step.agent_changed(party.agent)
    campaign = step.world.campaigns.get(interaction.campaign)
    if interaction.record is not None and release:
        give_back(step, interaction)
        if campaign is not None:
            campaign.claim_after = 0.0
    step.interaction_changed(interaction)
    _forget(step, interaction)


def _forget(step: Step, interaction: Interaction) -> None:
    step.world.interactions.pop(interaction.id, None)
    look_if_drained(step, interaction)


#: How long an attempt that was given up is remembered: twice the 64*T1 in which a 2xx may still come (RFC 3261
#: 13.3.1.4). What comes later yet is counted at the next start, from its row.
REMEMBERED_S = 64.0


def remember(step: Step, interaction: Interaction, attempt: Attempt) -> None:
    """An attempt has ended without an answer. Those that ended first are the first to be forgotten."""
    given_up = step.world.given_up
    given_up[attempt.id] = (interaction.campaign, step.now)
    while (first := next(iter(given_up.items())))[1][1] < step.now - REMEMBERED_S:
        del given_up[first[0]]
