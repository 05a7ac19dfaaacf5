"""Trunks: their addresses, caller IDs, and limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from config.model.base import (
    CallerId,
    FilePath,
    Name,
    Port,
    PositiveSeconds,
    Priority,
    Region,
    Seconds,
    Secret,
    Section,
    Weight,
    in_lower_case,
    in_upper_case,
)
from config.model.host import Address, Host, SipUri
from dialer.vocabulary.results import CallResult
from dialer.vocabulary.telephony import DtmfMode, SessionTimers, Srtp, Transport


class Codec(StrEnum):
    """Codecs that the engine speaks."""

    PCMU = "PCMU"
    PCMA = "PCMA"
    G722 = "G722"
    OPUS = "OPUS"


class IdentityHeader(StrEnum):
    """Where the asserted caller ID goes, apart from From."""

    NONE = "none"
    P_ASSERTED_IDENTITY = "p_asserted_identity"  # RFC 3325
    REMOTE_PARTY_ID = "remote_party_id"


class Privacy(StrEnum):
    """RFC 3323."""

    NONE = "none"
    ID = "id"


class NumberForm(StrEnum):
    """How a trunk wants the dialed number."""

    E164_PLUS = "e164_plus"
    E164 = "e164"
    NATIONAL = "national"


class ProbeKind(StrEnum):
    """The kind of probe of a trunk."""

    OPTIONS = "options"
    NONE = "none"


class Authentication(Section):
    """Digest authentication (RFC 8760, RFC 2617)."""

    user: str = Field(min_length=1, max_length=128)
    """User name of the authentication; the From user may be another."""

    password: Secret
    """Password, as `${ENV}` or `file:PATH`."""

    realm: str = Field(default="*", min_length=1, max_length=253)
    """Realm that is answered; `*` answers every one."""


class TrunkTls(Section):
    """TLS towards the trunk."""

    verify: bool = True
    """Check the peer's certificate and name (RFC 5922)."""

    ca_file: FilePath = ""
    """PEM file of the authorities that are trusted. Empty: those of the system."""

    certificate_file: FilePath = ""
    """PEM file of our own certificate, if the peer asks for one."""

    key_file: FilePath = ""
    """PEM file of the key of our certificate."""


class PrefixRule(Section):
    """Changes the number just before it is sent. The first rule whose pattern matches is applied, no other."""

    pattern: str = Field(min_length=1, max_length=200)
    """Regular expression that the beginning of the number must match, after the format was applied."""

    strip_digits: int = Field(default=0, ge=0, le=20)
    """How many characters are taken from the beginning."""

    prepend: str = Field(default="", pattern=r"^[0-9+*#]{0,20}$")
    """The text in their place."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"is not a regular expression ({error}); write for example ^0039") from error
        return value


class NumberFormat(Section):
    """How dialed numbers are written for a trunk."""

    form: Annotated[NumberForm, in_lower_case(NumberForm)] = NumberForm.E164_PLUS
    """e164_plus (+442079460100), e164 (442079460100), or national (02079460100 within `region`)."""

    region: Region | None = None
    """Country of the trunk, ISO code: its numbers are written in the national form. Needed by `national`."""

    national_prefix: str | None = Field(default=None, pattern=r"^[0-9]{0,4}$")
    """Digits before a national number. Left out: as usual in the country."""

    international_prefix: str = Field(default="00", pattern=r"^(\+|[0-9]{1,6})$")
    """With `national`: digits before the country code of numbers of other countries."""

    rules: tuple[PrefixRule, ...] = Field(default=(), max_length=100)
    """Prefix rules, tried in this order."""

    @model_validator(mode="after")
    def _national_needs_region(self) -> Self:
        if self.form is NumberForm.NATIONAL and self.region is None:
            raise ValueError("form national needs a region; add region: GB, or the country of the trunk")
        return self


#: A peer has 10 s to answer one (RFC 5626 4.4.1).
LEAST_KEEPALIVE_S = 15

CauseKey = Annotated[str, StringConstraints(pattern=r"^([3-6][0-9]{2}|q850:([1-9]|[1-9][0-9]|1[01][0-9]|12[0-7]))$")]


class MediaSettings(Section):
    """How a peer wants media: trunks, and phones that are reached without a trunk."""

    transport: Annotated[Transport, in_lower_case(Transport)] = Transport.UDP
    """SIP transport: udp, tcp or tls."""

    codecs: tuple[Annotated[Codec, in_upper_case(Codec)], ...] = Field(default=(Codec.PCMA, Codec.PCMU), min_length=1)
    """Codecs in the order in which they are offered: PCMU, PCMA, G722, OPUS."""

    session_timers: Annotated[SessionTimers, in_lower_case(SessionTimers)] = SessionTimers.OPTIONAL
    """Session timers (RFC 4028): off, optional, required or always."""

    session_expires_s: int = Field(default=1800, ge=90, le=86_400)
    """Interval of the session timer that we ask for."""

    dtmf: Annotated[DtmfMode, in_lower_case(DtmfMode)] = DtmfMode.RFC4733
    """How digits are sent: rfc4733, info or inband."""

    srtp: Annotated[Srtp, in_lower_case(Srtp)] = Srtp.OFF
    """Media encryption: off, optional or mandatory."""

    tls: TrunkTls = TrunkTls()
    """Certificates, with transport tls."""

    rtp_timeout_s: Seconds = 30
    """A leg from which no audio (RTP) comes for this long is cleared, RTCP or not; one that announced silence
    suppression is given ten times as long. 0 switches the supervision off."""

    @field_validator("codecs")
    @classmethod
    def _codecs_once(cls, value: tuple[Codec, ...]) -> tuple[Codec, ...]:
        if len(set(value)) != len(value):
            raise ValueError("names a codec twice; name each once, the preferred first")
        return value


class Trunk(MediaSettings):
    """Where we dial out: a carrier, or an Asterisk."""

    name: Name
    """Name of the trunk."""

    host: Host
    """Host name or address of the peer; also the domain of the addresses that are dialed. A name stays in every
    message, and its addresses are looked up again as DNS says."""

    port: Port | None = None
    """SIP port of the peer. Left out: as the SRV records of the host say (RFC 3263), else 5060, or 5061 with tls."""

    outbound_proxy: SipUri = ""
    """SIP URI through which every request is sent, for example `sip:edge.example.net;lr`."""

    public_address: Address | None = None
    """Address in our SIP and SDP for this trunk, behind NAT. Left out: that of the engine."""

    peers: tuple[Address, ...] = ()
    """Addresses or names from which requests and answers are accepted, besides the addresses of host and proxy."""

    keepalive_s: int = Field(default=0, ge=0, le=3600)
    """Time between two keep-alives, 15 or more. With tcp and tls a double CRLF that the peer has to answer within 10 s,
    else the connection is closed (RFC 5626 4.4.1): for peers that are known to answer. With udp an empty line, while
    registered. 0: none that is answered; a connection is kept by a CRLF each 90 s."""

    registration: bool = False
    """Register at the peer; otherwise the trunk is static."""

    registration_expires_s: int = Field(default=300, ge=30, le=86_400)
    """How long a registration is asked for."""

    authentication: Authentication | None = None
    """User and password, where the peer wants digest authentication."""

    from_user: str = Field(default="", pattern=r"^[A-Za-z0-9_.+*~-]{0,64}$")
    """User part of From. Empty: the caller ID."""

    from_domain: Host | None = None
    """Domain of From. Left out: the host."""

    caller_ids: tuple[CallerId, ...] = ()
    """Numbers that we own on this trunk. No other number is ever shown by it."""

    caller_id: CallerId | None = None
    """Number shown where a campaign names none. Left out: the first of `caller_ids`."""

    identity_header: Annotated[IdentityHeader, in_lower_case(IdentityHeader)] = IdentityHeader.NONE
    """Header with the caller ID besides From: none, p_asserted_identity or remote_party_id."""

    privacy: Annotated[Privacy, in_lower_case(Privacy)] = Privacy.NONE
    """none, or id: the peer is asked to withhold the number from the contact."""

    number_format: NumberFormat = NumberFormat()
    """How dialed numbers are written."""

    extra_headers: Mapping[str, str] = {}
    """Headers added to every INVITE."""

    cause_table: Mapping[CauseKey, Annotated[CallResult, in_lower_case(CallResult)]] = {}
    """Overrides of the cause table: a SIP code (`486`) or a Q.850 cause (`q850:17`) to a call result."""

    max_legs: int = Field(default=30, ge=1, le=10_000)
    """Most legs at a time. Agents' phones that are rung over the trunk count, and are rung beyond it; contacts wait."""

    max_calls_per_s: float = Field(default=10, gt=0, le=1000)
    """Most new calls a second. Agents' phones rung over the trunk count, and are not held back; contacts wait."""

    probe: Annotated[ProbeKind, in_lower_case(ProbeKind)] = ProbeKind.OPTIONS
    """options: an OPTIONS at intervals, where any SIP answer is a sign of life; none: for peers that ignore them."""

    probe_interval_s: PositiveSeconds = 10
    """Time between two probes."""

    probe_deadline_s: PositiveSeconds = 2
    """A probe without answer for this long is a miss."""

    probe_misses_down: int = Field(default=3, ge=1, le=100)
    """After this many misses in a row the trunk is down."""

    nothing_heard_s: PositiveSeconds = 4
    """Nothing heard for this long after an INVITE: the next trunk is tried."""

    no_progress_s: PositiveSeconds = 20
    """Nothing but 100 Trying for this long, or until the ring time is over: the next trunk is tried."""

    retry_after_max_s: PositiveSeconds = 600
    """The longest pause that a 503 with Retry-After gives the trunk, whatever it asks for."""

    priority: Priority = 1
    """Lower is tried first."""

    weight: Weight = 1
    """Share among trunks of the same priority."""

    @property
    def place(self) -> str:
        """Host of the peer's URIs, with the port where one is set: without one, SRV records are followed."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def sip_port(self) -> int:
        """SIP port of the peer where no SRV record says another."""
        if self.port is not None:
            return self.port
        return 5061 if self.transport is Transport.TLS else 5060

    @property
    def shown_caller_id(self) -> str:
        """Number shown where a campaign names none; empty where the trunk owns none."""
        return self.caller_id or (self.caller_ids[0] if self.caller_ids else "")

    @field_validator("extra_headers")
    @classmethod
    def _headers_are_ours(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in value.items():
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a header; write for example X-Campaign")
            if name.lower() in _RESERVED_HEADERS:
                raise ValueError(f"{name} is set by Cornetta itself; remove it")
            if any(ord(letter) < 32 for letter in text):
                raise ValueError(f"{name} holds a control character; write it on one line")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.registration and self.authentication is None:
            raise ValueError("registration needs authentication; add authentication with user and password")
        if self.caller_id is not None and self.caller_id not in self.caller_ids:
            raise ValueError(f"caller_id {self.caller_id} is not owned by the trunk; add it to caller_ids")
        if 0 < self.keepalive_s < LEAST_KEEPALIVE_S:
            raise ValueError(f"keepalive_s must be 0, or at least {LEAST_KEEPALIVE_S}; raise it")
        if self.probe_deadline_s >= self.probe_interval_s:
            raise ValueError("probe_deadline_s must be shorter than probe_interval_s; lower it")
        return self


_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_RESERVED_HEADERS = frozenset(
    {
        "via",
        "from",
        "to",
        "call-id",
        "cseq",
        "contact",
        "max-forwards",
        "content-length",
        "content-type",
        "route",
        "record-route",
        "authorization",
        "proxy-authorization",
        "p-asserted-identity",
        "remote-party-id",
        "privacy",
        "session-expires",
        "min-se",
    }
)
