"""An agent's own phone as the page needs it: its kind, and where the page is the phone, the account to register."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from config.model import AnyPhone, BrowserPhone, IceServer, Settings, split_reference
from dialer.agents.agent import Agent

#: The node's WebSocket for the phone of a page.
PHONE_PATH = "/phone"


class IceServerView(Struct, frozen=True):
    """A STUN or TURN server (W3C WebRTC, RTCIceServer); `username` and `credential` are empty where it wants none."""

    urls: str
    username: str
    credential: str


class PhoneAccount(Struct, frozen=True):
    """The SIP account of a phone in the page: `user` with `password` registers `uri` at `registrar`, over the node's
    WebSocket at `path` (subprotocol `sip`, RFC 7118)."""

    uri: str
    user: str
    password: str
    display_name: str
    registrar: str
    path: str
    ice_servers: tuple[IceServerView, ...]


class PhoneView(Struct, frozen=True):
    """The agent's phone. `account` comes with kind browser alone; kind none: the agent has no phone."""

    kind: Literal["asterisk", "browser", "static", "none"]
    account: PhoneAccount | None = None


class NoPassword(Exception):
    """The configuration has no password for the SIP user `user` of the phones `phone`."""

    def __init__(self, phone: str, user: str) -> None:
        super().__init__(phone, user)
        self.phone = phone
        self.user = user


def phone_of(settings: Settings, agent: Agent) -> tuple[AnyPhone | None, str]:
    """The phone of an agent and its extension there. Raises NotFound for one that is not configured."""
    if not agent.phone:
        return None, ""
    name, extension = split_reference(agent.phone, agent.name)
    return settings.phone(name), extension


def browser_phone(settings: Settings, agent: Agent) -> BrowserPhone | None:
    """The agent's phone, if the page is the phone. Raises NotFound for one that is not configured."""
    phone, _ = phone_of(settings, agent)
    return phone if isinstance(phone, BrowserPhone) else None


def phone_view(settings: Settings, agent: Agent) -> PhoneView:
    """Raises NotFound, NoPassword, or ValueError for an extension that cannot be part of a SIP address."""
    phone, extension = phone_of(settings, agent)
    if phone is None:
        return PhoneView("none")
    if not isinstance(phone, BrowserPhone):
        return PhoneView(phone.kind)
    user = phone.sip_user(agent.name, extension)
    password = phone.password_of(user)
    if password is None:
        raise NoPassword(phone.name, user)
    domain = phone.domain or settings.trunk(phone.trunk).host
    account = PhoneAccount(
        uri=f"sip:{user}@{domain}",
        user=user,
        password=password.get_secret_value(),
        display_name=agent.display_name,
        registrar=domain,
        path=PHONE_PATH,
        ice_servers=tuple(_ice_server(each) for each in phone.ice_servers),
    )
    return PhoneView(phone.kind, account)


def _ice_server(server: IceServer) -> IceServerView:
    credential = server.password.get_secret_value() if server.password is not None else ""
    return IceServerView(server.url, server.user, credential)
