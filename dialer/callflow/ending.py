"""The end of the contact's leg: one result for the attempt, after-call work for an agent who talked."""

from __future__ import annotations

from config.model import AfterDone, WhenUnanswered
from dialer.agents.agent import Agent, AgentState, AgentTrigger, SystemReason, Wish
from dialer.callflow import late, observing
from dialer.callflow.desk import give_free, move
from dialer.callflow.giving_back import give_back
from dialer.callflow.habits import habit_of
from dialer.callflow.legs import agent_leg, hang_up, leave
from dialer.callflow.patience import is_over
from dialer.callflow.step import Step
from dialer.interactions.interaction import (
    AfterCall,
    EndedBy,
    Interaction,
    InteractionState,
    InteractionTrigger,
)
from dialer.interactions.party import Party, PartyState, PartyTrigger
from dialer.interactions.results import CAUSE_WORDS, not_reached_words
from dialer.records.treatment import Handling, treat
from dialer.vocabulary.ids import InteractionId
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import ClearedBy, LegCleared
from dialer.vocabulary.writes import SettleAttempt, UpdateRecord

_SHOW = WhenUnanswered.SHOW
#: SIP codes from here on are refusals (RFC 3261 section 21: 3xx redirections, which we do not follow, and failures).
FIRST_REFUSAL = 300
#: Refusals of our credentials (RFC 3261 section 22): they say nothing of the number that was dialled.
ABOUT_US = frozenset({401, 407})


def warning_timer(interaction: InteractionId) -> str:
    return f"after_call_warning/{interaction}"


def limit_timer(interaction: InteractionId) -> str:
    return f"after_call/{interaction}"


def reconnect_timer(interaction: InteractionId) -> str:
    return f"reconnect/{interaction}"


def settle(step: Step, interaction: Interaction, result: CallResult, ended_at: float) -> None:
    """The one result of the attempt, whose leg ended at monotonic `ended_at`."""
    attempt = interaction.attempt
    if attempt is None or attempt.settled:
        return
    attempt.settled = True
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
    observing.ended(step, interaction, result)
    step.history("cleared", interaction=interaction, result=result, code=dial.code if dial else 0)


def close_unanswered(step: Step, interaction: Interaction, result: CallResult, ended_at: float) -> None:
    """Nobody answered. Whose agent is in the after-call work of a former attempt goes back to it; an agent who has the
    record is told the result, and the campaign says how long the desk stays."""
    _look_for_late_answer(step, interaction)
    settle(step, interaction, result, ended_at)
    interaction.machine.advance(InteractionTrigger.CLEAR, step.now)
    interaction.ended_by = EndedBy.SYSTEM if interaction.ended_by is None else interaction.ended_by
    party = interaction.party
    release_leg(step, interaction)
    if party is None or interaction.closed_by:
        finalize(step, interaction)
    elif interaction.conversed:
        party.machine.advance(PartyTrigger.END, step.now)
        _work_up(step, interaction, party)
    else:
        _not_reached(step, interaction, party, result)


def _not_reached(step: Step, interaction: Interaction, party: Party, result: CallResult) -> None:
    """The agent is told of a contact who was not reached. In ASM the record was never shown: the next is dialled."""
    if interaction.asm:
        finalize(step, interaction)
        return
    attempt = interaction.attempt
    dial = attempt.dial if attempt is not None and attempt.dials else None
    code, reason = (dial.code, dial.reason) if dial is not None else (0, "")
    interaction.cause = interaction.cause or not_reached_words(result, code, reason)
    desk, show_s = step.world.campaigns[interaction.campaign].settings.unanswered.after(result)
    told = {"result": result, "code": code, "reason": interaction.cause, "desk": desk}
    step.publish(party.agent, "not_reached", interaction.id, {**told, "show_s": show_s if desk is _SHOW else None})
    if desk is WhenUnanswered.CLOSE:
        finalize(step, interaction)
        return
    party.machine.advance(PartyTrigger.END, step.now)
    begin_after_call(step, interaction, party, show_s if desk is _SHOW else None)


def _work_up(step: Step, interaction: Interaction, party: Party) -> None:
    """After-call work, unless a supervisor has closed the interaction."""
    begin_after_call(step, interaction, party)
    if interaction.closed_by:
        finalize(step, interaction, after_forced(step, interaction))


def after_forced(step: Step, interaction: Interaction) -> AgentTrigger | None:
    """Where the agent goes from whom a supervisor takes an interaction: as after Done, but not ready without a
    desktop."""
    party = interaction.party
    agent = step.world.agents[party.agent] if party is not None else None
    if agent is None or agent.state is not AgentState.AFTER_CALL_WORK:
        return None
    then = step.world.campaigns[interaction.campaign].settings.after_call.then
    stays = agent.away or then is AfterDone.NOT_READY
    return AgentTrigger.NOT_READY if stays else AgentTrigger.READY


def _look_for_late_answer(step: Step, interaction: Interaction) -> None:
    """Who answered a dial that we had given up, and no other, heard nobody. It may yet come."""
    attempt = interaction.attempt
    if attempt is None or attempt.settled or attempt.answered_at is not None:
        return
    if attempt.late_answer_at is None:
        late.remember(step, interaction, attempt)
        return
    attempt.answered_at = attempt.late_answer_at
    observing.abandoned(step, interaction)


def close_waiting(step: Step, interaction: Interaction, event: LegCleared) -> None:
    """A live contact who was never joined to an agent."""
    attempt = interaction.attempt
    if event.by in (ClearedBy.US, ClearedBy.UNATTENDED) or is_over(step, interaction, event.at):
        observing.abandoned(step, interaction)
    if attempt is not None and attempt.abandoned:
        # Also if the engine was lost over it: the law says when they may be dialled again.
        result = CallResult.ABANDONED
    else:
        result = CallResult.SYSTEM_LOST if event.by is ClearedBy.ENGINE else CallResult.DROPPED
    settle(step, interaction, result, event.at)
    interaction.machine.advance(InteractionTrigger.CLEAR, step.now)
    release_leg(step, interaction)
    finalize(step, interaction)


def close_conversation(step: Step, interaction: Interaction, event: LegCleared) -> None:
    """The conversation is over: after-call work begins."""
    step.cancel_timer(reconnect_timer(interaction.id))
    settle(step, interaction, CallResult.ANSWER, event.at)
    interaction.machine.advance(InteractionTrigger.CLEAR, step.now)
    if interaction.ended_by is None:
        interaction.ended_by = EndedBy.CONTACT if event.by is ClearedBy.PEER else EndedBy.SYSTEM
        interaction.cause = CAUSE_WORDS[event.by]
    interaction.reconnecting = False
    interaction.holds.clear()
    party = interaction.party
    release_leg(step, interaction)
    if party is None:
        finalize(step, interaction)
        return
    party.machine.advance(PartyTrigger.END, step.now)
    _work_up(step, interaction, party)


def release_leg(step: Step, interaction: Interaction) -> None:
    """The agent's leg goes back to silence if it is the engaged one, and is ended if it was rung for this call."""
    leg = agent_leg(step, interaction)
    party = interaction.party
    if leg is None or party is None:
        return
    agent = step.world.agents[party.agent]
    if agent.engaged == leg.id:
        leave(step, leg)
        leg.interaction = None
    else:
        hang_up(step, leg.id)
    party.leg = None
    party.muted = False


def back_to_work(step: Step, interaction: Interaction, party: Party) -> None:
    """A call again came to nothing before it was an attempt: after-call work begins anew, or the result of the attempt
    before is shown again."""
    party.machine.advance(PartyTrigger.END, step.now)
    desk, show_s = step.world.campaigns[interaction.campaign].settings.unanswered.after(interaction.found_result)
    shown = not interaction.conversed and desk is not WhenUnanswered.WAIT
    begin_after_call(step, interaction, party, show_s if shown else None)


def begin_after_call(step: Step, interaction: Interaction, party: Party, show_s: float | None = None) -> None:
    """`show_s`: there is no work, the result is only shown for so long."""
    agent = step.world.agents[party.agent]
    party.ended_at = step.utc
    if show_s is None:
        start_work_clock(step, interaction)
    else:
        interaction.after_call = AfterCall(step.utc + show_s, shown=True)
        step.start_timer(limit_timer(interaction.id), show_s)
    if agent.state in (AgentState.BUSY, AgentState.RESERVED):
        move(step, agent, AgentTrigger.CLEAR)
    step.save_party(interaction, party)
    step.interaction_changed(interaction)
    look_if_drained(step, interaction)


def start_work_clock(step: Step, interaction: Interaction) -> None:
    """The time of after-call work begins."""
    rules = step.world.campaigns[interaction.campaign].settings.after_call
    interaction.after_call = AfterCall(step.utc + rules.limit_s)
    step.start_timer(limit_timer(interaction.id), rules.limit_s)
    if rules.warning_s > 0:
        step.start_timer(warning_timer(interaction.id), rules.limit_s - rules.warning_s)


def finalize(step: Step, interaction: Interaction, after: AgentTrigger | None = None) -> None:
    """Close an interaction for good: the record's treatment, and the agent free.

    `after` is where the agent goes (READY or NOT_READY); None means ready, or staying not ready.
    """
    step.cancel_timer(limit_timer(interaction.id))
    step.cancel_timer(warning_timer(interaction.id))
    party = interaction.party
    release_leg(step, interaction)
    interaction.machine.advance(InteractionTrigger.FINALIZE, step.now)
    _treat_record(step, interaction)
    step.interaction_changed(interaction)
    if party is not None:
        done = PartyTrigger.FINISH if party.state is PartyState.AFTER_CALL else PartyTrigger.WITHDRAW
        party.machine.advance(done, step.now)
        step.save_party(interaction, party)
        if interaction.conversed and step.world.agents[party.agent].state is AgentState.AFTER_CALL_WORK:
            observing.worked_up(step, interaction, step.world.agents[party.agent].machine.since)
        free_agent(step, step.world.agents[party.agent], after)
    step.history("finalized", interaction=interaction, result=interaction.result, disposition=interaction.disposition)
    _forget(step, interaction)


def withdraw(step: Step, interaction: Interaction, *, release: bool = True) -> None:
    """Take a record that was never dialled off the desk and, unless it was settled otherwise, give it back to the
    top of its list. The agent is left to the caller."""
    party = interaction.party
    interaction.machine.advance(InteractionTrigger.WITHDRAW, step.now)
    if party is not None:
        release_leg(step, interaction)
        party.machine.advance(PartyTrigger.WITHDRAW, step.now)
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


def _treat_record(step: Step, interaction: Interaction) -> None:
    record = interaction.record
    result = interaction.result
    if record is None or result is None:
        return
    campaign = step.world.campaigns[interaction.campaign]
    settings = campaign.settings
    handling = Handling(
        found=tuple(interaction.tried) or (result,),
        said=interaction.agent_result,
        conversed=_was_joined(interaction),
        reached=interaction.reached_before,
        do_not_call=interaction.do_not_call,
        refused=_is_refused(interaction),
        mute=interaction.attempt is not None and interaction.attempt.mute,
        short=interaction.attempt is not None and interaction.attempt.short,
        abandoned_at=_late_answer_at(interaction),
    )
    treatment = treat(settings, record, handling, step.utc)
    if treatment.due_at is not None:
        campaign.next_due_at = min(campaign.next_due_at, treatment.due_at)
    step.write(
        UpdateRecord(
            record=record.record,
            fence=record.fence,
            status=treatment.status,
            type=treatment.type,
            result=treatment.result,
            due_at=treatment.due_at,
            at=step.utc,
            data=interaction.data or None,
            uncount=treatment.uncount,
            tried=treatment.tried,
            finish_chain=treatment.finish_chain,
        )
    )


def _was_joined(interaction: Interaction) -> bool:
    """Whether contact and agent were joined in the last attempt."""
    return interaction.conversed and (interaction.attempt is None or interaction.attempt.connected_at is not None)


def _late_answer_at(interaction: Interaction) -> float | None:
    """When somebody picked up in the last attempt to whom nobody spoke in it."""
    attempt = interaction.attempt
    return None if attempt is None or attempt.connected_at is not None else attempt.late_answer_at


def _is_refused(interaction: Interaction) -> bool:
    """Whether the trunk itself, or the last of several, said no to the number of the last attempt, or took the call
    and let it lie: the contact's phone may have rung."""
    attempt = interaction.attempt
    if attempt is None or not attempt.dials:
        return False
    code = attempt.dial.code
    return attempt.dial.stalled or (code >= FIRST_REFUSAL and code not in ABOUT_US)


def _forget(step: Step, interaction: Interaction) -> None:
    step.world.interactions.pop(interaction.id, None)
    look_if_drained(step, interaction)


def look_if_drained(step: Step, interaction: Interaction) -> None:
    """Something of a campaign that does not run has ended: it may be over now."""
    campaign = step.world.campaigns.get(interaction.campaign)
    if campaign is not None and not campaign.is_running:
        step.start_timer(f"drained/{campaign.name}", 0.0)


def is_live(interaction: Interaction) -> bool:
    """Whether legs may be up for it."""
    return interaction.state not in (InteractionState.CLEARED, InteractionState.FINALIZED)
