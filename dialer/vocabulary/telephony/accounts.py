"""Accounts, media and roles, the objects of commands and events."""

from __future__ import annotations

import enum

from msgspec import Struct

from dialer.vocabulary.ids import AccountId

__all__ = [
    "Account",
    "ClearedBy",
    "Credentials",
    "DtmfMode",
    "Header",
    "LegRole",
    "Media",
    "SessionTimers",
    "Srtp",
    "Tls",
    "Transport",
]


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
    """The role of a leg; the engine needs it only while no node is connected."""

    CONTACT = "contact"
    AGENT = "agent"
    OTHER = "other"


class ClearedBy(enum.StrEnum):
    """The cause of a leg's end."""

    US = "us"
    PEER = "peer"
    TIMEOUT = "timeout"  # our ring time-out
    MEDIA = "media"  # no audio for the account's rtp_timeout_s, or an answer whose SDP is of no use
    TRANSPORT = "transport"  # no answer at all, or the connection failed
    REFUSED = "refused"  # the engine could not carry out the command (capacity, bad URI, draining)
    ENGINE = "engine"  # the engine itself was lost; reported by the node's client, never by an engine
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

    `identity` is a name-addr or URI for From where Dial gives none; `registrar` "" means static. `host` is the SIP URI
    of the peer; without a port, SRV records are followed (RFC 3263). Requests are accepted from `peers` and from all
    addresses of host, registrar and proxy; without `peers`, also from dialed hosts. Credentials go to addresses of the
    peer alone, or to dialed hosts where the account names no peer. `offers_incoming` false answers every incoming
    INVITE with 403 without an event. Times in seconds. `rtp_timeout_s`: a leg without RTP for so long is cleared,
    whatever RTCP says, and one that announced silence suppression after ten times as long; 0 switches the supervision
    off. `keepalive_s` 0 switches the keep-alive of RFC 5626 off.
    """

    id: AccountId
    identity: str
    transport: Transport = Transport.UDP
    bind_address: str = "127.0.0.1"
    bind_port: int = 0
    public_address: str = ""
    host: str = ""
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
    keepalive_s: int = 0


class Media(Struct, frozen=True):
    """Media of one engine. Ports are even RTP ports, the odd one above is RTCP; `clock_rate_hz` of the bridge."""

    address: str = "127.0.0.1"
    public_address: str = ""
    rtp_port_low: int = 20000
    rtp_port_high: int = 27998
    clock_rate_hz: int = 8000
