"""Phones: the SIP addresses on which agents are rung. One entry serves many agents by a pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, StringConstraints

from config.model.base import EXTENSION, Name, Section
from config.model.host import sip_uri
from config.model.trunk import MediaSettings, Trunk

#: A user's phone: the name of a phone, with an extension before it where the pattern needs one.
PhoneReference = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9_.+*-]{1,64}@)?[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
]

_PATTERN = r"^([A-Za-z0-9_.+*-]|\{(agent|extension)\})+$"
_URI = r"^sips?:([A-Za-z0-9_.+*-]|\{(agent|extension)\})+@[^\s@;<>]+(;[A-Za-z0-9_.=;-]+)?$"
_PLACE = re.compile(r"\{(agent|extension)\}")


class AsteriskPhone(Section):
    """Phones registered at an Asterisk, which is reached through a trunk."""

    kind: Literal["asterisk"]
    """asterisk: the phones are registered there and rung through it."""

    name: Name
    """Name of the phones."""

    trunk: Name
    """Trunk by which the Asterisk is reached."""

    user: str = Field(default="{extension}", pattern=_PATTERN)
    """User part that is dialed; `{extension}` is what stands before @ in a user's `phone`, `{agent}` the log-in."""

    headers: Mapping[str, str] = {}
    """Headers added to the INVITE, for example those that make the phone answer by itself."""


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


Phone = Annotated[AsteriskPhone | StaticPhone, Field(discriminator="kind")]


def split_reference(reference: str, agent: str) -> tuple[str, str]:
    """Name of the phone and extension of `101@desks`; the extension of a bare `desks` is the agent's log-in."""
    extension, at, name = reference.rpartition("@")
    return (name, extension) if at else (reference, agent)


def address(phone: AsteriskPhone | StaticPhone, trunk: Trunk | None, agent: str, extension: str) -> str:
    """SIP URI on which `agent` is rung at `extension`.

    Raises ValueError if either holds a character that no address of ours may hold, or if the Asterisk's trunk is
    not given.
    """
    for word in (agent, extension):
        if not EXTENSION.fullmatch(word):
            raise ValueError(f"{word!r} cannot be part of a SIP address")
    values = {"agent": quote(agent, safe="+*"), "extension": quote(extension, safe="+*")}
    if isinstance(phone, StaticPhone):
        return _PLACE.sub(lambda found: values[found[1]], phone.uri)
    if trunk is None:
        raise ValueError(f"phone {phone.name} names trunk {phone.trunk}, which is not configured")
    user = _PLACE.sub(lambda found: values[found[1]], phone.user)
    return f"sip:{user}@{trunk.place};transport={trunk.transport.value}"
