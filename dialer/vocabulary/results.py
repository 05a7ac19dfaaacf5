"""Call results: results of dialing, found by the network or by analysis, or set by the agent."""

from __future__ import annotations

import enum


class CallResult(enum.StrEnum):
    """The field's words for the outcome of one attempt. The business outcome is a disposition, never this type."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    INVALID_NUMBER = "invalid_number"
    UNREACHABLE = "unreachable"
    CONGESTION = "congestion"
    TRUNK_FAILURE = "trunk_failure"
    CANCELLED = "cancelled"
    #: Given up by the pacing while it rang, because no agent would have been free.
    SHED = "shed"
    ABANDONED = "abandoned"
    DROPPED = "dropped"
    ANSWERING_MACHINE = "answering_machine"
    FAX = "fax"
    SIT = "sit"
    SILENCE = "silence"
    WRONG_PARTY = "wrong_party"
    WRONG_NUMBER = "wrong_number"
    DO_NOT_CALL = "do_not_call"
    SYSTEM_ERROR = "system_error"
    SYSTEM_LOST = "system_lost"


#: Results after which the contact's other numbers are not dialed.
REACHED = frozenset({CallResult.ANSWER, CallResult.DO_NOT_CALL})


class RecordStatus(enum.StrEnum):
    """The status of a record of a calling list."""

    READY = "ready"
    RETRIEVED = "retrieved"
    UPDATED = "updated"
    CHAIN_UPDATED = "chain_updated"
    STALE = "stale"
    CANCELLED = "cancelled"


#: Records with such a status are not dialed again unless they are renewed.
RENEWABLE = (
    RecordStatus.UPDATED,
    RecordStatus.CHAIN_UPDATED,
    RecordStatus.STALE,
    RecordStatus.CANCELLED,
)


class RecordType(enum.StrEnum):
    """The reason why a record is to be dialed; the claim takes them in the order of their rank."""

    GENERAL = "general"
    CAMPAIGN_RESCHEDULED = "campaign_rescheduled"
    PERSONAL_RESCHEDULED = "personal_rescheduled"
    CAMPAIGN_CALLBACK = "campaign_callback"
    PERSONAL_CALLBACK = "personal_callback"
    NO_CALL = "no_call"
