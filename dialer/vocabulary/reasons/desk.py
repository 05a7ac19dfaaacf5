"""Reasons against commands of agents."""

from __future__ import annotations

from dialer.vocabulary.reasons.reason import Reason


class NotPermitted(Reason, frozen=True, tag="not_permitted"):
    """`permission` is the campaign's setting; `to` is the action that needs it: reject, give_back, cancel, get_next,
    call_again, set_call_result, do_not_call, edit_fields."""

    permission: str
    to: str


class NotYourCampaign(Reason, frozen=True, tag="not_your_campaign"):
    campaign: str


class NotYourInteraction(Reason, frozen=True, tag="not_your_interaction"):
    interaction: str


class CampaignNotRunning(Reason, frozen=True, tag="campaign_not_running"):
    campaign: str
    state: str


class NotPreview(Reason, frozen=True, tag="not_preview"):
    campaign: str
    mode: str


class NotReady(Reason, frozen=True, tag="not_ready"):
    """A record is given only to an agent who is ready with an empty desk."""

    state: str


class AlreadyAsked(Reason, frozen=True, tag="already_asked"):
    campaign: str


class OfferOver(Reason, frozen=True, tag="offer_over"):
    offer: str


class PreviewOver(Reason, frozen=True, tag="preview_over"):
    """A record in preview was not dialed within the time that the campaign gives."""

    limit_s: float


class NothingToDial(Reason, frozen=True, tag="not_previewed.dial"):
    state: str


class NothingToGiveBack(Reason, frozen=True, tag="not_previewed.give_back"):
    state: str


class AlreadyDialed(Reason, frozen=True, tag="already_dialed"):
    state: str


class PhoneOnHold(Reason, frozen=True, tag="phone_on_hold"):
    pass


class CallNotOver(Reason, frozen=True, tag="call_in_progress.call_again"):
    state: str


class EndCallFirst(Reason, frozen=True, tag="call_in_progress.done"):
    state: str


class ContactBarred(Reason, frozen=True, tag="do_not_call.contact"):
    """The contact is barred, by this agent or before."""


class NotAfterCall(Reason, frozen=True, tag="not_after_call.call_again"):
    state: str


class NothingToProlong(Reason, frozen=True, tag="not_after_call.extend"):
    state: str


class NoMoreTime(Reason, frozen=True, tag="no_more_time"):
    """After-call work was prolonged `given` times, of `max`."""

    given: int
    max: int


class NoCall(Reason, frozen=True, tag="no_call"):
    state: str


class NotConnected(Reason, frozen=True, tag="not_connected"):
    state: str


class AlreadyOnHold(Reason, frozen=True, tag="already_on_hold"):
    pass


class NotOnHold(Reason, frozen=True, tag="not_on_hold"):
    holds: tuple[str, ...]


class BadDigits(Reason, frozen=True, tag="bad_digits"):
    digits: str


class UnknownResult(Reason, frozen=True, tag="unknown_result"):
    result: str
    offered: tuple[str, ...]


class UnknownDisposition(Reason, frozen=True, tag="unknown_disposition"):
    disposition: str
    offered: tuple[str, ...]


class DoNotCallStays(Reason, frozen=True, tag="do_not_call_stays"):
    pass


class NoteTooLong(Reason, frozen=True, tag="note_too_long"):
    length: int
    most: int


class FieldNotEditable(Reason, frozen=True, tag="field_not_editable"):
    field: str


class ValueTooLong(Reason, frozen=True, tag="value_too_long"):
    field: str
    label: str
    type: str
    length: int
    most: int


class UnknownChoice(Reason, frozen=True, tag="unknown_choice"):
    """A long `value` is cut short; `more` says that not all `choices` are listed."""

    field: str
    label: str
    type: str
    value: str
    choices: tuple[str, ...]
    more: bool


class BadValue(Reason, frozen=True, tag="bad_value"):
    """The field of type `type` cannot hold `value`, which is cut short if long."""

    field: str
    label: str
    type: str
    value: str


class ControlCharacter(Reason, frozen=True, tag="bad_value.control_character"):
    field: str
    label: str
    type: str


class BadThen(Reason, frozen=True, tag="bad_then"):
    then: str


class OutcomeMissing(Reason, frozen=True, tag="outcome_missing"):
    """`missing` has call_result, disposition, note and keys of fields; `wanted` has their labels."""

    missing: tuple[str, ...]
    wanted: tuple[Reason, ...]


class LoggedOut(Reason, frozen=True, tag="logged_out"):
    pass


class UnknownReason(Reason, frozen=True, tag="unknown_reason"):
    reason: str
    reasons: tuple[str, ...]


class NoOffer(Reason, frozen=True, tag="offer_over.none"):
    pass


class AnswerOffer(Reason, frozen=True, tag="not_previewed.offered"):
    """The record was offered: the agent accepts or rejects it first."""


class OutcomePart(Reason, frozen=True, tag="outcome_part"):
    """`part` is call_result, disposition or note."""

    part: str


class OutcomeField(Reason, frozen=True, tag="outcome_field"):
    field: str
    label: str


class AgentLoggedOut(Reason, frozen=True, tag="logged_out.now"):
    pass


class AgentLoggedIn(Reason, frozen=True, tag="logged_in"):
    pass


class AgentReady(Reason, frozen=True, tag="ready"):
    pass


class NoPreviewRuns(Reason, frozen=True, tag="no_preview_campaign"):
    pass
