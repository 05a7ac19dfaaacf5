"""What store and engines could not do, and what came too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialer.agents.agent import AgentTrigger
from dialer.callflow.agent.desk import give_free
from dialer.callflow.call.audio import release_legs
from dialer.callflow.dial.again import on_call_again_failed
from dialer.callflow.end.ending import withdraw
from dialer.callflow.pacing import observations
from dialer.callflow.queue import queue
from dialer.callflow.record.give_back import cancel_barred, rest_record
from dialer.compliance.check import Rule
from dialer.core.moves import REFUSED_AGAIN, advance_all
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import LegTrigger
from dialer.trunks.accounts import trunk_account
from dialer.vocabulary import events, telephony, topics
from dialer.vocabulary.ids import EngineId, LegId
from dialer.vocabulary.reasons.dialing import AbandonedBefore, ClaimLost, NumberBarred
from dialer.vocabulary.reasons.reason import Reason, Sentence
from dialer.vocabulary.reasons.trunks import AccountUnusable
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.topics import OwnDesk

_REASONS: Mapping[Rule, Reason] = {
    Rule.DO_NOT_CALL: NumberBarred(),
    Rule.CLAIM_LOST: ClaimLost(),
    Rule.ABANDONED: AbandonedBefore(),
}


def on_attempt_refused(step: Step, event: events.AttemptRefused) -> None:
    """The store refused the attempt as it committed it: nothing was dialed."""
    found = [each for each in step.world.interactions.values() if each.attempt and each.attempt.id == event.attempt]
    if not found:
        return
    interaction = found[0]
    rule = Rule(event.rule)
    until: dict[str, Any] = {} if event.until is None else {"until": event.until}
    step.history("not_dialed", interaction=interaction, rule=rule, **until)
    _drop_leg(step, interaction)
    observations.ended(step, interaction, CallResult.DO_NOT_CALL)
    interaction.attempts -= 1
    if interaction.owner is not None and (interaction.conversed or interaction.tried):
        # What was found by the attempt before, and what was said of it, counts again.
        interaction.found_result = CallResult.ANSWER if interaction.conversed else interaction.tried[-1]
        interaction.not_called_again()
        advance_all(step, REFUSED_AGAIN, interaction)
        release_legs(step, interaction)
        on_call_again_failed(step, interaction, _REASONS[rule])
        return
    if rule is Rule.ABANDONED and event.until is not None:
        rest_record(step, interaction, event.until)
    _take_off_desk(step, interaction, rule)


def _take_off_desk(step: Step, interaction: Interaction, rule: Rule) -> None:
    agent_name = interaction.agent
    if rule is Rule.DO_NOT_CALL:
        cancel_barred(step, interaction)
    interaction.found_result = CallResult.DO_NOT_CALL if rule is Rule.DO_NOT_CALL else None
    withdraw(step, interaction, release=False)
    if agent_name is not None:
        agent = step.world.agents[agent_name]
        told = topics.OfferWithdrawn(rule, Sentence(_REASONS[rule]))
        step.publish(topics.OFFER_WITHDRAWN, OwnDesk(agent.name), interaction.id, told)
        give_free(step, agent, AgentTrigger.RELEASE)


def _drop_leg(step: Step, interaction: Interaction) -> None:
    """The leg that was never dialed."""
    leg = step.world.legs.get(interaction.contact_leg) if interaction.contact_leg else None
    interaction.contact_leg = None
    if leg is not None:
        leg.machine.advance(LegTrigger.CLEAR, step.now)
        step.remove_leg(leg)


def on_store_failing(step: Step, event: events.StoreFailing) -> None:
    """New dialing stops; conversations go on; what is to be written waits."""
    step.world.store_problem = event.problem
    for campaign in step.world.campaigns.values():
        step.campaign_changed(campaign.name)


def on_store_recovered(step: Step, _: events.StoreRecovered) -> None:
    step.world.store_problem = ""
    for campaign in step.world.campaigns.values():
        campaign.claim_after = 0.0
        step.campaign_changed(campaign.name)
    step.start_timer("pace", 0.0)


def on_configuration_taken(step: Step, engine_id: EngineId, event: telephony.ConfigurationTaken) -> None:
    engine = step.world.engines.get(engine_id)
    if engine is None:
        return
    engine.problems = event.problems
    for problem in event.problems:
        step.history("engine_problem", engine=engine_id, problem=problem)
        for trunk in step.world.trunks.values():
            if problem.startswith(f"account {trunk_account(trunk.name)}: "):
                trunk.complain(AccountUnusable(problem), step.utc)
                step.trunk_changed(trunk.name)


def on_engine_fault(step: Step, engine_id: EngineId, event: telephony.EngineFault) -> None:
    engine = step.world.engines.get(engine_id)
    if engine is not None:
        engine.last_fault = f"{event.where}: {event.problem}"
    step.history("engine_fault", engine=engine_id, where=event.where, problem=event.problem)
    if event.leg and event.where == "play":
        _message_failed(step, event.leg)


def on_command_refused(step: Step, engine_id: EngineId, event: telephony.CommandRefused) -> None:
    """The engine is older than the node and does not know the command."""
    engine = step.world.engines.get(engine_id)
    if engine is not None:
        engine.last_fault = f"{event.command}: {event.problem}"
    step.history(
        "command_refused", engine=engine_id, command=event.command, because=event.because, problem=event.problem
    )
    if event.leg and event.command == "play":
        _message_failed(step, event.leg)


def _message_failed(step: Step, played_to: LegId) -> None:
    leg = step.world.legs.get(played_to)
    interaction = step.world.interactions.get(leg.interaction) if leg is not None and leg.interaction else None
    if leg is not None and interaction is not None and interaction.contact_leg == leg.id:
        queue.on_message_failed(step, interaction)


def on_offered(step: Step, engine_id: EngineId, event: telephony.LegOffered) -> None:
    """Incoming calls have no destination: refused with a proper answer."""
    step.tell(engine_id, telephony.Reject(event.leg, 480, "Temporarily Unavailable"))
    step.history("incoming_refused", engine=engine_id, account=event.account)
