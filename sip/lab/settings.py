"""The settings of one lab."""

from __future__ import annotations

from msgspec import Struct

from dialer.vocabulary.ids import AccountId
from dialer.vocabulary.telephony import Account, Configure, Credentials, Media, Srtp, Transport

from .profile import MEASURED, Profile
from .world import Cast

CARRIER = AccountId("carrier")
PHONES = AccountId("phones")


class LabSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One lab: a carrier on one port, and `agents` phones with the users `first_phone`, `first_phone` + 1, ...

    Without `registrar` the phones are static: all on `phones_port`, told apart by the user of the request URI. With
    one ("sip:127.0.0.1:5060") each registers there from a port of its own, as user with `phone_password`, in which
    "{user}" stands for the user.
    `peers` are the addresses from which calls are taken. `measuring` gives each leg its tone and listens.
    A leg that sends no audio for `rtp_timeout_s` is cleared, as real carriers do. `capture_ports` are the UDP ports
    whose INVITEs are captured; without any no rights are needed. The range of RTP ports ends where Linux begins to hand
    out ports by itself.
    """

    carrier_port: int
    phones_port: int
    agents: int = 0
    first_phone: int = 1001
    seed: int = 1
    profile: Profile = MEASURED
    measuring: bool = True
    address: str = "127.0.0.1"
    registrar: str = ""
    phone_password: str = ""
    peers: tuple[str, ...] = ("127.0.0.1",)
    transport: Transport = Transport.UDP
    srtp: Srtp = Srtp.OFF
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    rtp_port_low: int = 30000
    rtp_port_high: int = 32766
    rtp_timeout_s: float = 15.0
    capture_ports: tuple[int, ...] = ()

    @property
    def users(self) -> tuple[str, ...]:
        return tuple(str(self.first_phone + number) for number in range(self.agents))

    def cast(self) -> Cast:
        """The cast: the accounts of carrier and phones."""
        if self.registrar:
            return Cast(CARRIER, {_registered(user): user for user in self.users}, self.users)
        return Cast(CARRIER, {PHONES: ""}, self.users)

    def configuration(self) -> Configure:
        """The configuration of the lab's own engine."""
        accounts = [self._account(CARRIER, "carrier", self.carrier_port)]
        if self.registrar:
            accounts += [self._registering(user) for user in self.users]
        elif self.agents:
            accounts.append(self._account(PHONES, "phones", self.phones_port))
        media = Media(self.address, rtp_port_low=self.rtp_port_low, rtp_port_high=self.rtp_port_high)
        return Configure(revision=1, accounts=tuple(accounts), media=media)

    def _account(self, account: AccountId, user: str, port: int) -> Account:
        return Account(
            id=account,
            identity=f"sip:{user}@{self.address}:{port}",
            transport=self.transport,
            bind_address=self.address,
            bind_port=port,
            peers=self.peers,
            codecs=self.codecs,
            srtp=self.srtp,
            rtp_timeout_s=self.rtp_timeout_s,
            offers_incoming=True,
        )

    def _registering(self, user: str) -> Account:
        host = self.registrar.removeprefix("sip:").removeprefix("sips:")
        return Account(
            id=_registered(user),
            identity=f"sip:{user}@{host}",
            transport=self.transport,
            bind_address=self.address,
            registrar=self.registrar,
            credentials=Credentials(user, self.phone_password.replace("{user}", user)),
            peers=self.peers,
            codecs=self.codecs,
            srtp=self.srtp,
            rtp_timeout_s=self.rtp_timeout_s,
            offers_incoming=True,
        )


def _registered(user: str) -> AccountId:
    return AccountId(f"phone-{user}")
