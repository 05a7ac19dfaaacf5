"""One SIP account: its transport, its settings for pjsip, and its incoming requests."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId
from dialer.vocabulary.telephony import SessionTimers, Srtp, Transport

from .challenges import asked_in_vain
from .locating import Query, Target, plain, query_of
from .loop import Loop, describe

_TIMERS = {
    SessionTimers.OFF: pj.PJSUA_SIP_TIMER_INACTIVE,
    SessionTimers.OPTIONAL: pj.PJSUA_SIP_TIMER_OPTIONAL,
    SessionTimers.REQUIRED: pj.PJSUA_SIP_TIMER_REQUIRED,
    SessionTimers.ALWAYS: pj.PJSUA_SIP_TIMER_ALWAYS,
}
_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.MANDATORY: pj.PJMEDIA_SRTP_MANDATORY,
}
LEAST_SESSION_S = 90
REGISTER_RETRY_S = 15
REGISTER_FIRST_RETRY_S = 5
REGISTER_JITTER_S = 5
_KEEP_ALIVE_S = 15
_UNREACHABLE = frozenset({408, 502, 503})
"""pjsip's own codes for silence and for a transport that fails, and a server that says that it cannot."""
_ERRNO_START = 120_000
"""pjlib adds this to errno (PJ_ERRNO_START_SYS)."""


class SipAccount(pj.Account):
    """pjsip's side of one account."""

    def __init__(
        self,
        incoming: Callable[[SipAccount, pj.OnIncomingCallParam], None],
        answered: Callable[[SipAccount, pj.OnSendRequestParam], None],
        unreachable: Callable[[SipAccount], None],
        loop: Loop,
    ) -> None:
        """`unreachable`: called when the server of the last REGISTER does not answer or cannot register us."""
        super().__init__()
        self.told: telephony.AccountState | None = None
        self.settings: telephony.Account | None = None
        self.transport_id = -1
        self.port = 0
        self.retired = False
        self.registers_at: Target | None = None
        self._incoming = incoming
        self._answered = answered
        self._unreachable = unreachable
        self._loop = loop

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 - pjsua2's name
        try:
            self._incoming(self, prm)
        except Exception as problem:  # noqa: BLE001 - nothing may pass into pjsip's C frames
            self._loop.fault("onIncomingCall", problem)

    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:  # noqa: N802
        try:
            self._answered(self, prm)
        except Exception as problem:  # noqa: BLE001
            self._loop.fault("onSendRequest", problem)

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        if self.settings is None or self.retired:
            return
        registered = prm.code // 100 == 2 and prm.expiration > 0
        why = asked_in_vain(prm.code, prm.rdata.wholeMsg)
        self.told = telephony.AccountState(
            account=self.settings.id,
            registered=registered,
            code=prm.code,
            reason=f"{prm.reason}: {why}" if why else prm.reason,
            at=self._loop.now(),
        )
        self._loop.emit(self.told)
        if prm.code in _UNREACHABLE:
            self._unreachable(self)

    def end(self) -> None:
        """Delete the account; it may not be used afterwards.

        pjsua2's destructor (Account::~Account) deletes the account that then has this one's number, which may be the
        next account. So the C++ object is destroyed at once, and not when Python collects ours.
        """
        self.__swig_destroy__(self)  # type: ignore[attr-defined]  # SWIG's: runs the destructor, and disowns

    def state(self) -> telephony.AccountState:
        """The last reported state; an account without a registrar is never registered."""
        if self.told is not None:
            return self.told
        account = self.settings.id if self.settings is not None else AccountId("")
        return telephony.AccountState(account=account, registered=False, code=0, reason="", at=self._loop.now())


def account_config(
    account: telephony.Account, media: telephony.Media, transport_id: int, known: Callable[[Query], bool]
) -> pj.AccountConfig:
    """The account in pjsip's words. ICE, presence, 100rel, contact rewriting and codec locking stay off.

    A registrar or proxy whose name is not `known` is left out until it is. Contact names the port on which we listen:
    a peer that opens a connection of its own reaches us there, and not at the port of ours (RFC 3261 8.1.1.8)."""
    config = pj.AccountConfig()
    config.idUri = account.identity
    config.sipConfig.transportId = transport_id
    _registration(config, account, known)
    config.callConfig.timerUse = _TIMERS[account.session_timers]
    config.callConfig.timerMinSESec = LEAST_SESSION_S
    config.callConfig.timerSessExpiresSec = max(LEAST_SESSION_S, account.session_expires_s)
    config.callConfig.prackUse = pj.PJSUA_100REL_NOT_USED
    config.natConfig.iceEnabled = False
    config.natConfig.contactRewriteUse = 0
    config.natConfig.viaRewriteUse = 0
    config.natConfig.sdpNatRewriteUse = 0
    config.natConfig.sipOutboundUse = 0
    config.natConfig.contactUseSrcPort = 0
    config.natConfig.udpKaIntervalSec = account.keepalive_s or (_KEEP_ALIVE_S if account.registrar else 0)
    config.presConfig.publishEnabled = False
    config.mwiConfig.enabled = False
    rtp = config.mediaConfig.transportConfig
    rtp.boundAddress = media.address
    rtp.publicAddress = account.public_address or media.public_address
    rtp.port = media.rtp_port_low + media.rtp_port_low % 2
    rtp.portRange = max(0, media.rtp_port_high - rtp.port)
    # Accounts share the range; each begins at another place, so that their first legs do not collide.
    rtp.randomizePort = True
    config.mediaConfig.srtpUse = _SRTP[account.srtp]
    config.mediaConfig.srtpSecureSignaling = 1 if account.transport is Transport.TLS else 0
    config.mediaConfig.lockCodecEnabled = False
    config.mediaConfig.streamKaEnabled = False
    return config


def _registration(config: pj.AccountConfig, account: telephony.Account, known: Callable[[Query], bool]) -> None:
    registrar = _as_uri(account.registrar) if account.registrar and known(registrar_of(account)) else ""
    proxy = _as_uri(account.outbound_proxy) if account.outbound_proxy and known(next_hop(account, "")) else ""
    suffix = "" if account.transport is Transport.UDP else f";transport={account.transport.value}"
    if registrar:
        config.regConfig.registrarUri = _with_transport(registrar, suffix)
        config.regConfig.registerOnAdd = True
        config.regConfig.timeoutSec = account.register_expires_s
        config.regConfig.retryIntervalSec = REGISTER_RETRY_S
        config.regConfig.firstRetryIntervalSec = REGISTER_FIRST_RETRY_S
        config.regConfig.randomRetryIntervalSec = REGISTER_JITTER_S
        config.regConfig.dropCallsOnFail = False
    if proxy:
        config.sipConfig.proxies.append(_with_transport(proxy, suffix) + ";lr")
    if account.credentials is not None:
        given = account.credentials
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", given.realm, given.user, 0, given.password))


def _as_uri(host_or_uri: str) -> str:
    return host_or_uri if host_or_uri.startswith(("sip:", "sips:")) else f"sip:{host_or_uri}"


def _with_transport(uri: str, suffix: str) -> str:
    return uri if not suffix or ";transport=" in uri.lower() else uri + suffix


def registrar_of(account: telephony.Account) -> Query:
    return query_of(_as_uri(account.registrar), account.transport)


def next_hop(account: telephony.Account, uri: str) -> Query:
    """The next hop of a request outside of a dialog: the proxy, else the host of its URI (RFC 3261 8.1.2)."""
    return query_of(_as_uri(account.outbound_proxy or uri), account.transport)


def hosts_of(account: telephony.Account) -> frozenset[Query]:
    """The account's own peer, by all the names that it has."""
    named = (account.host, account.registrar, account.outbound_proxy)
    own = {query_of(_as_uri(one), account.transport) for one in named if one}
    return frozenset(own | {plain(peer) for peer in account.peers if "/" not in peer})


def with_transport(uri: str, transport: Transport) -> str:
    """A dialed URI that names the account's transport, as TCP and TLS need it (RFC 3261 26.2.2)."""
    return uri if transport is Transport.UDP else _with_transport(uri, f";transport={transport.value}")


def problem_of(account: telephony.Account, problem: pj.Error) -> str:
    """The reason why an account could not be made, as a sentence with the remedy; keys are those of the engine's slot
    in YAML."""
    address, port = account.bind_address, f"{account.transport.value.upper()} port {account.bind_port}"
    match problem.status - _ERRNO_START:
        case errno.EADDRINUSE:
            why = (
                f"{port} of {address} is in use; stop the program that has it and reload the configuration, or choose "
                "other ports by sip_port_low and sip_port_high of the engine"
            )
        case errno.EADDRNOTAVAIL:
            why = f"{address} is no address of this machine; write one that it has as address of the engine"
        case errno.EACCES:
            why = (
                f"the system does not let this user open {port} of {address}; choose other ports by sip_port_low and "
                "sip_port_high of the engine, or allow it"
            )
        case _:
            why = describe(problem)
    return f"account {account.id}: {why}"
