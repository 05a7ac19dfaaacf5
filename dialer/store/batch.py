"""What a list of writes comes to, judged in order against what the database knows. Pure: no database here.

The store loads what the writes touch (`Touched`, `Known`), lets a `Batch` judge them, and writes what is left to
write by kind of row. So the rules are the same on every database and in memory, and a transaction needs one statement
for each kind of row, however many steps it joins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from dialer.records.treatment import added
from dialer.store.habits import HabitKey, key_of
from dialer.store.queue import place
from dialer.store.record_state import RecordState
from dialer.vocabulary import writes as w
from dialer.vocabulary.results import CallResult, RecordStatus

CLAIM_LOST = "claim_lost"
DO_NOT_CALL = "do_not_call"
ABANDONED = "abandoned"
SETTLED = "settled"
UNKNOWN_ATTEMPT = "unknown_attempt"
UNKNOWN_DIAL = "unknown_dial"
UNKNOWN_NOTICE = "unknown_notice"
DUPLICATE = "duplicate"


class AttemptState(Struct):
    """What is known of an attempt; `refused` is the rule that refused it in this batch."""

    interaction: str
    number: str
    record: int | None = None
    result: CallResult | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    refused: str | None = None


class Touched:
    """Keys of the rows that decide about a list of writes."""

    def __init__(self, writes: Iterable[w.Write]) -> None:
        self.records: set[int] = set()
        self.attempts: set[str] = set()
        self.call_ids: set[str] = set()
        self.numbers: set[str] = set()
        #: Attempts whose records, too, decide.
        self.answered_late: set[str] = set()
        #: Numbers that are dialled without an agent at hand.
        self.unattended: set[str] = set()
        self.notices: set[str] = set()
        for write in writes:
            match write:
                case w.BeginAttempt():
                    self.attempts.add(write.attempt)
                    self.numbers.add(write.number)
                    if write.abandoned_since is not None:
                        self.unattended.add(write.number)
                    if write.record is not None:
                        self.records.add(write.record)
                case w.UpdateRecord() | w.ReleaseRecord():
                    self.records.add(write.record)
                case w.AddDial():
                    self.call_ids.add(write.call_id)
                    self.attempts.add(write.attempt)
                case w.SettleAttempt() | w.SettleDial() | w.ConnectAttempt():
                    self.attempts.add(write.attempt)
                case w.MarkLateAnswer():
                    self.attempts.add(write.attempt)
                    self.answered_late.add(write.attempt)
                case w.AcknowledgeNotice() | w.AddNotice():
                    self.notices.add(write.notice)


class Known(Struct):
    """What the database knows of these rows. `barred` are (number, campaign), campaign empty for all;
    `notices` are the notices' agents; `dials` the attempt and n of a Call-ID; `abandoned` when somebody was last
    abandoned at a number."""

    records: dict[int, RecordState] = {}
    attempts: dict[str, AttemptState] = {}
    dials: dict[str, tuple[str, int]] = {}
    barred: set[tuple[str, str]] = set()
    notices: dict[str, str] = {}
    abandoned: dict[str, float] = {}


class Batch:
    """Judges writes; what is to be written stands in its attributes, refusals in `refusals`."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.refusals: list[w.Refusal] = []
        self.campaigns: dict[str, w.SaveCampaign] = {}
        self.agents: dict[str, w.SaveAgent] = {}
        self.agent_states: list[w.SaveAgent] = []
        self.attempts: list[w.BeginAttempt] = []
        self.settled: list[w.SettleAttempt] = []
        self.connected: list[w.ConnectAttempt] = []
        #: Dials and live answers to be added, one row for each kind of dial.
        self.habits: dict[HabitKey, tuple[int, float]] = {}
        self.dials: list[w.AddDial] = []
        self.settled_dials: list[w.SettleDial] = []
        self.late_answers: list[w.MarkLateAnswer] = []
        self.interactions: dict[str, w.SaveInteraction] = {}
        self.parties: dict[str, w.AddParty] = {}
        self.records: dict[int, RecordState] = {}
        self.renewed: list[w.RenewCancelled] = []
        self.finished_chains: list[w.UpdateRecord] = []
        #: A number is in one of the two: what was said of it last.
        self.barred: list[w.AddDoNotCall] = []
        self.lifted: list[w.LiftDoNotCall] = []
        self.notices: list[w.AddNotice] = []
        self.acknowledged: list[w.AcknowledgeNotice] = []
        self.history: list[w.AddHistory] = []

    def judge(self, writes: Sequence[w.Write]) -> w.CommitReport:
        for write in writes:
            rule = _RULES[type(write)](self, write)
            if rule is not None:
                until = self._until(write) if isinstance(write, w.BeginAttempt) and rule == ABANDONED else None
                self.refusals.append(w.Refusal(write, rule, until))
        return w.CommitReport(tuple(self.refusals))

    # -- attempts ----------------------------------------------------------------------------------------------------

    def _begin_attempt(self, write: w.BeginAttempt) -> str | None:
        known = self._known.attempts.get(write.attempt)
        if known is not None:
            same = known.interaction == write.interaction and known.number == write.number
            return known.refused or (None if same else DUPLICATE)
        record = None if write.record is None else self._claimed(write.record, write.fence)
        if write.record is not None and record is None:
            return self._refuse_attempt(write, CLAIM_LOST)
        if write.check_do_not_call and self._is_barred(write.number, write.campaign):
            return self._refuse_attempt(write, DO_NOT_CALL)
        if write.abandoned_since is not None and self._abandoned_at(write.number) > write.abandoned_since:
            return self._refuse_attempt(write, ABANDONED)
        if record is not None:
            record.attempts += 1
            record.updated_at = write.at
            self.records[record.id] = record
        self._known.attempts[write.attempt] = AttemptState(write.interaction, write.number, write.record)
        self.attempts.append(write)
        return None

    def _abandoned_at(self, number: str) -> float:
        return self._known.abandoned.get(number, -math.inf)

    def _until(self, write: w.BeginAttempt) -> float:
        """The end of the rest, which is as long as from `abandoned_since` to the attempt."""
        since = write.at if write.abandoned_since is None else write.abandoned_since
        return self._abandoned_at(write.number) + write.at - since

    def _refuse_attempt(self, write: w.BeginAttempt, rule: str) -> str:
        self._known.attempts[write.attempt] = AttemptState(write.interaction, write.number, refused=rule)
        return rule

    def _settle_attempt(self, write: w.SettleAttempt) -> str | None:
        known = self._known.attempts.get(write.attempt)
        if known is None or known.refused:
            return UNKNOWN_ATTEMPT if known is None else known.refused
        if known.ended_at is not None:
            same = known.result is write.result and known.ended_at == write.ended_at
            return None if same else SETTLED
        known.result = write.result
        known.answered_at = write.answered_at
        known.ended_at = write.ended_at
        self.settled.append(write)
        if write.abandoned and write.answered_at is not None:
            self._abandon(known.number, write.answered_at)
        if write.habit is not None:
            key = key_of(write.habit)
            dials, answers = self.habits.get(key, (0, 0.0))
            self.habits[key] = (dials + 1, answers + write.habit.answer)
        return None

    def _connect_attempt(self, write: w.ConnectAttempt) -> str | None:
        known = self._known.attempts.get(write.attempt)
        if known is None or known.refused:
            return UNKNOWN_ATTEMPT if known is None else known.refused
        self.connected.append(write)
        return None

    def _add_dial(self, write: w.AddDial) -> str | None:
        attempt = self._known.attempts.get(write.attempt)
        if attempt is None or attempt.refused:
            return UNKNOWN_ATTEMPT if attempt is None else attempt.refused
        key = (write.attempt, write.n)
        known = self._known.dials.get(write.call_id)
        if known is not None:
            return None if known == key else DUPLICATE
        self._known.dials[write.call_id] = key
        self.dials.append(write)
        return None

    def _settle_dial(self, write: w.SettleDial) -> str | None:
        attempt = self._known.attempts.get(write.attempt)
        if attempt is None or attempt.refused:
            return UNKNOWN_DIAL if attempt is None else attempt.refused
        self.settled_dials.append(write)
        return None

    def _mark_late_answer(self, write: w.MarkLateAnswer) -> str | None:
        attempt = self._known.attempts.get(write.attempt)
        if attempt is None:
            return UNKNOWN_DIAL
        self.late_answers.append(write)
        if attempt.ended_at is not None and attempt.answered_at is None:
            attempt.answered_at = write.at
            self._abandon(attempt.number, write.at)
            self._rest(attempt.record, write)
        return None

    def _abandon(self, number: str, at: float) -> None:
        self._known.abandoned[number] = max(at, self._abandoned_at(number))

    def _rest(self, record: int | None, write: w.MarkLateAnswer) -> None:
        """`updated_at` stays: it tells whether the write that ended the claim is repeated."""
        state = None if record is None else self._known.records.get(record)
        if state is None or state.status is not RecordStatus.READY:
            return
        state.tries = added(state.tries, (CallResult.ABANDONED,))
        if state.tries[CallResult.ABANDONED] >= write.max_abandoned:
            state.status = RecordStatus.UPDATED
        elif state.due_at < write.rest_until:
            state.due_at = write.rest_until
            state.rank, state.queue_at = place(state.type, state.due_at, state.result)
        self.records[state.id] = state

    # -- records -----------------------------------------------------------------------------------------------------

    def _claimed(self, record: int, fence: int) -> RecordState | None:
        state = self._known.records.get(record)
        if state is None or state.fence != fence or state.status is not RecordStatus.RETRIEVED:
            return None
        return state

    def _update_record(self, write: w.UpdateRecord) -> str | None:
        record = self._claimed(write.record, write.fence)
        if record is None:
            return None if self._is_done_already(write, write.status) else CLAIM_LOST
        record.status = write.status
        record.type = write.type or record.type
        record.result = write.result if write.result is not None else record.result
        record.due_at = record.due_at if write.due_at is None else write.due_at
        record.updated_at = write.at
        record.cancelled_in = write.cancelled_in
        record.attempts = max(0, record.attempts - write.uncount)
        record.tries = added(record.tries, write.tried)
        if write.data:
            record.data = {**record.data, **write.data}
        if write.status is not RecordStatus.RETRIEVED:
            self._end_claim(record, write.at, write.to_top)
        if write.finish_chain:
            self.finished_chains.append(write)
        self.records[record.id] = record
        return None

    def _renew_cancelled(self, write: w.RenewCancelled) -> str | None:
        self.renewed.append(write)
        return None

    def _release_record(self, write: w.ReleaseRecord) -> str | None:
        record = self._claimed(write.record, write.fence)
        if record is None:
            return None if self._is_done_already(write, RecordStatus.READY) else CLAIM_LOST
        record.status = RecordStatus.READY
        if write.data:
            record.data = {**record.data, **write.data}
        self._end_claim(record, write.at, write.to_top)
        self.records[record.id] = record
        return None

    def _end_claim(self, record: RecordState, at: float, to_top: bool) -> None:
        record.end_claim(at, to_top)
        if record.status is RecordStatus.READY and (record.number, "") in self._known.barred:
            record.bar()

    def _is_done_already(self, write: w.UpdateRecord | w.ReleaseRecord, status: RecordStatus) -> bool:
        """A repetition of a write that ended the claim, after a commit whose outcome was unknown."""
        state = self._known.records.get(write.record)
        return (
            state is not None
            and state.fence == write.fence
            and state.updated_at == write.at
            and state.status in (status, RecordStatus.CANCELLED)
        )

    # -- do not call -------------------------------------------------------------------------------------------------

    def _is_barred(self, number: str, campaign: str) -> bool:
        return (number, "") in self._known.barred or (number, campaign) in self._known.barred

    def _add_do_not_call(self, write: w.AddDoNotCall) -> str | None:
        key = write.number, write.campaign or ""
        self._known.barred.add(key)
        self.lifted = [each for each in self.lifted if (each.number, each.campaign or "") != key]
        self.barred.append(write)
        if write.campaign is None:
            for record in self.records.values():
                if record.number == write.number and record.status is RecordStatus.READY:
                    record.bar()
        return None

    def _lift_do_not_call(self, write: w.LiftDoNotCall) -> str | None:
        key = write.number, write.campaign or ""
        self._known.barred.discard(key)
        self.barred = [each for each in self.barred if (each.number, each.campaign or "") != key]
        self.lifted.append(write)
        return None

    # -- the rest ----------------------------------------------------------------------------------------------------

    def _save_campaign(self, write: w.SaveCampaign) -> str | None:
        self.campaigns[write.campaign] = write
        return None

    def _save_agent(self, write: w.SaveAgent) -> str | None:
        self.agents[write.agent] = write
        self.agent_states.append(write)
        return None

    def _save_interaction(self, write: w.SaveInteraction) -> str | None:
        self.interactions[write.interaction] = write
        return None

    def _add_party(self, write: w.AddParty) -> str | None:
        self.parties[write.party] = write
        return None

    def _add_notice(self, write: w.AddNotice) -> str | None:
        if write.notice not in self._known.notices:
            self._known.notices[write.notice] = write.agent
            self.notices.append(write)
        return None

    def _acknowledge_notice(self, write: w.AcknowledgeNotice) -> str | None:
        if self._known.notices.get(write.notice) != write.agent:
            return UNKNOWN_NOTICE
        self.acknowledged.append(write)
        return None

    def _add_history(self, write: w.AddHistory) -> str | None:
        self.history.append(write)
        return None


# Each method takes the one kind of write under which it stands here, which this table cannot say in types.
_RULES: dict[type, Callable[..., str | None]] = {
    w.SaveCampaign: Batch._save_campaign,
    w.SaveAgent: Batch._save_agent,
    w.BeginAttempt: Batch._begin_attempt,
    w.AddDial: Batch._add_dial,
    w.SettleDial: Batch._settle_dial,
    w.MarkLateAnswer: Batch._mark_late_answer,
    w.SettleAttempt: Batch._settle_attempt,
    w.ConnectAttempt: Batch._connect_attempt,
    w.AddParty: Batch._add_party,
    w.SaveInteraction: Batch._save_interaction,
    w.UpdateRecord: Batch._update_record,
    w.RenewCancelled: Batch._renew_cancelled,
    w.ReleaseRecord: Batch._release_record,
    w.AddDoNotCall: Batch._add_do_not_call,
    w.LiftDoNotCall: Batch._lift_do_not_call,
    w.AddNotice: Batch._add_notice,
    w.AcknowledgeNotice: Batch._acknowledge_notice,
    w.AddHistory: Batch._add_history,
}
