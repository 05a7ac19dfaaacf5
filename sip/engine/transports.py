"""The SIP transports of accounts, one for each, which may outlive their account for a while."""

from __future__ import annotations

from dataclasses import dataclass

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import Transport

from .endpoint import Endpoint
from .loop import Loop, Timer

KEPT_S = 35.0
"""How long a transport stays after its account: a BYE is answered again for 32 s where its answer was lost (RFC 3261
17.2.2, timer J)."""
HANDSHAKE_MS = 10_000
"""A connection whose handshake takes longer is closed."""
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_TYPES = {
    Transport.UDP: pj.PJSIP_TRANSPORT_UDP,
    Transport.TCP: pj.PJSIP_TRANSPORT_TCP,
    Transport.TLS: pj.PJSIP_TRANSPORT_TLS,
}

Key = tuple[object, ...]


@dataclass(slots=True, frozen=True)
class _Idle:
    transport_id: int
    port: int
    end: Timer


def transport_key(account: telephony.Account) -> Key:
    """The properties that two accounts must share to use the same transport one after the other."""
    return account.transport, account.bind_address, account.bind_port, account.public_address, account.tls


class Transports:
    """Opens transports and closes them late. Owner thread only."""

    def __init__(self, loop: Loop, endpoint: Endpoint) -> None:
        self._loop = loop
        self._endpoint = endpoint
        self._idle: dict[Key, _Idle] = {}

    def take(self, account: telephony.Account) -> tuple[int, int]:
        """A transport for this account: its id and its local port. pj.Error when it cannot be opened."""
        idle = self._idle.pop(transport_key(account), None)
        if idle is not None:
            idle.end.cancel()
            return idle.transport_id, idle.port
        return self._open(account)

    def give_back(self, account: telephony.Account, transport_id: int, port: int) -> None:
        """The account is gone; its transport is closed when no message can come on it any more."""
        key = transport_key(account)
        if key in self._idle:
            self._close(transport_id)
            return
        self._idle[key] = _Idle(transport_id, port, self._loop.after(KEPT_S, lambda: self._expire(key)))

    def _expire(self, key: Key) -> None:
        idle = self._idle.pop(key, None)
        if idle is not None:
            self._close(idle.transport_id)

    def _close(self, transport_id: int) -> None:
        try:
            self._endpoint.lib.transportClose(transport_id)
        except pj.Error as problem:
            self._loop.fault("transport_close", problem)

    def _open(self, account: telephony.Account) -> tuple[int, int]:
        config = pj.TransportConfig()
        config.port = account.bind_port
        config.boundAddress = account.bind_address
        if account.public_address:
            config.publicAddress = account.public_address
        if account.transport is Transport.TLS:
            tls = account.tls or telephony.Tls()
            config.tlsConfig.msecTimeout = HANDSHAKE_MS
            config.tlsConfig.verifyServer = tls.verify
            config.tlsConfig.verifyClient = tls.verify and bool(tls.ca_file)
            config.tlsConfig.CaListFile = tls.ca_file or (SYSTEM_CERTIFICATES if tls.verify else "")
            config.tlsConfig.certFile = tls.certificate_file
            config.tlsConfig.privKeyFile = tls.key_file
        identity = self._endpoint.lib.transportCreate(_TYPES[account.transport], config)
        name = self._endpoint.lib.transportGetInfo(identity).localName
        return identity, int(name.rpartition(":")[2] or 0)
