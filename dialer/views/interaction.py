"""An interaction on the desk of its agent, and in the list of supervisors."""

from __future__ import annotations

from msgspec import Struct

from config.model import CampaignSettings
from dialer.campaigns.campaign import Campaign
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.party import Party, PartyState
from dialer.ports import Moment
from dialer.views.actions import actions
from dialer.views.call import UNANSWERED_PHASES, CallPhase, CallStatus, call_status, talk_began_at
from dialer.views.fields import FieldView, field_views
from dialer.views.labels import configured, disposition_label, result_label
from dialer.views.permission import Allowed
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.reasons.reason import Sentence
from dialer.vocabulary.reasons.status import BlankDialed, BlankWaits
from dialer.vocabulary.results import CallResult
from dialer.world.world import World


class Choice(Struct, frozen=True):
    """A call result or disposition that the campaign offers. `group` is a heading; `/` makes a tree. `do_not_call`:
    setting it puts the number on the do-not-call list."""

    code: str
    label: Sentence
    group: str = ""
    do_not_call: bool = False


class OfferView(Struct, frozen=True):
    """An offer. At `ends_at` (UTC epoch seconds) it is accepted by itself (`automatic`) or expires."""

    id: str
    fields: tuple[FieldView, ...]
    automatic: bool
    ends_at: float


class ResultView(Struct, frozen=True):
    """A call result and its label."""

    code: str
    label: Sentence


class OutcomeView(Struct, frozen=True):
    """The result found by the network and the outcome set by the agent, both kept; with the choices and duties of the
    campaign."""

    found_result: ResultView | None
    agent_result: ResultView | None
    disposition: str
    disposition_label: Sentence
    note: str
    do_not_call: bool
    results: tuple[Choice, ...]
    dispositions: tuple[Choice, ...]
    result_mandatory: bool
    disposition_mandatory: bool
    note_mandatory: bool
    may_set_result: bool
    may_set_do_not_call: bool


class AfterCallView(Struct, frozen=True):
    """After-call work. UTC epoch seconds; `ends_at` None has no limit. `shown`: no work, but the result of a contact
    who was not reached; it closes by itself at `ends_at` unless the agent writes."""

    since: float | None
    warns_at: float | None
    ends_at: float | None
    warned: bool
    extensions_left: int
    extension_s: float
    shown: bool = False


class EarlierResult(Struct, frozen=True):
    """How many earlier attempts of the record ended with a call result."""

    result: str
    label: Sentence
    attempts: int


class ListedRecord(Struct, frozen=True):
    """The record in its calling list. `daily_from` and `daily_till` are the contact's own hours, in seconds since
    midnight of `zone`, None without any. `attempts` counts those before this interaction."""

    record: int
    list: str
    type: str
    zone: str
    daily_from: int | None
    daily_till: int | None
    attempts: int
    earlier: tuple[EarlierResult, ...]


class DialView(Struct, frozen=True):
    """The last INVITE of the interaction: trunk, the caller ID that the contact sees, and its Call-ID. `code` is the
    final answer, 0 before there is one."""

    attempt: str
    trunk: str
    caller_id: str
    call_id: str
    code: int
    reason: str


class InteractionView(Struct, frozen=True):
    """An interaction on a desktop. `number` is E.164. `origin` of the number and `language` of the contact are as the
    list states them. Times are UTC epoch seconds.

    `muted` and `actions` are those of its agent. At `preview_ends_at` a record that was not dialed goes back.
    """

    id: str
    campaign: str
    campaign_description: str
    mode: str
    agent: str | None
    contact: str
    number: str
    listed: ListedRecord | None
    dial: DialView | None
    status: CallStatus
    offer: OfferView | None
    preview_ends_at: float | None
    case: tuple[FieldView, ...]
    record: tuple[FieldView, ...]
    muted: bool
    origin: str | None
    language: str | None
    attempts: int
    begun_at: float
    connected_at: float | None
    cleared_at: float | None
    outcome: OutcomeView
    after_call: AfterCallView | None
    actions: tuple[Allowed, ...]


class InteractionSummary(Struct, frozen=True):
    """One line of a supervisor's list. `since` is when its call came into this phase."""

    id: str
    campaign: str
    agent: str | None
    contact: str
    number: str
    phase: CallPhase
    words: Sentence
    since: float | None
    begun_at: float
    connected_at: float | None
    result: str | None


class BlankRecord(Struct, frozen=True):
    """The empty record of ASM: filled in when a contact is connected. `words` says what is going on."""

    campaign: str
    words: Sentence
    case: tuple[FieldView, ...]
    record: tuple[FieldView, ...]


def is_blank(interaction: Interaction) -> bool:
    """Whether the record is still empty, as in ASM until its contact is connected."""
    unheard = interaction.connected_at is None and interaction.state is not InteractionState.CLEARED
    return interaction.asm and unheard


def blank_record(campaign: Campaign, interaction: Interaction | None) -> BlankRecord:
    """The blank record of `campaign` for an engaged agent without a contact."""
    fields = campaign.settings.fields
    return BlankRecord(
        campaign=campaign.name,
        words=Sentence(BlankWaits() if interaction is None else BlankDialed()),
        case=field_views(fields.case, {}, editable=False),
        record=field_views(fields.record, {}, editable=False),
    )


def interaction_view(world: World, interaction: Interaction, at: Moment, *, own: bool = True) -> InteractionView:
    """The interaction as its agent sees it at `at`; or, not `own`, as others read it."""
    campaign = world.campaigns[interaction.campaign]
    settings = campaign.settings
    party = interaction.owner
    status = call_status(world, interaction, at, own=own)
    editable = settings.permissions.edit_fields and status.phase not in UNANSWERED_PHASES
    values = {**(interaction.record.data if interaction.record else {}), **interaction.data}
    return InteractionView(
        id=interaction.id,
        campaign=interaction.campaign,
        campaign_description=settings.description,
        mode=campaign.mode,
        agent=interaction.agent,
        contact=interaction.contact,
        number=interaction.number,
        listed=_listed(settings, interaction.record),
        dial=_dial(interaction),
        status=status,
        offer=_offer(settings, party, values),
        preview_ends_at=_preview_ends_at(settings, interaction, party),
        case=field_views(settings.fields.case, values, editable=editable),
        record=field_views(settings.fields.record, values, editable=editable),
        muted=party.muted if party else False,
        origin=(interaction.record.origin or None) if interaction.record else None,
        language=(interaction.record.language or None) if interaction.record else None,
        attempts=interaction.attempts,
        begun_at=interaction.begun_at,
        connected_at=talk_began_at(interaction),
        cleared_at=interaction.cleared_at,
        outcome=_outcome(settings, interaction),
        after_call=_after_call(settings, interaction, party),
        actions=actions(world, campaign, interaction, world.agents.get(party.agent) if party else None),
    )


def _listed(settings: CampaignSettings, record: ClaimedRecord | None) -> ListedRecord | None:
    if record is None:
        return None
    return ListedRecord(
        record=record.record,
        list=record.list,
        type=record.type,
        zone=record.zone,
        daily_from=None if record.daily_from < 0 else record.daily_from,
        daily_till=None if record.daily_till < 0 else record.daily_till,
        attempts=record.attempts,
        earlier=tuple(
            EarlierResult(result, result_label(settings, CallResult(result)), count)
            for result, count in sorted(record.tries.items())
        ),
    )


def _dial(interaction: Interaction) -> DialView | None:
    attempt = interaction.attempt
    if attempt is None or not attempt.dials:
        return None
    dial = attempt.dial
    return DialView(attempt.id, dial.trunk, dial.caller_id, dial.call_id, dial.code, dial.reason)


def interaction_summary(world: World, interaction: Interaction, at: Moment) -> InteractionSummary:
    """The interaction as a supervisor's list has it."""
    status = call_status(world, interaction, at, own=False)
    return InteractionSummary(
        id=interaction.id,
        campaign=interaction.campaign,
        agent=interaction.agent,
        contact=interaction.contact,
        number=interaction.number,
        phase=status.phase,
        words=status.words,
        since=status.since,
        begun_at=interaction.begun_at,
        connected_at=talk_began_at(interaction),
        result=interaction.result,
    )


def _offer(settings: CampaignSettings, party: Party | None, values: dict[str, str]) -> OfferView | None:
    if party is None or party.offer is None:
        return None
    automatic = settings.accepts_automatically
    after_s = settings.offer.look_s if automatic else settings.offer.timeout_s
    return OfferView(
        id=party.offer,
        fields=field_views(settings.fields.offer, values, editable=False),
        automatic=automatic,
        ends_at=party.offered_at + after_s,
    )


def _preview_ends_at(settings: CampaignSettings, interaction: Interaction, party: Party | None) -> float | None:
    limit_s, waits = settings.preview.limit_s, interaction.state is InteractionState.PREVIEW
    if (
        party is None
        or limit_s is None
        or not waits
        or party.state is not PartyState.OFFERED
        or party.offer is not None
    ):
        return None
    return party.offered_at + limit_s


def _result(settings: CampaignSettings, result: CallResult | None) -> ResultView | None:
    return None if result is None else ResultView(result, result_label(settings, result))


def _outcome(settings: CampaignSettings, interaction: Interaction) -> OutcomeView:
    rules = settings.outcome
    offered = rules.call_results
    return OutcomeView(
        found_result=_result(settings, interaction.found_result),
        agent_result=_result(settings, interaction.agent_result),
        disposition=interaction.disposition,
        disposition_label=disposition_label(settings, interaction.disposition),
        note=interaction.note,
        do_not_call=interaction.do_not_call,
        results=tuple(
            Choice(
                each.call_result,
                result_label(settings, each.call_result),
                do_not_call=each.call_result is CallResult.DO_NOT_CALL,
            )
            for each in offered
        ),
        dispositions=tuple(
            Choice(each.code, configured(each.label), each.group, each.do_not_call) for each in rules.dispositions
        ),
        result_mandatory=rules.call_result_mandatory,
        disposition_mandatory=rules.disposition_mandatory,
        note_mandatory=rules.note_mandatory,
        may_set_result=settings.permissions.set_call_result,
        may_set_do_not_call=settings.permissions.do_not_call,
    )


def _after_call(settings: CampaignSettings, interaction: Interaction, party: Party | None) -> AfterCallView | None:
    work = interaction.after_call
    if work is None or interaction.state is not InteractionState.CLEARED:
        return None
    rules = settings.after_call
    return AfterCallView(
        since=party.ended_at if party else interaction.cleared_at,
        warns_at=None if work.ends_at is None or work.shown else work.ends_at - rules.warning_s,
        ends_at=work.ends_at,
        warned=work.warned,
        extensions_left=0 if work.ends_at is None else max(0, rules.max_extensions - work.extensions),
        extension_s=rules.extension_s,
        shown=work.shown,
    )
