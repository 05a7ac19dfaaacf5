"""The node and its engines: where they listen, where they keep what is durable."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from config.model.base import (
    FilePath,
    Name,
    Network,
    Port,
    PositiveSeconds,
    SecretToCome,
    SecretUrl,
    Section,
    in_lower_case,
    in_upper_case,
)
from config.model.host import Address, WebUrl, in_brackets


class LogLevel(StrEnum):
    """The least severe line that is written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


_DATABASE = re.compile(r"(sqlite|postgresql)(\+[a-z0-9_]+)?://")

Level = Annotated[LogLevel, in_upper_case(LogLevel)]
RtpPort = Annotated[int, Field(ge=1024, le=65534)]


class PhoneInUse(StrEnum):
    """The treatment of a log-in at a phone that another agent has."""

    REFUSE = "refuse"
    TAKE_OVER = "take_over"


class Server(Section):
    """The node: its name, the address of the API and the desktop, the database and the directories."""

    node: Name = "node-1"
    """Name of this node, unique among the nodes of one database."""

    listen_host: Address = "127.0.0.1"
    """Address on which API and desktop listen."""

    listen_port: Port = 8080
    """TCP port on which API and desktop listen."""

    public_url: WebUrl = ""
    """Address by which browsers reach the node, if a proxy stands before it. Empty: the listening address."""

    trusted_proxies: tuple[Network, ...] = ()
    """Addresses and networks of reverse proxies whose X-Forwarded-For or Forwarded names the client; each of them must
    set the header itself. Limits on log-ins and connections count clients by it."""

    data_directory: FilePath = Field(default="data", min_length=1)
    """Directory of the SQLite file, the engines' sockets and journals."""

    database_url: SecretUrl | None = None
    """SQLAlchemy URL of the database. Left out: a SQLite file in the data directory."""

    log_level: Level = LogLevel.INFO
    """Least severe line of the log: DEBUG, INFO, WARNING or ERROR."""

    session_idle_s: PositiveSeconds = 3_600
    """A log-in ends when it is unused for this long."""

    session_lifetime_s: PositiveSeconds = 43_200
    """A log-in ends after this long, used or not."""

    claim_lease_s: PositiveSeconds = 300
    """A record that a node claimed and neither dials nor renews for this long is free again."""

    phone_in_use: Annotated[PhoneInUse, in_lower_case(PhoneInUse)] = PhoneInUse.REFUSE
    """Log-in of an agent at a phone that another agent has. refuse: the log-in is refused and names the other agent;
    take_over: the other agent is logged out, unless a call or after-call work is under way there."""

    @field_validator("database_url")
    @classmethod
    def _of_a_known_database(cls, value: SecretStr | None) -> SecretStr | None:
        """The message does not show the URL, which may hold a password."""
        if value is None or isinstance(value, SecretToCome):
            return value
        if not _DATABASE.match(value.get_secret_value()):
            raise ValueError("is no URL of a database; write sqlite:////DIRECTORY/FILE or postgresql://USER@HOST/NAME")
        return value

    @property
    def url(self) -> str:
        """The URL of the node for browsers, without a slash at the end."""
        return (self.public_url or self.local_url).rstrip("/")

    @property
    def local_url(self) -> str:
        """The URL of the node for programs of this machine."""
        return f"http://{in_brackets(self.listen_host)}:{self.listen_port}"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database, secrets included: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_directory}/cornetta.db"


class Engine(Section):
    """One engine slot: a program that holds SIP and media. Two slots let a new engine start while the old drains."""

    name: Name = "engine-1"
    """Name of the slot."""

    socket: FilePath = ""
    """Unix socket on which the engine listens for the node. Empty: `NAME.sock` in the data directory."""

    address: Address = "127.0.0.1"
    """Local address for SIP and RTP. The default reaches peers on this machine only."""

    public_address: Address | None = None
    """Address that peers are told for SIP and RTP, where NAT stands between."""

    sip_port_low: Annotated[int, Field(ge=1024, le=65535)] = 5080
    """First SIP port of the slot. Each trunk, and the phones without a trunk, have a port of their own."""

    sip_port_high: Annotated[int, Field(ge=1024, le=65535)] = 5129
    """Last SIP port of the slot."""

    rtp_port_low: RtpPort = 20_000
    """First RTP port of the slot, even; the odd port above each is RTCP."""

    rtp_port_high: RtpPort = 27_998
    """Last RTP port of the slot, even. Each leg takes one."""

    clock_rate_hz: Literal[8000, 16000] = 8000
    """Rate of the conference bridge: 8000 for telephony, 16000 where most legs are wide-band."""

    unattended_s: PositiveSeconds = 10
    """Without a node for this long, legs that are still dialing are cleared; conversations stay up."""

    unattended_message: FilePath = ""
    """WAV file (16 bit mono) played to contacts who wait for an agent when no node comes back. Empty: none."""

    log_file: FilePath = ""
    """File of the SIP stack's own log. Empty: none. The engine's lines go to standard error in any case."""

    log_level: Level = LogLevel.INFO
    """Least severe line of both: DEBUG, INFO, WARNING or ERROR. DEBUG has every SIP message in `log_file`."""

    drain_s: PositiveSeconds = 100
    """How long an engine waits for its conversations after SIGTERM, without new calls. systemd or Docker must allow
    more time before they kill it."""

    reconnect_s: PositiveSeconds = 0.5
    """Longest wait of the node before it tries a lost socket again; the first ones are shorter."""
