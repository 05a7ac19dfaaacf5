"""Events, engine to node."""

from __future__ import annotations

import enum

from msgspec import Struct

from dialer.vocabulary.ids import AccountId, BridgeId, EngineId, LegId, TapId
from dialer.vocabulary.telephony.accounts import ClearedBy, Header, LegRole
from dialer.vocabulary.telephony.recordings import (
    RecordingFinished,
    RecordingPaused,
    RecordingResumed,
    RecordingSnapshot,
    RecordingStarted,
)

__all__ = [
    "AccountState",
    "AnalysisCompleted",
    "CommandRefused",
    "ConfigurationTaken",
    "Digits",
    "Drained",
    "EngineFault",
    "EngineReady",
    "EngineStatistics",
    "Event",
    "HoldFailed",
    "Joined",
    "LateAnswer",
    "LegAlerting",
    "LegAnswered",
    "LegCleared",
    "LegMedia",
    "LegOffered",
    "LegProgress",
    "LegSnapshot",
    "LegStanding",
    "PlayFinished",
    "ProbeCompleted",
    "RefusedBecause",
    "SnapshotTaken",
    "StreamStatistics",
    "ToneHeard",
]


class StreamStatistics(Struct, frozen=True):
    """RTP of one leg over its life (RFC 3550). Jitter and round trip in ms, -1 where unknown."""

    received_packets: int = 0
    received_bytes: int = 0
    lost_packets: int = 0
    sent_packets: int = 0
    sent_bytes: int = 0
    jitter_ms: float = -1.0
    round_trip_ms: float = -1.0
    codec: str = ""


class EngineReady(Struct, frozen=True, tag="engine_ready"):
    """First event of a connection. `boot` names this start of the engine: another boot has no old legs.
    `capacity` is the number of legs that the build can carry. `abilities` are codes of `Ability`, perhaps also newer
    ones; an engine older than the field sends none: see `abilities_of`."""

    engine: EngineId
    boot: str
    capacity: int
    version: str
    at: float
    abilities: tuple[str, ...] = ()


class ConfigurationTaken(Struct, frozen=True, tag="configuration_taken"):
    """Answer to Configure. `problems` names accounts that could not be made, in words."""

    revision: int
    problems: tuple[str, ...]
    at: float


class LegProgress(Struct, frozen=True, tag="leg_progress"):
    """A provisional answer that is not ringing: 100, 181, 182, 183. `early_media` when it carried SDP."""

    leg: LegId
    code: int
    early_media: bool
    at: float


class LegAlerting(Struct, frozen=True, tag="leg_alerting"):
    """180."""

    leg: LegId
    early_media: bool
    at: float


class LegAnswered(Struct, frozen=True, tag="leg_answered"):
    """200 to our INVITE, or our 200 was acknowledged. `at` is when the 200 was received."""

    leg: LegId
    at: float


class LegOffered(Struct, frozen=True, tag="leg_offered"):
    """An incoming INVITE; the engine minted the leg's id here, the only exception to the rule."""

    leg: LegId
    account: AccountId
    call_id: str
    from_uri: str
    to_uri: str
    request_uri: str
    headers: tuple[Header, ...]
    at: float


class LegMedia(Struct, frozen=True, tag="leg_media"):
    """Media of a leg changed, or the party at its other end. `active`: audio can flow. The two flags say which side
    holds by SIP. `identity` is the user that the peer asserts at the other end (RFC 3325), "" for none. `silent`: an
    agent's phone has sent no audio for a while although it should."""

    leg: LegId
    active: bool
    held_by_us: bool
    held_by_peer: bool
    codec: str
    at: float
    identity: str = ""
    silent: bool = False


class HoldFailed(Struct, frozen=True, tag="hold_failed"):
    """A hold or resume by SIP was refused for good; the leg is as it was."""

    leg: LegId
    code: int
    at: float


class Joined(Struct, frozen=True, tag="joined"):
    """The connections of a leg with `others` of its bridge are made in the conference bridge."""

    leg: LegId
    bridge: BridgeId
    others: tuple[LegId, ...]
    at: float


class Digits(Struct, frozen=True, tag="digits"):
    leg: LegId
    digits: str
    at: float


class PlayFinished(Struct, frozen=True, tag="play_finished"):
    leg: LegId
    key: str
    at: float


class ToneHeard(Struct, frozen=True):
    """A steady tone and its total length. The frequency is rounded to 5 Hz; `level` is its amplitude where
    it was loudest, of full scale, 1.0 from an engine that is older than the field."""

    frequency_hz: int
    seconds: float
    level: float = 1.0


class AnalysisCompleted(Struct, frozen=True, tag="analysis_completed"):
    """The result of an analysis. `tap` is that of StartAnalysis."""

    leg: LegId
    kind: str
    tones: tuple[ToneHeard, ...]
    seconds: float
    dropped_packets: int
    at: float
    tap: TapId = TapId("")


class LegCleared(Struct, frozen=True, tag="leg_cleared"):
    """The last event of a leg. `code` is the final SIP code (0 if there was none), `q850` from the Reason
    header (RFC 3326), `heard` whether any message was received from the peer, `alerted` whether any 18x was. A 200 that
    crosses our CANCEL comes after it, as LateAnswer. An answer whose SDP is of no use never is a LegAnswered: it is
    cleared by MEDIA, answered, and `reason` names the fault in words. `exhausted`: the engine lacks a resource of its
    own (ports, descriptors, legs), which `reason` names."""

    leg: LegId
    code: int
    reason: str
    q850: int | None
    by: ClearedBy
    at: float
    answered: bool = False
    heard: bool = False
    alerted: bool = False
    retry_after_s: float | None = None
    statistics: StreamStatistics | None = None
    exhausted: bool = False


class LateAnswer(Struct, frozen=True, tag="late_answer"):
    """A 200 to an INVITE that was given up: it was acknowledged and ended by BYE. The contact was on the line for a
    moment.

    The leg is cleared by then, or goes on at another server of the trunk because this one was silent. `call_id` is that
    of the INVITE, "" from an engine that is older than the field."""

    leg: LegId
    at: float
    call_id: str = ""


class AccountState(Struct, frozen=True, tag="account_state"):
    """Registration: `registered` for accounts with a registrar; `code` 0 and `reason` "" when static."""

    account: AccountId
    registered: bool
    code: int
    reason: str
    at: float


class ProbeCompleted(Struct, frozen=True, tag="probe_completed"):
    """`code` 0: no answer within the deadline."""

    account: AccountId
    uri: str
    code: int
    reason: str
    round_trip_ms: float
    at: float


class EngineFault(Struct, frozen=True, tag="engine_fault"):
    """A fault inside the engine, which goes on. Never holds personal data."""

    where: str
    problem: str
    at: float
    leg: LegId | None = None


class RefusedBecause(enum.StrEnum):
    """The reason why a command was not carried out."""

    UNKNOWN = "unknown"  # the engine does not know the command
    UNREADABLE = "unreadable"  # it knows the command, but not in this form
    ABILITY = "ability"  # the engine lacks the ability: the node did not send the command


class CommandRefused(Struct, frozen=True, tag="command_refused"):
    """A command was not carried out, because the engine is older than the node. `command` is its tag; `problem` states
    the lack and the remedy in one sentence."""

    command: str
    because: RefusedBecause
    problem: str
    at: float
    leg: LegId | None = None


class EngineStatistics(Struct, frozen=True, tag="engine_statistics"):
    """Every few seconds. `lingering`: slots of legs that are cleared but whose transactions still run.
    `lag_ms_max`: the longest time the owner thread took between two polls. `draining`: it refuses every Dial, and ends
    with its last conversation; this is sent at once. `rss_mb`: resident memory. `heap_mb`: malloc's heap in use,
    without small objects of Python; 0 where the C library does not report it. Resident memory that grows while the heap
    in use does not is fragmentation and no leak."""

    legs: int
    lingering: int
    capacity: int
    lag_ms_max: float
    rss_mb: float
    cpu_s: float
    commands: int
    events: int
    at: float
    draining: bool = False
    heap_mb: float = 0.0


class LegStanding(enum.StrEnum):
    """The standing of a leg in the engine."""

    DIALING = "dialing"
    ALERTING = "alerting"
    OFFERED = "offered"
    CONNECTED = "connected"
    CLEARING = "clearing"


class LegSnapshot(Struct, frozen=True):
    leg: LegId
    account: AccountId
    call_id: str
    role: LegRole
    standing: LegStanding
    context: str
    bridge: BridgeId | None
    hears: tuple[LegId, ...] | None
    heard_by: tuple[LegId, ...] | None
    held_by_us: bool
    held_by_peer: bool
    answered_at: float | None
    begun_at: float
    silent: bool = False
    recordings: tuple[RecordingSnapshot, ...] = ()


class SnapshotTaken(Struct, frozen=True, tag="snapshot_taken"):
    engine: EngineId
    boot: str
    legs: tuple[LegSnapshot, ...]
    accounts: tuple[AccountState, ...]
    at: float


class Drained(Struct, frozen=True, tag="drained"):
    at: float


Event = (
    EngineReady
    | ConfigurationTaken
    | LegProgress
    | LegAlerting
    | LegAnswered
    | LegOffered
    | LegMedia
    | HoldFailed
    | Joined
    | Digits
    | PlayFinished
    | AnalysisCompleted
    | RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingFinished
    | LegCleared
    | LateAnswer
    | AccountState
    | ProbeCompleted
    | EngineFault
    | CommandRefused
    | EngineStatistics
    | SnapshotTaken
    | Drained
)
