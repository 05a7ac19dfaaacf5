"""One leg: the engine's state of one SIP dialog, and its pj.Call.

The callbacks of `SipCall` only translate: each reads pjsip's data into plain values, hands them to the `Dialogs` that
owns the leg and returns. pjsua2 swallows exceptions of callbacks, so each is wrapped.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import pjsua2 as pj

from dialer.vocabulary.ids import AccountId, BridgeId, LegId
from dialer.vocabulary.telephony import ClearedBy, LegRole, LegStanding, StreamStatistics

from .locating import Target
from .loop import Loop, Timer
from .reasons import carries_sdp, status_of
from .sdp import suppresses_silence

P = TypeVar("P")


@dataclass(slots=True, frozen=True)
class Ending:
    """The cause of a call's end: the raw final message ("" where there was none) and the origin of the end."""

    code: int
    reason: str
    message: str
    from_peer: bool


@dataclass(slots=True, frozen=True)
class MediaState:
    """The audio of a call after offer and answer; `audio` is its port of the bridge, None while there is none."""

    audio: pj.AudioMedia | None
    active: bool
    sends: bool
    receives: bool
    held_by_us: bool
    held_by_peer: bool
    codec: str


@dataclass(slots=True, frozen=True)
class Life:
    """Packets of the peer since its stream began: RTP of all kinds, RTCP, and of the RTP that which is comfort noise
    (RFC 3389)."""

    rtp: int = 0
    rtcp: int = 0
    comfort_noise: int = 0


class Listener(Protocol):
    """The receiver of a SipCall's events. All on the owner thread."""

    def provisional(self, leg: Leg, code: int, sdp: bool) -> None: ...
    def connecting(self, leg: Leg) -> None: ...
    def confirmed(self, leg: Leg) -> None: ...
    def ended(self, leg: Leg, ending: Ending) -> None: ...
    def media(self, leg: Leg, state: MediaState) -> None: ...
    def stream_over(self, leg: Leg, statistics: StreamStatistics) -> None: ...
    def reinvite_answered(self, leg: Leg, code: int) -> None: ...

    def asserted(self, leg: Leg, message: str) -> None: ...
    def digit(self, leg: Leg, digit: str) -> None: ...
    def sdp(self, leg: Leg, written: str) -> str: ...


@dataclass(slots=True, eq=False)
class Leg:
    """State of one leg. `heard_by` and `hears` None: everybody in the bridge. `hop` is the address of the INVITE, and
    `other_hops` are the next ones if there is no answer."""

    id: LegId
    account: AccountId
    call_id: str
    role: LegRole
    incoming: bool
    begun_at: float
    context: str = ""
    call: SipCall | None = None
    standing: LegStanding = LegStanding.DIALING
    cleared: bool = False
    heard: bool = False
    alerted: bool = False
    early_media: bool = False
    answered_at: float | None = None
    answer_code: int = 0
    reject_code: int = 0
    clearing_by: ClearedBy | None = None
    mute: str = ""
    """The fault in an answer's SDP, in words, that keeps its audio from being heard."""
    audio: pj.AudioMedia | None = None
    media_active: bool = False
    receives: bool = True
    suppresses_silence: bool = False
    silent: bool = False
    held_by_us: bool = False
    held_by_peer: bool = False
    codec: str = ""
    identity: str = ""
    statistics: StreamStatistics | None = None
    bridge: BridgeId | None = None
    bridge_at_answer: BridgeId | None = None
    hears: tuple[LegId, ...] | None = None
    heard_by: tuple[LegId, ...] | None = None
    ring_timer: Timer | None = None
    last_digit: tuple[str, float] | None = None
    hop: Target | None = None
    other_hops: tuple[Target, ...] = ()


def guarded(
    callback: Callable[[SipCall, P], None],
) -> Callable[[SipCall, P], None]:
    """Make an exception of a callback an EngineFault: pjsua2 would swallow it."""

    @functools.wraps(callback)
    def wrapped(self: SipCall, prm: P) -> None:
        if self.given_up:
            return
        try:
            callback(self, prm)
        except Exception as problem:  # noqa: BLE001 - nothing may pass into pjsip's C frames
            self.loop.fault(callback.__name__, problem, self.leg.id)

    return wrapped


class SipCall(pj.Call):
    """pjsip's side of one leg. One that was `given_up` emits no more events: its leg goes on in another."""

    def __init__(self, account: pj.Account, call_index: int, leg: Leg, listener: Listener, loop: Loop) -> None:
        super().__init__(account, call_index)
        self.leg = leg
        self.given_up = False
        self.listener = listener
        self.loop = loop

    @guarded
    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 - pjsua2's name
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._read_sdp(_message_of(prm.e))
            self.listener.connecting(self.leg)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.listener.confirmed(self.leg)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.listener.ended(self.leg, _ending(info, prm.e))

    @guarded
    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:  # noqa: N802
        change = prm.e.body.tsxState
        transaction = change.tsx
        told = change.type == pj.PJSIP_EVENT_RX_MSG and transaction.method in ("INVITE", "UPDATE")
        if told and self.leg.role is LegRole.AGENT:
            self.listener.asserted(self.leg, change.src.rdata.wholeMsg)
        if transaction.role != pj.PJSIP_ROLE_UAC or transaction.method != "INVITE":
            return
        if self.leg.answered_at is None:
            if change.type == pj.PJSIP_EVENT_RX_MSG and transaction.state == pj.PJSIP_TSX_STATE_PROCEEDING:
                sdp = self._read_sdp(change.src.rdata.wholeMsg)
                self.listener.provisional(self.leg, transaction.statusCode, sdp)
        elif transaction.state in (pj.PJSIP_TSX_STATE_COMPLETED, pj.PJSIP_TSX_STATE_TERMINATED):
            self.listener.reinvite_answered(self.leg, transaction.statusCode)

    @guarded
    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        self.listener.media(self.leg, self._media_state())

    @guarded
    def onStreamDestroyed(self, prm: pj.OnStreamDestroyedParam) -> None:  # noqa: N802
        self.listener.stream_over(self.leg, self.statistics(prm.streamIdx))

    @guarded
    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        self.listener.digit(self.leg, prm.digit)

    @guarded
    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:  # noqa: N802
        written = prm.sdp.wholeSdp
        wanted = self.listener.sdp(self.leg, written)
        if wanted != written:
            prm.sdp.wholeSdp = wanted

    @guarded
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:  # noqa: N802
        # A peer that refers us to another address would dial at our expense.
        prm.statusCode = 603

    def statistics(self, index: int = 0) -> StreamStatistics:
        """RTP counters of the running stream; pj.Error when there is none."""
        # SWIG returns pointers into the parent, which must live as long.
        whole = self.getStreamStat(index)
        rtcp = whole.rtcp
        received, sent = rtcp.rxStat, rtcp.txStat
        trips = rtcp.rttUsec
        return StreamStatistics(
            received_packets=received.pkt,
            received_bytes=received.bytes,
            lost_packets=received.loss,
            sent_packets=sent.pkt,
            sent_bytes=sent.bytes,
            jitter_ms=received.jitterUsec.mean / 1000 if received.jitterUsec.n else -1.0,
            round_trip_ms=trips.mean / 1000 if trips.n else -1.0,
            codec=self.leg.codec,
        )

    def life(self) -> Life:
        """The packets of the peer so far; pj.Error when there is no stream."""
        ask = getattr(pj, "cornettaLife", None)
        if ask is not None:
            told = ask(self.getId())
            return Life(told.rtp, told.rtcp, told.comfortNoise)
        # The receiver's update count is no sign of life: it grows with each RTCP of our own, every 5 s.
        whole = self.getStreamStat(0)
        rtcp = whole.rtcp
        return Life(rtcp.rxStat.pkt, rtcp.txStat.updateCount)

    def _read_sdp(self, message: str) -> bool:
        """Whether a message of the peer carries SDP; its statement on silence is kept."""
        if not carries_sdp(message):
            return False
        if suppresses_silence(message):
            self.leg.suppresses_silence = True
        return True

    def sdp_problem(self) -> str:
        """The fault in the SDP of the answer, "" where there is none or the build does not report it."""
        ask = getattr(pj, "cornettaSdpProblem", None)
        return str(ask(self.leg.call_id)) if ask is not None else ""

    def _media_state(self) -> MediaState:
        info = self.getInfo()
        media = next((one for one in info.media if one.type == pj.PJMEDIA_TYPE_AUDIO), None)
        if media is None or media.status in (pj.PJSUA_CALL_MEDIA_NONE, pj.PJSUA_CALL_MEDIA_ERROR):
            return MediaState(None, False, False, False, False, False, "")
        by_us = media.status == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD
        silent = media.dir == pj.PJMEDIA_DIR_NONE
        by_peer = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD or (by_us and silent)
        audio = self.getAudioMedia(media.index) if media.audioConfSlot >= 0 else None
        codec = "" if audio is None else self.getStreamInfo(media.index).codecName
        return MediaState(
            audio=audio,
            active=audio is not None and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE,
            sends=bool(media.dir & pj.PJMEDIA_DIR_ENCODING),
            receives=bool(media.dir & pj.PJMEDIA_DIR_DECODING),
            held_by_us=by_us,
            held_by_peer=by_peer,
            codec=codec,
        )


def audio_only() -> pj.CallOpParam:
    """Parameters of an offer or answer with one audio stream and nothing else."""
    prm = pj.CallOpParam(True)
    prm.opt.audioCount, prm.opt.videoCount = 1, 0
    if hasattr(prm.opt, "textCount"):
        prm.opt.textCount = 0
    return prm


def _message_of(event: pj.SipEvent) -> str:
    """The message of the peer that an event is about, "" where there is none."""
    if event.type == pj.PJSIP_EVENT_TSX_STATE and event.body.tsxState.type == pj.PJSIP_EVENT_RX_MSG:
        return str(event.body.tsxState.src.rdata.wholeMsg)
    if event.type == pj.PJSIP_EVENT_RX_MSG:
        return str(event.body.rxMsg.rdata.wholeMsg)
    return ""


def _ending(info: pj.CallInfo, event: pj.SipEvent) -> Ending:
    """The origin of the end: a message of the peer, a timer or the transport of pjsip, or our own command."""
    message = _message_of(event)
    # pjsip reports a redirection that is not followed as 487; the peer's code is in its message.
    code, reason = status_of(message)
    return Ending(
        code=code or info.lastStatusCode, reason=reason or info.lastReason, message=message, from_peer=bool(message)
    )
