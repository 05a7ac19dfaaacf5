"""The address of the client: the peer of the connection, or the address named by a trusted reverse proxy.

Only the last hops of `Forwarded` (RFC 7239) and `X-Forwarded-For` can be trusted: a client may send the header itself,
and each proxy appends. The address is the last one that is no proxy of ours. Where both headers are present and differ,
one of them comes from the client, and neither counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import hdrs, web

#: The most hops that are read, from the last one.
_MAX_HOPS = 16
_FOR = re.compile(r"""(?:^|[;,\s])for\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s"]+)""", re.IGNORECASE)
_WITH_PORT = re.compile(r"^(?:\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+)$")
#: IPv6 clients are counted by network, as each client has a /64 at least.
_PREFIX = 64


def client_address(request: web.BaseRequest, proxies: Sequence[str]) -> str:
    """The address by which a client is counted. `proxies` are trusted addresses and networks."""
    address = request.remote or ""
    if is_proxy(address, proxies):
        for hop in reversed(_hops(request)[-_MAX_HOPS:]):
            if not _is_address(hop):
                break
            address = hop
            if not is_proxy(hop, proxies):
                break
    return _counted(address)


def is_proxy(address: str, proxies: Sequence[str]) -> bool:
    """Whether `address` is one of `proxies`."""
    if not proxies or not _is_address(address):
        return False
    known = ip_address(address)
    known = (known.ipv4_mapped or known) if isinstance(known, IPv6Address) else known
    return any(known in network for network in _networks(tuple(proxies)))


@lru_cache(maxsize=16)
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each, strict=False) for each in proxies)


def _hops(request: web.BaseRequest) -> list[str]:
    """Addresses in the order of the hops."""
    listed = [each for value in request.headers.getall(hdrs.X_FORWARDED_FOR, ()) for each in value.split(",")]
    paired = [each for value in request.headers.getall(hdrs.FORWARDED, ()) for each in _FOR.findall(value)]
    by_list, by_pair = [_bare(each) for each in listed], [_bare(each) for each in paired]
    if by_list and by_pair and by_list[-1] != by_pair[-1]:
        return []
    return by_list or by_pair


def _bare(text: str) -> str:
    """Without quotes, brackets and port: `"[2001:db8::1]:4711"`."""
    text = text.strip().strip('"').strip()
    found = _WITH_PORT.match(text)
    return (found["six"] or found["four"]) if found else text


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _counted(address: str) -> str:
    if not _is_address(address):
        return address
    known = ip_address(address)
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Network((known, _PREFIX), strict=False).network_address)
