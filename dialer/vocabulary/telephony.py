"""What node and engine say to each other. Frozen structs, used on both sides of the socket.

Commands (node to engine) return nothing: whatever comes of them is an event, also a refusal. Ids are minted by
the node. Events (engine to node) are facts; `at` is the time of receipt on CLOCK_MONOTONIC in seconds, which all
processes of one machine share. No rule lives behind this border: which trunk, which result, how often to try
again are the node's to decide.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from dialer.vocabulary.ids import AccountId, BridgeId, EngineId, LegId


class Transport(enum.StrEnum):
    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Srtp(enum.StrEnum):
    """Media encryption by SDES (RFC 4568)."""

    OFF = "off"
    OPTIONAL = "optional"
    MANDATORY = "mandatory"


class SessionTimers(enum.StrEnum):
    """RFC 4028."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"
    ALWAYS = "always"


class DtmfMode(enum.StrEnum):
    RFC4733 = "rfc4733"
    INFO = "info"
    INBAND = "inband"


class LegRole(enum.StrEnum):
    """What a leg is for; the engine needs it only while no node is connected."""

    CONTACT = "contact"
    AGENT = "agent"
    OTHER = "other"


class ClearedBy(enum.StrEnum):
    """Who ended a leg."""

    US = "us"
    PEER = "peer"
    TIMEOUT = "timeout"  # our ring time-out
    MEDIA = "media"  # no RTP and no RTCP for the account's rtp_timeout_s
    TRANSPORT = "transport"  # nothing was heard, or the connection failed
    REFUSED = "refused"  # the engine could not carry out the command (capacity, bad URI, draining)
    ENGINE = "engine"  # the engine itself was lost; said by the node's client, never by an engine
    UNATTENDED = "unattended"  # no node came back in time


class Header(Struct, frozen=True):
    """One SIP header. Neither name nor value may hold CR, LF or NUL; the engine refuses those that do."""

    name: str
    value: str


class Credentials(Struct, frozen=True):
    """Digest authentication (RFC 8760, RFC 2617). `realm` "*" answers every realm."""

    user: str
    password: str
    realm: str = "*"


class Tls(Struct, frozen=True):
    """TLS of one account. `verify` checks the peer's certificate and name (RFC 5922)."""

    verify: bool = True
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""


class Account(Struct, frozen=True):
    """One SIP identity with a transport of its own: a trunk, a registrar for phones, or a lab's user agent.

    `identity` is a name-addr or URI for From where Dial gives none; `registrar` "" means static.
    `peers` lists the addresses from which requests are accepted; empty means those of registrar, proxy and
    dialled hosts. `offers_incoming` false answers every incoming INVITE with 403 without an event.
    Times in seconds; `rtp_timeout_s` 0 switches RTP supervision off.
    """

    id: AccountId
    identity: str
    transport: Transport = Transport.UDP
    bind_address: str = "127.0.0.1"
    bind_port: int = 0
    public_address: str = ""
    registrar: str = ""
    register_expires_s: int = 300
    credentials: Credentials | None = None
    outbound_proxy: str = ""
    peers: tuple[str, ...] = ()
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    srtp: Srtp = Srtp.OFF
    tls: Tls | None = None
    session_timers: SessionTimers = SessionTimers.OPTIONAL
    session_expires_s: int = 1800
    dtmf: DtmfMode = DtmfMode.RFC4733
    rtp_timeout_s: float = 30.0
    offers_incoming: bool = False


class Media(Struct, frozen=True):
    """Media of one engine. Ports are even RTP ports, the odd one above is RTCP; `clock_rate_hz` of the bridge."""

    address: str = "127.0.0.1"
    public_address: str = ""
    rtp_port_low: int = 20000
    rtp_port_high: int = 27998
    clock_rate_hz: int = 8000


# ---------------------------------------------------------------------------- sound sources


class Tone(Struct, frozen=True, tag="tone"):
    """A steady sine. `level` 0..1 of full scale; `on_ms`/`off_ms` 0 means without pause."""

    frequency_hz: int
    level: float = 0.3
    on_ms: int = 0
    off_ms: int = 0
    second_frequency_hz: int = 0


class File(Struct, frozen=True, tag="file"):
    """A WAV file, 16 bit mono PCM."""

    path: str


Source = Tone | File


# ---------------------------------------------------------------------------- commands


class Configure(Struct, frozen=True, tag="configure"):
    """The whole configuration; the engine works out the difference. Accounts that vanished are removed when
    their last leg is gone. `unattended_s`: how long without a node before legs that are still dialling are
    cleared and contacts without an agent hear `waiting_message` and are cleared."""

    revision: int
    accounts: tuple[Account, ...]
    media: Media
    unattended_s: float = 10.0
    waiting_message: str = ""


class Dial(Struct, frozen=True, tag="dial"):
    """Send an INVITE. `uri` is the request URI (or the To URI when the account has an outbound proxy);
    `call_id` goes on the wire as it is; `identity` replaces the account's From; `timeout_s` runs from the INVITE
    to the final answer, then the leg is cancelled and cleared by TIMEOUT. `context` is the node's and comes back
    in the snapshot."""

    leg: LegId
    account: AccountId
    uri: str
    call_id: str
    timeout_s: float
    role: LegRole = LegRole.OTHER
    identity: str = ""
    headers: tuple[Header, ...] = ()
    context: str = ""


class Alert(Struct, frozen=True, tag="alert"):
    """Answer an offered leg provisionally: 180, or 183 with early media."""

    leg: LegId
    code: int = 180


class Answer(Struct, frozen=True, tag="answer"):
    leg: LegId


class Reject(Struct, frozen=True, tag="reject"):
    """Refuse an offered leg."""

    leg: LegId
    code: int
    reason: str = ""
    headers: tuple[Header, ...] = ()


class HangUp(Struct, frozen=True, tag="hang_up"):
    """End a leg in any state: CANCEL, BYE or a final answer, as its state wants. Unknown legs are ignored."""

    leg: LegId
    code: int = 0
    headers: tuple[Header, ...] = ()


class Join(Struct, frozen=True, tag="join"):
    """Put a leg into a bridge, or change what it hears there. None means everybody in the bridge.

    Audio flows from a to b when both are in the bridge, a is in b's `hears` and b is in a's `heard_by`. It is a
    standing wish: the engine makes and remakes the connections whenever media becomes active. A leg is in one
    bridge at a time; joining another leaves the first. Joining stops what is played to the leg if
    `stops_play`."""

    leg: LegId
    bridge: BridgeId
    hears: tuple[LegId, ...] | None = None
    heard_by: tuple[LegId, ...] | None = None
    stops_play: bool = True


class Leave(Struct, frozen=True, tag="leave"):
    leg: LegId


class SendDigits(Struct, frozen=True, tag="send_digits"):
    leg: LegId
    digits: str


class Play(Struct, frozen=True, tag="play"):
    """Play to a leg. One source at a time; a new one replaces the old. Starts when media becomes active.

    `key` comes back in PlayFinished, which is sent for a source that came to its end (never for loops)."""

    leg: LegId
    source: Source
    loop: bool = False
    key: str = ""


class StopPlay(Struct, frozen=True, tag="stop_play"):
    leg: LegId


class Record(Struct, frozen=True, tag="record"):
    """Record what a leg says and hears into a WAV file, path chosen by the node."""

    leg: LegId
    path: str


class PauseRecording(Struct, frozen=True, tag="pause_recording"):
    leg: LegId


class StopRecording(Struct, frozen=True, tag="stop_recording"):
    leg: LegId


class StartAnalysis(Struct, frozen=True, tag="start_analysis"):
    """Bring what a leg says to the analysis process. `kind` "tones" reports which steady tones were heard and
    for how long."""

    leg: LegId
    kind: str


class StopAnalysis(Struct, frozen=True, tag="stop_analysis"):
    """End an analysis; its AnalysisCompleted follows. A leg that is cleared ends its analyses by itself."""

    leg: LegId
    kind: str


class Refer(Struct, frozen=True, tag="refer"):
    leg: LegId
    uri: str


class HoldPeer(Struct, frozen=True, tag="hold_peer"):
    """Hold by SIP (re-INVITE, RFC 3264 8.4). Glare (491) is retried by the engine per RFC 3261 14.1."""

    leg: LegId


class ResumePeer(Struct, frozen=True, tag="resume_peer"):
    leg: LegId


class Probe(Struct, frozen=True, tag="probe"):
    """One OPTIONS. The answer, or its absence after `deadline_s`, is a ProbeCompleted."""

    account: AccountId
    uri: str
    deadline_s: float = 2.0


class Snapshot(Struct, frozen=True, tag="snapshot"):
    """Ask for SnapshotTaken."""


class Drain(Struct, frozen=True, tag="drain"):
    """Refuse new legs; the engine exits with 0 when the last leg is gone."""


Command = (
    Configure
    | Dial
    | Alert
    | Answer
    | Reject
    | HangUp
    | Join
    | Leave
    | SendDigits
    | Play
    | StopPlay
    | Record
    | PauseRecording
    | StopRecording
    | StartAnalysis
    | StopAnalysis
    | Refer
    | HoldPeer
    | ResumePeer
    | Probe
    | Snapshot
    | Drain
)


# ---------------------------------------------------------------------------- events


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
    `capacity` is the number of legs that the build can carry."""

    engine: EngineId
    boot: str
    capacity: int
    version: str
    at: float


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
    """Media of a leg changed. `active`: audio can flow. The two flags say who holds by SIP."""

    leg: LegId
    active: bool
    held_by_us: bool
    held_by_peer: bool
    codec: str
    at: float


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
    """A steady tone and how long it was heard in all. The frequency is rounded to 5 Hz."""

    frequency_hz: int
    seconds: float


class AnalysisCompleted(Struct, frozen=True, tag="analysis_completed"):
    leg: LegId
    kind: str
    tones: tuple[ToneHeard, ...]
    seconds: float
    dropped_packets: int
    at: float


class RecordingFinished(Struct, frozen=True, tag="recording_finished"):
    leg: LegId
    path: str
    seconds: float
    at: float


class LegCleared(Struct, frozen=True, tag="leg_cleared"):
    """The last event of a leg. `code` is the final SIP code (0 if there was none), `q850` from the Reason
    header (RFC 3326), `heard` whether anything at all was received from the peer, `alerted` whether any 18x
    was. A late 200 that crossed our CANCEL is acknowledged, ended by BYE, and told by `late_answer`."""

    leg: LegId
    code: int
    reason: str
    q850: int | None
    by: ClearedBy
    at: float
    answered: bool = False
    heard: bool = False
    alerted: bool = False
    late_answer: bool = False
    retry_after_s: float | None = None
    statistics: StreamStatistics | None = None


class LateAnswer(Struct, frozen=True, tag="late_answer"):
    """A 200 that arrived after LegCleared: it was acknowledged and ended by BYE. Somebody heard us for a moment."""

    leg: LegId
    at: float


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
    """Something went wrong inside the engine; the engine goes on. Never holds personal data."""

    where: str
    problem: str
    at: float
    leg: LegId | None = None


class EngineStatistics(Struct, frozen=True, tag="engine_statistics"):
    """Every few seconds. `lingering`: slots of legs that are cleared but whose transactions still run.
    `lag_ms_max`: the longest time the owner thread took between two polls."""

    legs: int
    lingering: int
    capacity: int
    lag_ms_max: float
    rss_mb: float
    cpu_s: float
    commands: int
    events: int
    at: float


class LegStanding(enum.StrEnum):
    """Where a leg stands, as the engine sees it."""

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
    | RecordingFinished
    | LegCleared
    | LateAnswer
    | AccountState
    | ProbeCompleted
    | EngineFault
    | EngineStatistics
    | SnapshotTaken
    | Drained
)
