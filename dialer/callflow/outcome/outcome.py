"""What the agent says of a contact, and Done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from config.model import AtLimit, CampaignSettings
from dialer.agents.agent import AgentState, AgentTrigger, SystemReason
from dialer.callflow.agent.desk import move
from dialer.callflow.end.after_call import look_if_drained, start_work_clock
from dialer.callflow.end.ending import finalize
from dialer.callflow.record.do_not_call import bar_contact, says_do_not_call
from dialer.core.desk import Desk
from dialer.core.step import Step
from dialer.core.timers import limit_timer, warning_timer
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.party import PartyState
from dialer.records.typed_value import problem
from dialer.vocabulary.commands import DeskCommand
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.limits import NOTE_LENGTH, VALUE_LENGTH
from dialer.vocabulary.plain_text import LINES
from dialer.vocabulary.reasons.desk import (
    BadThen,
    DoNotCallStays,
    EndCallFirst,
    FieldNotEditable,
    NoMoreTime,
    NoteTooLong,
    NothingToProlong,
    NotPermitted,
    OutcomeField,
    OutcomeMissing,
    OutcomePart,
    UnknownDisposition,
    UnknownResult,
)
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.results import CallResult

#: The value of a field of a record.
Value = Annotated[str, Meta(max_length=VALUE_LENGTH, extra=LINES)]


class SetOutcome(DeskCommand, frozen=True):
    """Call result, disposition, note, do not call, fields.

    What is left out stays as it is. `data` holds changed fields of the record.
    """

    result: CallResult | None = None
    disposition: Annotated[str, Meta(max_length=64)] | None = None
    note: Annotated[str, Meta(max_length=NOTE_LENGTH, extra=LINES)] | None = None
    do_not_call: bool | None = None
    data: dict[Annotated[str, Meta(max_length=64)], Value] | None = None


class ExtendAfterCall(DeskCommand, frozen=True):
    """More time for after-call work."""


class Done(DeskCommand, frozen=True):
    """Close the interaction.

    Where the agent goes; left out, as the campaign says.
    """

    then: Literal["", "ready", "not_ready"] = ""


def on_set_outcome(step: Step, desk: Desk, command: SetOutcome) -> None:
    """Interim or final. Do not call, by whatever it is said, is committed at once and stays."""
    interaction, settings = desk.interaction, desk.campaign.settings
    _check_outcome(settings, command, interaction)
    if command.result is not None:
        interaction.agent_result = command.result
    if command.disposition is not None:
        interaction.disposition = command.disposition
    if command.note is not None:
        interaction.note = command.note
    if command.data:
        interaction.data.update(command.data)
    if interaction.after_call is not None and interaction.after_call.shown:
        # An agent who writes has the full time of after-call work.
        start_work_clock(step, interaction)
    if command.do_not_call or says_do_not_call(settings, command.result, command.disposition):
        bar_contact(step, interaction, f"agent {command.agent}", command.agent)
    step.interaction_changed(interaction)


def _check_outcome(settings: CampaignSettings, command: SetOutcome, interaction: Interaction) -> None:
    permissions, outcome = settings.permissions, settings.outcome
    if command.result is not None:
        offered = [choice.call_result for choice in outcome.call_results]
        if not permissions.set_call_result:
            raise Refused(NotPermitted("set_call_result", "set_call_result"))
        if command.result not in offered:
            raise Refused(UnknownResult(command.result, tuple(offered)))
    if command.disposition:
        codes = [each.code for each in outcome.dispositions]
        if command.disposition not in codes:
            raise Refused(UnknownDisposition(command.disposition, tuple(codes)))
    bars = says_do_not_call(settings, command.result, command.disposition)
    if (bars or command.do_not_call is not None) and not permissions.do_not_call:
        raise Refused(NotPermitted("do_not_call", "do_not_call"))
    if command.do_not_call is False and interaction.do_not_call:
        raise Refused(DoNotCallStays())
    if command.note is not None and len(command.note) > NOTE_LENGTH:
        raise Refused(NoteTooLong(len(command.note), NOTE_LENGTH))
    if command.data:
        _check_data(settings, command.data, interaction.data)


def _check_data(settings: CampaignSettings, data: dict[str, str], before: Mapping[str, str]) -> None:
    """What the calling list has already may stay as it is, whatever it is."""
    if not settings.permissions.edit_fields:
        raise Refused(NotPermitted("edit_fields", "edit_fields"))
    known = {field.key: field for field in (*settings.fields.case, *settings.fields.record)}
    for key, value in data.items():
        field = known.get(key)
        if field is None or not field.editable:
            raise Refused(FieldNotEditable(key))
        found = problem(field, value) if value != before.get(key, "") else None
        if found is not None:
            raise Refused(found)


def against_extend(desk: Desk) -> Reason | None:
    after = desk.interaction.after_call
    if after is None or after.ends_at is None or desk.party.state is not PartyState.AFTER_CALL:
        return NothingToProlong(desk.interaction.state)
    most = desk.campaign.settings.after_call.max_extensions
    return NoMoreTime(after.extensions, most) if after.extensions >= most and not after.shown else None


def on_extend(step: Step, desk: Desk, _: ExtendAfterCall) -> None:
    """More time for after-call work."""
    interaction = desk.interaction
    rules, after = desk.campaign.settings.after_call, interaction.after_call
    if after is None or after.ends_at is None:
        return
    if after.shown:
        start_work_clock(step, interaction)
        step.interaction_changed(interaction)
        return
    after.extensions += 1
    after.warned = False
    after.ends_at = max(after.ends_at, step.utc) + rules.extension_s
    left_s = after.ends_at - step.utc
    step.start_timer(limit_timer(interaction.id), left_s)
    if 0 < rules.warning_s < left_s:
        step.start_timer(warning_timer(interaction.id), left_s - rules.warning_s)
    step.interaction_changed(interaction)


def on_warning(step: Step, interaction: Interaction) -> None:
    if interaction.after_call is not None and not interaction.after_call.warned:
        interaction.after_call.warned = True
        step.interaction_changed(interaction)


def on_limit(step: Step, interaction: Interaction) -> None:
    """After-call work is over its limit: the default outcome, or not ready with the work still on the desk."""
    party, after = interaction.owner, interaction.after_call
    if party is None or party.state is not PartyState.AFTER_CALL or after is None or after.ends_at is None:
        return
    if after.ends_at - step.utc > 1.0:
        # More time was given while this timer was on its way.
        step.start_timer(limit_timer(interaction.id), after.ends_at - step.utc)
        return
    if after.shown:
        finalize(step, interaction)
        return
    rules = step.world.campaigns[interaction.campaign].settings.after_call
    agent = step.world.agents[party.agent]
    step.history("after_call_overrun", interaction=interaction)
    if rules.at_limit is AtLimit.DEFAULT_DISPOSITION:
        if not interaction.disposition:
            interaction.disposition = rules.default_disposition or ""
        finalize(step, interaction, _then(rules.then))
        return
    after.ends_at = None
    if agent.state is AgentState.AFTER_CALL_WORK:
        move(step, agent, AgentTrigger.NOT_READY, SystemReason.AFTER_CALL_OVERRUN)
    look_if_drained(step, interaction)
    step.interaction_changed(interaction)


def against_done(desk: Desk) -> Reason | None:
    interaction = desk.interaction
    if interaction.state is not InteractionState.CLEARED or desk.party.state is not PartyState.AFTER_CALL:
        return EndCallFirst(interaction.state)
    shown = interaction.after_call is not None and interaction.after_call.shown
    return None if shown else _missing(desk.campaign.settings, interaction)


def _missing(settings: CampaignSettings, interaction: Interaction) -> Reason | None:
    """What the campaign wants before Done and has not been said."""
    rules, fields = settings.outcome, settings.fields
    said = {
        "call_result": not rules.call_result_mandatory or interaction.agent_result is not None,
        "disposition": not rules.disposition_mandatory or interaction.disposition,
        "note": not rules.note_mandatory or interaction.note.strip(),
    }
    missing: dict[str, Reason] = {part: OutcomePart(part) for part, is_said in said.items() if not is_said}
    for each in (*fields.case, *fields.record):
        if each.mandatory and not interaction.data.get(each.key, "").strip():
            missing[each.key] = OutcomeField(each.key, each.label)
    return OutcomeMissing(tuple(missing), tuple(dict.fromkeys(missing.values()))) if missing else None


def on_done(step: Step, desk: Desk, command: Done) -> None:
    """Close the interaction. Refused while the call is up or something mandatory is missing. An agent who is
    not ready already, by an overrun, stays so unless `then` says otherwise."""
    _world, campaign, interaction, _party, agent = desk
    if command.then not in ("", "ready", "not_ready"):
        raise Refused(BadThen(command.then))
    shown = interaction.after_call is not None and interaction.after_call.shown
    stays = shown or agent.state is AgentState.NOT_READY
    if stays and not command.then:
        finalize(step, interaction)
    else:
        finalize(step, interaction, _then(command.then or campaign.settings.after_call.then))


def _then(word: str) -> AgentTrigger:
    return AgentTrigger.NOT_READY if word == "not_ready" else AgentTrigger.READY
