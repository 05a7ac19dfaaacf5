"""Reasons why a campaign dials nothing. Times are UTC epoch seconds."""

from __future__ import annotations

from dialer.vocabulary.reasons.dialing import TrunkState
from dialer.vocabulary.reasons.reason import Reason
from dialer.vocabulary.reasons.trunks import Complaint


class NotRunning(Reason, frozen=True, tag="not_running"):
    """`state` is inactive, loaded, stopping or unloading."""

    state: str


class NodeStarts(Reason, frozen=True, tag="starting"):
    pass


class EngineStops(Reason, frozen=True, tag="engine_unavailable.stopping"):
    pass


class EngineLacks(Reason, frozen=True, tag="engine_unavailable.short"):
    """`problem` names the resource that the engine lacks."""

    problem: str


class ClaimsFail(Reason, frozen=True, tag="store_unavailable.claims"):
    problem: str


class ListEmpty(Reason, frozen=True, tag="list_empty"):
    pass


class OutOfWindow(Reason, frozen=True, tag="out_of_window"):
    """All due `records` are outside the calling window."""

    records: int


class OutOfWindowUntil(Reason, frozen=True, tag="out_of_window.until"):
    records: int
    opens_at: float


class WaitingForRetry(Reason, frozen=True, tag="waiting_for_retry"):
    records: int


class WaitingForRetryUntil(Reason, frozen=True, tag="waiting_for_retry.until"):
    records: int
    due_at: float


class Held(Reason, frozen=True, tag="records_held"):
    records: int


class ListFinished(Reason, frozen=True, tag="list_finished"):
    """`refused` of the `records` have numbers of a type that the campaign does not dial."""

    records: int
    refused: int = 0


class NoTrunkUp(Reason, frozen=True, tag="trunk_down.all"):
    trunks: tuple[TrunkState, ...]
    count: int


class TrunkError(Reason, frozen=True, tag="trunk_error"):
    """The last error of a trunk."""

    trunk: str
    error: Complaint


class NoTrunkUpSince(Reason, frozen=True, tag="trunk_down.errors"):
    down: Reason
    errors: Reason


class TrunksAtLimit(Reason, frozen=True, tag="trunk_limit.all"):
    trunks: tuple[TrunkState, ...]
    count: int


class NobodyLoggedIn(Reason, frozen=True, tag="no_agents"):
    pass


class NobodyReady(Reason, frozen=True, tag="no_agents.ready"):
    agents: int


class AllOccupied(Reason, frozen=True, tag="all_agents_occupied"):
    agents: int


class AllOccupiedWhile(Reason, frozen=True, tag="all_agents_occupied.pacing"):
    """All agents are occupied in a campaign that dials ahead; with the reason of its pacing."""

    occupied: Reason
    pacing: Reason


class NobodyJoined(Reason, frozen=True, tag="agents_not_joined"):
    agents: int


class AgentsElsewhere(Reason, frozen=True, tag="agents_elsewhere"):
    """All agents who are ready count for other `campaigns`."""

    agents: int
    campaigns: tuple[str, ...]


class PhonesOnHold(Reason, frozen=True, tag="agents_on_hold"):
    agents: int


class NotEngaged(Reason, frozen=True, tag="agents_not_engaged"):
    """`silent`: a phone is up and sends no audio; otherwise the phones are being rung."""

    agents: int
    silent: bool


class DialedByAgents(Reason, frozen=True, tag="dialed_by_agents"):
    pass


class AllHidden(Reason, frozen=True, tag="records_hidden"):
    pass


class Claiming(Reason, frozen=True, tag="claiming_records"):
    pass


class ResultCount(Reason, frozen=True, tag="result_count"):
    number: int
    result: str


class FinishedWith(Reason, frozen=True, tag="list_finished.results"):
    """`barred`: some records were done without an attempt."""

    finished: Reason
    attempts: int
    results: tuple[ResultCount, ...]
    barred: bool
