"""pjsua2's library: brought up, polled and taken down on the owner thread.

The clock of the bridge is the null device: no sound hardware is used and no device is switched later (pjproject 3324,
3988).
"""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import NamedTuple

import pjsua2 as pj
import structlog

from dialer.vocabulary.errors import EngineUnavailable

from .loop import describe
from .sdp import codec_name
from .settings import OwnerSettings

log = structlog.get_logger(__name__)

KNOWN_CODECS = ("PCMU", "PCMA", "G722", "OPUS")
_PRIORITIES = {"PCMU": 255, "PCMA": 254, "G722": 253, "OPUS": 252}
_NO_RX = 1
"""PJSUA_DESTROY_NO_RX_MSG."""
SLOTS_HELD_BACK = 8
"""Call slots kept free of legs, so that a burst of incoming INVITEs can still be refused with a SIP answer."""


class LateAnswer(NamedTuple):
    """A 2xx to a given-up INVITE. `tag` is ours, of its From, and `source` is "address:port"; both are "" for an INVITE
    of the former engine."""

    call_id: str
    tag: str = ""
    source: str = ""


class SipEndpoint(pj.Endpoint):
    """pjsip's side of the endpoint, which asks for the account of an incoming request."""

    def __init__(self, select: Callable[[str], int]) -> None:
        super().__init__()
        self._select = select

    def onSelectAccount(self, prm: pj.OnSelectAccountParam) -> None:  # noqa: N802 - pjsua2's name
        chosen = self._select(prm.rdata.wholeMsg)
        if chosen >= 0:
            prm.accountIndex = chosen


class Endpoint:
    """The one pj.Endpoint of the process.

    `select` gets a raw incoming request and returns the index of the account that it is for, -1 to let pjsua guess
    from names and domains; it must not raise."""

    def __init__(self, settings: OwnerSettings, select: Callable[[str], int]) -> None:
        self._settings = settings
        self._select = select
        self._pj: pj.Endpoint | None = None
        self.capacity = 0
        self.version = ""
        self.wake_address = ("127.0.0.1", 0)

    @property
    def lib(self) -> pj.Endpoint:
        if self._pj is None:
            raise EngineUnavailable("pjsua2 is not running")
        return self._pj

    def start(self) -> None:
        """Create and start the library; the calling thread becomes its owner. Raises EngineUnavailable with the
        failure."""
        failure = self._try_to_start()
        if failure:
            # Raised out here: an exception of pjsua2 holds frames, frames hold the endpoint, and it must go now.
            self.stop()
            raise EngineUnavailable(f"pjsua2 does not start: {failure}")

    def _try_to_start(self) -> str:
        self._pj = SipEndpoint(self._select)
        try:
            self._pj.libCreate()
            self._pj.libInit(self._config())
            self._guard_border()
            self._watch_answers()
            self._watch_peers()
            self._open_wake_transport()
            self._pj.libStart()
            self._pj.audDevManager().setNullDev()
            self.enable_codecs(("PCMU", "PCMA"))
            self.version = self._pj.libVersion().full
        except pj.Error as problem:
            return describe(problem)
        return ""

    def _config(self) -> pj.EpConfig:
        settings = self._settings
        config = pj.EpConfig()
        slots = int(config.uaConfig.maxCalls)
        self.capacity = slots - SLOTS_HELD_BACK if slots > SLOTS_HELD_BACK * 4 else slots
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = settings.user_agent
        config.logConfig.level = settings.log_level if settings.log_file else 0
        config.logConfig.consoleLevel = 0
        config.logConfig.msgLogging = 1 if settings.log_level >= 5 else 0
        config.logConfig.filename = settings.log_file
        config.medConfig.clockRate = settings.clock_rate_hz
        config.medConfig.sndClockRate = settings.clock_rate_hz
        config.medConfig.channelCount = 1
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.medConfig.sndAutoCloseTime = -1
        return config

    def _guard_border(self) -> None:
        begin = getattr(pj, "cornettaGuardBorder", None)
        if begin is not None:
            begin()

    def _watch_answers(self) -> None:
        """Watch for late answers and for SDP; the wheel of PyPI offers neither."""
        for name in ("cornettaWatchAnswers", "cornettaWatchSdp", "cornettaWatchOrphans"):
            watch = getattr(pj, name, None)
            if watch is not None:
                watch()

    def late_answers(self) -> tuple[LateAnswer, ...]:
        """2xx answers to given-up INVITEs; always empty where the build does not report them."""
        if not hasattr(pj, "cornettaLateAnswers"):
            return ()
        ours = [LateAnswer(each.callId, each.tag, each.source) for each in pj.cornettaLateAnswers()]
        return (*ours, *(LateAnswer(call_id) for call_id in pj.cornettaOrphansAnswered()))

    def end_stuck_calls(self) -> None:
        """End calls that were hung up and that pjsip has forgotten, which frees their slots."""
        ended = pj.cornettaEndStuckCalls() if hasattr(pj, "cornettaEndStuckCalls") else 0
        if ended:
            log.warning("stuck_calls_ended", count=ended)

    def _watch_peers(self) -> None:
        """Look up names beside pjsip, and distinguish peers from strangers, where the build can."""
        for begin in ("cornettaAskForNames", "cornettaWatchPeers"):
            if hasattr(pj, begin):
                getattr(pj, begin)()

    def names_wanted(self) -> tuple[str, ...]:
        """Names that pjsip needs to know, each once; see cornetta_names.hpp."""
        ask = getattr(pj, "cornettaNamesWanted", None)
        return tuple(ask()) if ask is not None else ()

    def tell_name(self, wanted: str, addresses: tuple[str, ...], seconds: float) -> None:
        """Give pjsip the addresses of a name; messages that waited for it go on within this call."""
        tell = getattr(pj, "cornettaNameKnown", None)
        if tell is not None and self._pj is not None:
            tell(wanted, pj.StringVector(addresses), seconds)

    def tell_credentials(self, places: tuple[str, ...]) -> None:
        """Where credentials may go: "NETWORK USER" for each place."""
        if hasattr(pj, "cornettaCredentials"):
            pj.cornettaCredentials(pj.StringVector(places))

    def keep_alive(self, port: int, patience_s: float, ping: bool) -> int:
        """Double CRLF on the connections of a listener (RFC 5626 4.4.1); how many were closed as dead."""
        keep = getattr(pj, "cornettaKeepAlive", None)
        return int(keep(port, patience_s, ping)) if keep is not None else 0

    def _open_wake_transport(self) -> None:
        config = pj.TransportConfig()
        config.port = self._settings.wake_port or free_udp_port()
        config.boundAddress = "127.0.0.1"
        identity = self.lib.transportCreate(pj.PJSIP_TRANSPORT_UDP, config)
        info = self.lib.transportGetInfo(identity)
        self.wake_address = ("127.0.0.1", int(info.localName.rpartition(":")[2]))

    def enable_codecs(self, codecs: tuple[str, ...]) -> None:
        """Switch on the codecs that any account wants, and no other: pjsip would choose Speex by itself."""
        wanted = {codec_name(codec) for codec in codecs}
        for known in self.lib.codecEnum2():
            name = codec_name(known.codecId)
            self.lib.codecSetPriority(known.codecId, _PRIORITIES.get(name, 0) if name in wanted else 0)

    def poll(self, wait_ms: int) -> int:
        """Handle events of pjsip, waiting for the first; how many were handled."""
        return int(self.lib.libHandleEvents(wait_ms))

    def stop(self) -> None:
        """Destroy the library. All calls, accounts and media objects must be gone."""
        if self._pj is None:
            return
        gc.collect()
        if hasattr(pj, "cornettaForgetNames"):
            pj.cornettaForgetNames()
        # The last messages are awaited already: pjsua would wait another second in vain.
        self._pj.libDestroy(_NO_RX)
        self._pj = None
        gc.collect()


def free_udp_port() -> int:
    """A UDP port of loopback that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
