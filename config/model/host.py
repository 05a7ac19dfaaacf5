"""Hosts, and URIs with hosts in them: well-formed names and addresses, separated from ports and schemes."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_SCHEME = re.compile(r"(sips?|https?|tel|udp|tcp|tls|wss?):(//)?", re.IGNORECASE)
_SIP_URI = re.compile(
    r"(?P<scheme>sips?):((?P<user>[^@<>\s]*)@)?(?P<host>\[[^\]\s]*\]|[^:;?<>@\s]*)(?P<rest>[^<>@\s]*)"
)
_REST = re.compile(r"(:(?P<port>[0-9]{1,5}))?(;[^\s<>?]*)?")
_WEB = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_SOCKET = re.compile(r"wss?://[^\s/?#@]+(/[^\s?#]*)?")
_MAX_NAME = 253


def _name(host: str, text: str) -> str:
    """A host without brackets. Raises ValueError with reason and remedy; `text` is the written text."""
    if "%" not in host:
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            pass
    labels = host.removesuffix(".").split(".")
    if len(host) > _MAX_NAME or not all(_LABEL.fullmatch(each) for each in labels) or labels[-1].isdigit():
        raise ValueError(f"{text!r} is no host name or address; {_instead(host)}")
    return host.removesuffix(".")


def _instead(host: str) -> str:
    if not host.isascii() and host.isprintable():
        try:
            return f"write the name as it is in DNS, {host.encode('idna').decode()}"
        except UnicodeError:
            pass
    return "write it as in sip.example.com, 192.0.2.10 or [2001:db8::1]"


def _bare(value: str) -> str:
    """The host of `value`, an IPv6 address without its brackets. Raises ValueError with reason and remedy."""
    scheme = _SCHEME.match(value)
    if scheme is not None:
        host = value[scheme.end() :].rpartition("@")[2].partition("/")[0].partition(";")[0]
        raise ValueError(f"{value!r} is a URI; write the host alone, as in {host or 'sip.example.com'}")
    if "@" in value:
        raise ValueError(f"{value!r} has a user; write the host alone, as in {value.rpartition('@')[2]}")
    if value.startswith("["):
        host, closed, rest = value[1:].partition("]")
        if closed and re.fullmatch(r":[0-9]+", rest):
            raise ValueError(_port_told(value, f"[{host}]", rest[1:]))
        if not closed or rest or ":" not in host:
            raise ValueError(f"{value!r} is no host name or address; {_instead('')}")
        return _name(host, value)
    host, colon, port = value.partition(":")
    if colon and port.isascii() and port.isdigit():  # an IPv6 address has a second colon
        raise ValueError(_port_told(value, host, port))
    return _name(value, value)


def _port_told(value: str, host: str, port: str) -> str:
    return f"{value!r} has a port; write {host} alone, and a trunk's port as port: {port}"


def _in_uri(value: str) -> str:
    return in_brackets(_bare(value))


def in_brackets(host: str) -> str:
    """The host in the form of a URI: an IPv6 address has brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def sip_uri(value: str) -> str:
    """A SIP URI with a valid host and port, or empty. Raises ValueError with reason and remedy."""
    if not value:
        return value
    found = _SIP_URI.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is no SIP URI; write it as in sip:edge.example.net;lr")
    _check_host(found["host"], value)
    rest = _REST.fullmatch(found["rest"])
    if rest is None or not (rest["port"] is None or 1 <= int(rest["port"]) <= 65_535):
        raise ValueError(f"{value!r} has no port from 1 to 65535 behind its host; write it as in sip:192.0.2.10:5060")
    return value


def _web_url(value: str) -> str:
    if not value:
        return value
    if not _WEB.fullmatch(value) or not (host := _web_host(value)):
        raise ValueError(f"{value!r} is no address of a web server; write it as in https://dialer.example.com")
    _check_host(in_brackets(host), value)
    return value


def _socket_url(value: str) -> str:
    if not _SOCKET.fullmatch(value) or not (host := _web_host(value)):
        raise ValueError(f"{value!r} is no address of a WebSocket; write it as in ws://127.0.0.1:8088/ws")
    _check_host(in_brackets(host), value)
    return value


def _web_host(value: str) -> str:
    """The host of a URL, empty where host or port cannot be read."""
    try:
        parts = urlsplit(value)
        return "" if parts.port == 0 else parts.hostname or ""
    except ValueError:
        return ""


def _check_host(host: str, value: str) -> None:
    try:
        _bare(host)
    except ValueError:
        reason = f"{value!r} has no host name or address in it"
        raise ValueError(f"{reason}; write it as in sip.example.com, 192.0.2.10 or [2001:db8::1]") from None


_TEXT = {"type": "string", "minLength": 1, "maxLength": 255}

#: A host name or address without port, as it stands in a URI: an IPv6 address in brackets.
Host: TypeAlias = Annotated[str, AfterValidator(_in_uri), WithJsonSchema(_TEXT)]

#: A host name or address without port, an IPv6 address without brackets.
Address: TypeAlias = Annotated[str, AfterValidator(_bare), WithJsonSchema(_TEXT)]

#: A SIP URI, or empty.
SipUri: TypeAlias = Annotated[str, AfterValidator(sip_uri), WithJsonSchema({"type": "string"})]

#: The URL of a web server, or empty.
WebUrl: TypeAlias = Annotated[str, AfterValidator(_web_url), WithJsonSchema({"type": "string"})]

#: The URL of a WebSocket, ws or wss, without user and password.
SocketUrl: TypeAlias = Annotated[
    str, AfterValidator(_socket_url), WithJsonSchema({"type": "string", "pattern": "^wss?://"})
]
