"""The writes of a step. The store applies the writes of queued steps in order, in one transaction.

Times are UTC epoch seconds. A write that carries a `fence` is refused, not failed, when the claim has moved on;
refusals come back in the commit's report and undo nothing else.
"""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.habits import Habit
from dialer.vocabulary.ids import (
    AgentName,
    AttemptId,
    CampaignName,
    InteractionId,
    LegId,
    ListName,
    NoticeId,
    PartyId,
    RecordId,
    TrunkName,
)
from dialer.vocabulary.interaction_row import InteractionRow
from dialer.vocabulary.reasons.trunks import Complaint
from dialer.vocabulary.results import CallResult, RecordStatus, RecordType
from dialer.vocabulary.telephony import ClearedBy


class SaveCampaign(Struct, frozen=True, tag_field="write", tag="save_campaign"):
    """The live state of a campaign, kept over restarts, with the time of its load and of the last change with a notice
    to its agents."""

    campaign: CampaignName
    state: str
    mode: str
    at: float
    loaded_at: float | None = None
    news_at: float | None = None


class SaveAgent(Struct, frozen=True, tag_field="write", tag="save_agent"):
    """An agent's present state; every change is also a row of the history of states."""

    agent: AgentName
    state: str
    reason: str
    campaign: CampaignName | None
    at: float


class SaveTrunk(Struct, frozen=True, tag_field="write", tag="save_trunk"):
    """A trunk came up or went down, as this node sees it; `error` is its last error."""

    trunk: TrunkName
    state: str
    error: Complaint | None
    at: float


class BeginAttempt(Struct, frozen=True, tag_field="write", tag="begin_attempt"):
    """The intent to dial, committed before the INVITE. Refused, with the rule's name, when the record's claim is
    not `fence` any more ("claim_lost"), the number is on a do-not-call list ("do_not_call"), or a call to it was
    abandoned, in any campaign, after `abandoned_since` ("abandoned"; None for a call that has its agent): all are
    looked up in the same transaction. Raises the record's attempts by one. Records without claim (manual) have no
    fence.
    """

    attempt: AttemptId
    interaction: InteractionId
    campaign: CampaignName
    record: RecordId | None
    fence: int
    number: str
    agent: AgentName | None
    at: float
    check_do_not_call: bool = True
    abandoned_since: float | None = None


class AddDial(Struct, frozen=True, tag_field="write", tag="add_dial"):
    """One trunk tried for an attempt: the n-th INVITE, committed before it leaves. Its Call-ID is unique for ever.
    Belongs to its attempt: refused together with it."""

    attempt: AttemptId
    n: int
    call_id: str
    leg: LegId
    trunk: TrunkName
    caller_id: str
    at: float


class SettleDial(Struct, frozen=True, tag_field="write", tag="settle_dial"):
    """The trunk's answer: the final SIP code and its reasons."""

    attempt: AttemptId
    n: int
    code: int
    reason: str
    q850: int | None
    by: ClearedBy
    at: float


class MarkLateAnswer(Struct, frozen=True, tag_field="write", tag="mark_late_answer"):
    """A dial that was given up and settled was answered at `at`, and the answer ended at once. By this an attempt that
    is over without an answer becomes abandoned: its result stays, but its record, if it waits to be dialed again,
    counts one more abandoned attempt, waits until `rest_until` at least (UTC epoch seconds), and is finished if that
    makes `max_abandoned` of them."""

    attempt: AttemptId
    n: int
    at: float
    rest_until: float = 0.0
    max_abandoned: int = 100


class SettleAttempt(Struct, frozen=True, tag_field="write", tag="settle_attempt"):
    """The one result of an attempt. A second one for the same attempt is refused ("settled"). `habit` is counted with
    the settlement, and so exactly once; None for an attempt that says nothing of its contact."""

    attempt: AttemptId
    result: CallResult
    code: int
    reason: str
    q850: int | None
    answered_at: float | None
    connected_at: float | None
    ended_at: float
    abandoned: bool = False
    habit: Habit | None = None


class ConnectAttempt(Struct, frozen=True, tag_field="write", tag="connect_attempt"):
    """The agent who got the contact of an attempt that was dialed ahead; `agent` None takes it back."""

    attempt: AttemptId
    agent: AgentName | None


class AddParty(Struct, frozen=True, tag_field="write", tag="add_party"):
    """An agent in an interaction; written again at each change."""

    party: PartyId
    interaction: InteractionId
    agent: AgentName
    state: str
    offered_at: float
    talking_at: float | None
    ended_at: float | None


class SaveInteraction(InteractionRow, frozen=True, tag_field="write", tag="save_interaction"):
    """The present state of an interaction. `live` is the msgpack of the whole entity while it is open (for
    adoption after a restart) and None once it is finalized."""

    fence: int
    live: bytes | None


class UpdateRecord(Struct, frozen=True, tag_field="write", tag="update_record"):
    """The state of a record after an attempt. Ends the claim unless `status` is RETRIEVED. `due_at` in the future
    makes it wait. `uncount` is the number of attempts just made that do not count (a dead trunk consumes no record);
    `tried` are the results of the others, counted for each result. `data` replaces the custom fields given, no others.
    With `finish_chain` the READY records of its chain become CHAIN_UPDATED: the contact's other numbers are not dialed
    any more. `cancelled_in` is the campaign from whose run it is taken."""

    record: RecordId
    fence: int
    status: RecordStatus
    type: RecordType | None
    result: CallResult | None
    due_at: float | None
    at: float
    data: dict[str, str] | None = None
    uncount: int = 0
    to_top: bool = False
    tried: tuple[CallResult, ...] = ()
    finish_chain: bool = False
    cancelled_in: CampaignName | None = None


class RenewCancelled(Struct, frozen=True, tag_field="write", tag="renew_cancelled"):
    """A new run of a campaign begins: records of these lists that were taken out of a former run, before `at`, may be
    dialed again. Barred numbers stay."""

    campaign: CampaignName
    lists: tuple[ListName, ...]
    at: float


class ReleaseRecord(Struct, frozen=True, tag_field="write", tag="release_record"):
    """Give a claimed record back that was not dialed; with `to_top` it is the next of its list to be claimed. `data`
    replaces the custom fields given, no others."""

    record: RecordId
    fence: int
    to_top: bool
    at: float
    data: dict[str, str] | None = None


class AddDoNotCall(Struct, frozen=True, tag_field="write", tag="add_do_not_call"):
    """Bar this number in the campaign; `campaign` None bars it in all. Committed once, kept for ever.
    Records with the number in status READY become NO_CALL."""

    number: str
    campaign: CampaignName | None
    source: str
    agent: AgentName | None
    at: float


class LiftDoNotCall(Struct, frozen=True, tag_field="write", tag="lift_do_not_call"):
    """The number may be dialed again: by the campaign, or with None by all that do not bar it themselves. Its records
    are no longer NO_CALL: records that waited come back with the next load of their list, records that an agent had in
    hand with the next load of that campaign."""

    number: str
    campaign: CampaignName | None
    at: float


class AddNotice(Struct, frozen=True, tag_field="write", tag="add_notice"):
    """A notice of a campaign to one agent: `kind` loaded, started, stopped, unloaded, mode_changed."""

    notice: NoticeId
    agent: AgentName
    campaign: CampaignName
    kind: str
    at: float


class AcknowledgeNotice(Struct, frozen=True, tag_field="write", tag="acknowledge_notice"):
    """The agent's OK."""

    notice: NoticeId
    agent: AgentName
    at: float


class AddHistory(Struct, frozen=True, tag_field="write", tag="add_history"):
    """One line of the append-only history. `facts` holds no secrets."""

    kind: str
    at: float
    campaign: CampaignName | None = None
    agent: AgentName | None = None
    record: RecordId | None = None
    interaction: InteractionId | None = None
    attempt: AttemptId | None = None
    facts: dict[str, object] | None = None


Write = (
    SaveCampaign
    | SaveAgent
    | SaveTrunk
    | BeginAttempt
    | AddDial
    | SettleDial
    | MarkLateAnswer
    | SettleAttempt
    | ConnectAttempt
    | AddParty
    | SaveInteraction
    | UpdateRecord
    | RenewCancelled
    | ReleaseRecord
    | AddDoNotCall
    | LiftDoNotCall
    | AddNotice
    | AcknowledgeNotice
    | AddHistory
)


class Refusal(Struct, frozen=True):
    """A refused write with the rule that refused it, and the end of the refusal (`until`, UTC epoch seconds) if it has
    one."""

    write: Write
    rule: str
    until: float | None = None


class CommitReport(Struct, frozen=True):
    """The result of a committed transaction."""

    refusals: tuple[Refusal, ...] = ()
