"""Phones: the SIP addresses on which agents are rung. One entry serves many agents by a pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from config.model.base import EXTENSION, Name, Secret, Section
from config.model.host import Host, SocketUrl, sip_uri
from config.model.trunk import MediaSettings, Trunk, TrunkTls

#: A user's phone: the name of a phone, with an extension before it where the pattern needs one.
PhoneReference = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9_.+*-]{1,64}@)?[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
]

#: The user part of a phone's SIP address.
SipUser = Annotated[str, StringConstraints(pattern=EXTENSION.pattern)]

_PATTERN = r"^([A-Za-z0-9_.+*-]|\{(agent|extension)\})+$"
_URI = r"^sips?:([A-Za-z0-9_.+*-]|\{(agent|extension)\})+@[^\s@;<>]+(;[A-Za-z0-9_.=;-]+)?$"
_PLACE = re.compile(r"\{(agent|extension)\}")


class _AtAsterisk(Section):
    """Phones registered at an Asterisk, which is reached through a trunk."""

    name: Name
    """Name of the phones."""

    trunk: Name
    """Trunk by which the Asterisk is reached."""

    user: str = Field(default="{extension}", pattern=_PATTERN)
    """User part that is dialed; `{extension}` is what stands before @ in a user's `phone`, `{agent}` the log-in."""

    headers: Mapping[str, str] = {}
    """Headers added to the INVITE, for example those that make the phone answer by itself."""

    def sip_user(self, agent: str, extension: str) -> str:
        """User part of the agent's phone. Raises ValueError as `address` does."""
        values = _values(agent, extension)
        return _PLACE.sub(lambda found: values[found[1]], self.user)


class AsteriskPhone(_AtAsterisk):
    """Phones of any make, registered at an Asterisk."""

    kind: Literal["asterisk"]
    """asterisk: the phones are registered there and rung through it."""


class IceServer(Section):
    """A STUN or TURN server (RFC 8489, RFC 8656), which helps browsers to reach the Asterisk through NAT."""

    url: str = Field(pattern=r"^(stuns?|turns?):[A-Za-z0-9_.:\[\]-]{1,255}(\?transport=(udp|tcp))?$")
    """URL as in `stun:stun.example.com` or `turn:turn.example.com:3478?transport=udp`."""

    user: str = Field(default="", max_length=128)
    """User name at a TURN server."""

    password: Secret | None = None
    """Password at a TURN server, as `${ENV}` or `file:PATH`. Agents' browsers get it."""


class BrowserPhone(_AtAsterisk):
    """Phones in the agents' pages: each browser registers at an Asterisk, through the node."""

    kind: Literal["browser"]
    """browser: the page of the desktop is the phone."""

    ws_url: SocketUrl
    """WebSocket of the Asterisk for SIP (RFC 7118) as the node reaches it, for example `ws://127.0.0.1:8088/ws`."""

    tls: TrunkTls = TrunkTls()
    """Certificates, with a `ws_url` of wss."""

    domain: Host | None = None
    """Domain in the SIP addresses of the phones. Left out: the host of the trunk."""

    passwords: Mapping[SipUser, Secret] = Field(default={}, max_length=10_000)
    """Password of each SIP user at the Asterisk, as `${ENV}` or `file:PATH`. The agent's browser gets the own one."""

    password: Secret | None = None
    """Password of all SIP users that are not among `passwords`. An agent who knows it can register other phones."""

    ice_servers: tuple[IceServer, ...] = Field(default=(), max_length=10)
    """STUN and TURN servers for the browsers. None are needed where browsers reach the Asterisk directly."""

    def password_of(self, user: str) -> SecretStr | None:
        """Password of a SIP user at the Asterisk; None where the configuration has none."""
        return self.passwords.get(user, self.password)


class StaticPhone(MediaSettings):
    """Phones at a fixed SIP address."""

    kind: Literal["static"]
    """static: the phones are at addresses of their own."""

    name: Name
    """Name of the phones."""

    uri: Annotated[str, StringConstraints(pattern=_URI), AfterValidator(sip_uri)]
    """SIP URI; `{extension}` is what stands before @ in a user's `phone`, `{agent}` the log-in name."""

    trunk: Name | None = None
    """Trunk through whose account the phones are rung. Left out: an account of their own."""

    headers: Mapping[str, str] = {}
    """Headers added to the INVITE, for example those that make the phone answer by itself."""


AnyPhone = AsteriskPhone | BrowserPhone | StaticPhone
Phone = Annotated[AnyPhone, Field(discriminator="kind")]


def split_reference(reference: str, agent: str) -> tuple[str, str]:
    """Name of the phone and extension of `101@desks`; the extension of a bare `desks` is the agent's log-in."""
    extension, at, name = reference.rpartition("@")
    return (name, extension) if at else (reference, agent)


def _values(agent: str, extension: str) -> Mapping[str, str]:
    """What stands for `{agent}` and `{extension}`. Raises ValueError for a character that no address may hold."""
    for word in (agent, extension):
        if not EXTENSION.fullmatch(word):
            raise ValueError(f"{word!r} cannot be part of a SIP address")
    return {"agent": quote(agent, safe="+*"), "extension": quote(extension, safe="+*")}


def address(phone: AnyPhone, trunk: Trunk | None, agent: str, extension: str) -> str:
    """SIP URI on which `agent` is rung at `extension`.

    Raises ValueError if either holds a character that no address of ours may hold, or if the Asterisk's trunk is
    not given.
    """
    if isinstance(phone, StaticPhone):
        values = _values(agent, extension)
        return _PLACE.sub(lambda found: values[found[1]], phone.uri)
    user = phone.sip_user(agent, extension)
    if trunk is None:
        raise ValueError(f"phone {phone.name} names trunk {phone.trunk}, which is not configured")
    return f"sip:{user}@{trunk.place};transport={trunk.transport.value}"
