"""Commands, node to engine, each with the ability that an engine needs to carry it out."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import ClassVar, Final

from msgspec import Struct

from dialer.vocabulary.ids import AccountId, BridgeId, LegId, RecordingId, TapId
from dialer.vocabulary.telephony.accounts import Account, Header, LegRole, Media
from dialer.vocabulary.telephony.sources import Source

__all__ = [
    "IN_WORDS",
    "Ability",
    "Alert",
    "Answer",
    "Command",
    "Configure",
    "Dial",
    "Drain",
    "HangUp",
    "HoldPeer",
    "Join",
    "Leave",
    "PauseRecording",
    "Play",
    "Probe",
    "Refer",
    "Reject",
    "ResumePeer",
    "ResumeRecording",
    "SendDigits",
    "SetVolume",
    "Snapshot",
    "StartAnalysis",
    "StartRecording",
    "StopAnalysis",
    "StopPlay",
    "StopRecording",
]


class Ability(enum.StrEnum):
    """The codes go over the wire: never rename one."""

    CALLS = "calls"
    BRIDGES = "bridges"
    PLAYING = "playing"
    ANALYSIS = "analysis"
    SEVERAL_TAPS = "several_taps"
    STEREO_RECORDING = "stereo_recording"
    VOLUME = "volume"


#: In words that follow "cannot".
IN_WORDS: Final[Mapping[Ability, str]] = {
    Ability.CALLS: "place calls",
    Ability.BRIDGES: "join legs",
    Ability.PLAYING: "play sounds",
    Ability.ANALYSIS: "analyse the audio of a leg",
    Ability.SEVERAL_TAPS: "analyse the audio of a leg in several ways at once",
    Ability.STEREO_RECORDING: "record both sides of a leg",
    Ability.VOLUME: "make a leg louder or quieter",
}


class Configure(Struct, frozen=True, tag="configure"):
    """The whole configuration; the engine applies the difference. Accounts that vanished are removed when
    their last leg is gone. `unattended_s`: how long without a node before legs that are still dialing are
    cleared and contacts without an agent hear `waiting_message` and are cleared."""

    needs: ClassVar[Ability] = Ability.CALLS
    revision: int
    accounts: tuple[Account, ...]
    media: Media
    unattended_s: float = 10.0
    waiting_message: str = ""


class Dial(Struct, frozen=True, tag="dial"):
    """Send an INVITE. `uri` is the request URI (or the To URI when the account has an outbound proxy);
    `call_id` goes on the wire as it is; `identity` replaces the account's From; `timeout_s` runs from the INVITE
    to the final answer, then the leg is cancelled and cleared by TIMEOUT. `context` is the node's and comes back
    in the snapshot. `bridge` is joined the moment the leg is answered, as by a Join of the node: its legs are heard
    with the first packet, also while no node is connected, and what is played to them (ringback) stops. None joins
    nothing; nor does an answer that crosses our CANCEL."""

    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId
    account: AccountId
    uri: str
    call_id: str
    timeout_s: float
    role: LegRole = LegRole.OTHER
    identity: str = ""
    headers: tuple[Header, ...] = ()
    context: str = ""
    bridge: BridgeId | None = None


class Alert(Struct, frozen=True, tag="alert"):
    """Answer an offered leg provisionally: 180, or 183 with early media."""

    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId
    code: int = 180


class Answer(Struct, frozen=True, tag="answer"):
    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId


class Reject(Struct, frozen=True, tag="reject"):
    """Refuse an offered leg."""

    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId
    code: int
    reason: str = ""
    headers: tuple[Header, ...] = ()


class HangUp(Struct, frozen=True, tag="hang_up"):
    """End a leg in any state: CANCEL, BYE or a final answer, as its state wants. Unknown legs are ignored."""

    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId
    code: int = 0
    headers: tuple[Header, ...] = ()


class Join(Struct, frozen=True, tag="join"):
    """Put a leg into a bridge, or change what it hears there. None means everybody in the bridge.

    Audio flows from a to b when both are in the bridge, a is in b's `hears` and b is in a's `heard_by`. It is a
    standing wish: the engine makes and remakes the connections whenever media becomes active. A leg is in one
    bridge at a time; joining another leaves the first. Joining stops what is played to the leg if
    `stops_play`."""

    needs: ClassVar[Ability] = Ability.BRIDGES
    leg: LegId
    bridge: BridgeId
    hears: tuple[LegId, ...] | None = None
    heard_by: tuple[LegId, ...] | None = None
    stops_play: bool = True


class Leave(Struct, frozen=True, tag="leave"):
    needs: ClassVar[Ability] = Ability.BRIDGES
    leg: LegId


class SendDigits(Struct, frozen=True, tag="send_digits"):
    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId
    digits: str


class SetVolume(Struct, frozen=True, tag="set_volume"):
    """Make what the leg says louder by `db` (below 0: quieter) for all who hear it, recorders too. 0 is as it came. A
    standing wish: it outlives changes of media, and ends with the leg."""

    needs: ClassVar[Ability] = Ability.VOLUME
    leg: LegId
    db: float


class Play(Struct, frozen=True, tag="play"):
    """Play to a leg. One source at a time; a new one replaces the old. Starts when media becomes active.

    `key` comes back in PlayFinished, which is sent for a source that came to its end (never for loops)."""

    needs: ClassVar[Ability] = Ability.PLAYING
    leg: LegId
    source: Source
    loop: bool = False
    key: str = ""


class StopPlay(Struct, frozen=True, tag="stop_play"):
    needs: ClassVar[Ability] = Ability.PLAYING
    leg: LegId


class StartRecording(Struct, frozen=True, tag="recording_start"):
    """Record a leg into a WAV file of two channels: left the audio from it, right the audio to it, played sources
    included.

    The node mints `recording` and chooses `path`; a file that is there already is not written. RecordingStarted follows
    when the file is open, RecordingFinished when it is closed, whatever ended it: StopRecording, the end of the leg, a
    disk that is full, the end of the engine. An engine that is killed tells no RecordingFinished. The leg goes on in
    any case. The file can be played at any moment, also after the engine was killed."""

    needs: ClassVar[Ability] = Ability.STEREO_RECORDING
    leg: LegId
    recording: RecordingId
    path: str


class PauseRecording(Struct, frozen=True, tag="recording_pause"):
    """Write silence into both channels of the file instead of the audio, for card data for instance. The file's time
    goes on."""

    needs: ClassVar[Ability] = Ability.STEREO_RECORDING
    leg: LegId
    recording: RecordingId


class ResumeRecording(Struct, frozen=True, tag="recording_resume"):
    needs: ClassVar[Ability] = Ability.STEREO_RECORDING
    leg: LegId
    recording: RecordingId


class StopRecording(Struct, frozen=True, tag="recording_stop"):
    needs: ClassVar[Ability] = Ability.STEREO_RECORDING
    leg: LegId
    recording: RecordingId


class StartAnalysis(Struct, frozen=True, tag="start_analysis"):
    """Send the audio from a leg to the analysis process. `kind` "tones" reports the steady tones and their lengths. A
    leg may have several taps, each by an id that the node mints; a tap that runs already goes on."""

    needs: ClassVar[Ability] = Ability.ANALYSIS
    leg: LegId
    kind: str
    tap: TapId = TapId("")


class StopAnalysis(Struct, frozen=True, tag="stop_analysis"):
    """End an analysis; its AnalysisCompleted follows. A leg that is cleared ends its analyses by itself."""

    needs: ClassVar[Ability] = Ability.ANALYSIS
    leg: LegId
    kind: str
    tap: TapId = TapId("")


class Refer(Struct, frozen=True, tag="refer"):
    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId
    uri: str


class HoldPeer(Struct, frozen=True, tag="hold_peer"):
    """Hold by SIP (re-INVITE, RFC 3264 8.4). Glare (491) is retried by the engine per RFC 3261 14.1."""

    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId


class ResumePeer(Struct, frozen=True, tag="resume_peer"):
    needs: ClassVar[Ability] = Ability.CALLS
    leg: LegId


class Probe(Struct, frozen=True, tag="probe"):
    """One OPTIONS. The answer, or its absence after `deadline_s`, is a ProbeCompleted."""

    needs: ClassVar[Ability] = Ability.CALLS
    account: AccountId
    uri: str
    deadline_s: float = 2.0


class Snapshot(Struct, frozen=True, tag="snapshot"):
    """Ask for SnapshotTaken."""

    needs: ClassVar[Ability] = Ability.CALLS


class Drain(Struct, frozen=True, tag="drain"):
    """Refuse new legs; the engine exits with 0 when the last leg is gone."""

    needs: ClassVar[Ability] = Ability.CALLS


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
    | SetVolume
    | Play
    | StopPlay
    | StartRecording
    | PauseRecording
    | ResumeRecording
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
