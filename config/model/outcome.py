"""The outcome of a call: results and dispositions offered to agents, after-call work, and retries."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from config.model.base import Code, Label, PositiveSeconds, Seconds, Section, in_lower_case
from dialer.vocabulary.results import CallResult

Result = Annotated[CallResult, in_lower_case(CallResult)]


class CallResultChoice(Section):
    """A call result that agents may set."""

    call_result: Result
    """The call result."""

    label: str = Field(default="", max_length=120)
    """What people read. Empty: the name of the call result."""


def _choice(value: object) -> object:
    """Accept a bare name for a choice without label."""
    return {"call_result": value} if isinstance(value, str) else value


ResultEntry = Annotated[
    CallResultChoice, BeforeValidator(_choice, json_schema_input_type=CallResult | CallResultChoice)
]


class Disposition(Section):
    """The business outcome, set by the agent."""

    code: Code
    """Code, kept in the record and the history."""

    label: Label
    """What people read."""

    group: str = Field(default="", max_length=120)
    """Heading under which it is shown; `/` makes a tree."""

    do_not_call: bool = False
    """Setting it puts the contact's number on the do-not-call list, at once and for all campaigns."""


class Outcome(Section):
    """What agents may and must say before they close an interaction."""

    call_results: tuple[
        Annotated[CallResultChoice, BeforeValidator(_choice, json_schema_input_type=CallResult | CallResultChoice)], ...
    ] = (
        CallResultChoice(call_result=CallResult.ANSWER, label="Answer"),
        CallResultChoice(call_result=CallResult.WRONG_PARTY, label="Wrong party"),
        CallResultChoice(call_result=CallResult.WRONG_NUMBER, label="Wrong number"),
        CallResultChoice(call_result=CallResult.ANSWERING_MACHINE, label="Answering machine"),
        CallResultChoice(call_result=CallResult.FAX, label="Fax"),
        CallResultChoice(call_result=CallResult.SILENCE, label="Silence"),
    )
    """Call results offered to agents, in this order."""

    dispositions: tuple[Disposition, ...] = ()
    """Dispositions offered to agents, in this order."""

    call_result_mandatory: bool = False
    """Agents must confirm or replace the call result before Done."""

    disposition_mandatory: bool = False
    """A disposition must be set before Done."""

    note_mandatory: bool = False
    """A note must be written before Done."""


class AtLimit(StrEnum):
    """What happens when after-call work reaches its limit."""

    DEFAULT_DISPOSITION = "default_disposition"
    NOT_READY = "not_ready"


class WhenUnanswered(StrEnum):
    """What becomes of an agent's desk whose contact was not reached."""

    CLOSE = "close"
    SHOW = "show"
    WAIT = "wait"


class UnansweredResult(Section):
    """The desk after one call result."""

    desk: Annotated[WhenUnanswered, in_lower_case(WhenUnanswered)]
    """close: at once; show: for `show_s`; wait: until Done, as after a conversation."""

    show_s: PositiveSeconds | None = None
    """How long it is shown. Left out: as for all results."""


def _unanswered(value: object) -> object:
    """Accept a bare word."""
    return {"desk": value} if isinstance(value, str) else value


class Unanswered(Section):
    """Contacts who do not answer, in modes in which the agent has the record before the call: PREVIEW, PUSH_PREVIEW and
    PROGRESSIVE. The desk tells the result; while it is open the agent may write a note, set the outcome and call
    again. An entry of the agent while it is shown keeps it open until Done."""

    desk: Annotated[WhenUnanswered, in_lower_case(WhenUnanswered)] = WhenUnanswered.SHOW
    """close: at once; show: for `show_s`; wait: until Done, as after a conversation, with what is mandatory."""

    show_s: PositiveSeconds = 5
    """How long the result is shown."""

    results: Mapping[
        Result,
        Annotated[
            UnansweredResult, BeforeValidator(_unanswered, json_schema_input_type=WhenUnanswered | UnansweredResult)
        ],
    ] = {}
    """By call result: close, show or wait, or `{desk: show, show_s: 10}`."""

    def after(self, result: CallResult | None) -> tuple[WhenUnanswered, float]:
        """The desk after a call result, and for how many seconds it is shown."""
        own = self.results.get(result) if result is not None else None
        if own is None:
            return self.desk, self.show_s
        return own.desk, self.show_s if own.show_s is None else own.show_s


class AfterDone(StrEnum):
    """Where an agent goes after Done."""

    READY = "ready"
    NOT_READY = "not_ready"


class AfterCall(Section):
    """After-call work."""

    limit_s: PositiveSeconds = 60
    """How long it may take."""

    warning_s: Seconds = 15
    """The agent is warned this long before the limit."""

    extension_s: PositiveSeconds = 60
    """How much time a request for more gives."""

    max_extensions: int = Field(default=2, ge=0, le=100)
    """How often more time may be asked for in one interaction."""

    at_limit: Annotated[AtLimit, in_lower_case(AtLimit)] = AtLimit.NOT_READY
    """default_disposition: the interaction is closed with it; not_ready: it stays open and the agent is not ready."""

    default_disposition: Code | None = None
    """Disposition set at the limit, with at_limit default_disposition."""

    then: Annotated[AfterDone, in_lower_case(AfterDone)] = AfterDone.READY
    """Where the agent goes after Done: ready or not_ready."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.warning_s >= self.limit_s:
            raise ValueError("warning_s must be shorter than limit_s; lower it")
        if self.at_limit is AtLimit.DEFAULT_DISPOSITION and self.default_disposition is None:
            raise ValueError("at_limit default_disposition needs default_disposition; name the code of a disposition")
        return self


class AfterLast(StrEnum):
    """What becomes of the chain of a record that is not dialed again."""

    FINISH = "finish"
    NEXT_IN_CHAIN = "next_in_chain"


class Retry(Section):
    """The treatment of one call result: when a record is dialed again, and how often."""

    delay_s: Annotated[float, Field(ge=0, le=2_592_000)] = 3600
    """Time until the next attempt."""

    increment_s: Annotated[float, Field(ge=0, le=2_592_000)] = 0
    """How much the delay grows with each attempt that came to this call result."""

    max_attempts: int = Field(default=3, ge=1, le=100)
    """Attempts with this call result after which the record is finished; 1 means it is not dialed again."""

    afterwards: Annotated[AfterLast, in_lower_case(AfterLast)] = AfterLast.NEXT_IN_CHAIN
    """After the last: next_in_chain dials the contact's next number, finish finishes the whole chain."""


#: Call results after which a record is dialed again unless a campaign says otherwise. A failure of the trunk is not the
#: contact's: it counts in no cap, and is tried again soon. Only repeated refusals of this record by an answering trunk,
#: here over 45 min, finish it.
USUAL_RETRIES: Mapping[CallResult, Retry] = {
    CallResult.BUSY: Retry(delay_s=600, max_attempts=3),
    CallResult.NO_ANSWER: Retry(delay_s=7200, max_attempts=3),
    CallResult.CONGESTION: Retry(delay_s=300, max_attempts=3),
    CallResult.UNREACHABLE: Retry(delay_s=7200, max_attempts=2),
    CallResult.ANSWERING_MACHINE: Retry(delay_s=14_400, max_attempts=3),
    CallResult.SILENCE: Retry(delay_s=14_400, max_attempts=2),
    CallResult.CANCELLED: Retry(delay_s=600, max_attempts=3),
    CallResult.SHED: Retry(delay_s=600, max_attempts=100),
    CallResult.ABANDONED: Retry(delay_s=259_200, max_attempts=2),
    CallResult.DROPPED: Retry(delay_s=259_200, max_attempts=2),
    CallResult.TRUNK_FAILURE: Retry(delay_s=60, increment_s=60, max_attempts=10),
    CallResult.SYSTEM_ERROR: Retry(delay_s=300, max_attempts=3),
    CallResult.SYSTEM_LOST: Retry(delay_s=600, max_attempts=2),
}
