"""The accounts that an engine needs: one for each trunk, one for each kind of phone that is reached without one."""

from __future__ import annotations

import hashlib

import msgspec

from config.model import AnyPhone, Engine, MediaSettings, Settings, StaticPhone, Trunk, address, split_reference
from config.model.host import in_brackets
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, TrunkName
from dialer.vocabulary.telephony import Account, Configure, Credentials, Media, Tls, Transport


def trunk_account(name: str) -> AccountId:
    return AccountId(f"trunk/{name}")


def trunk_of(account: AccountId) -> TrunkName | None:
    """The trunk whose account it is; None for phones that are reached without one."""
    kind, _, name = account.partition("/")
    return TrunkName(name) if kind == "trunk" else None


def phone_account(phone: AnyPhone) -> AccountId:
    """The account over which a phone is rung: its trunk's, or one of its own."""
    return trunk_account(phone.trunk) if phone.trunk else AccountId(f"phone/{phone.name}")


def phone_target(settings: Settings, reference: str, agent: str) -> tuple[AccountId, str, dict[str, str]]:
    """Account, SIP URI and extra headers for an agent's phone reference. Raises NotFound or ValueError."""
    name, extension = split_reference(reference, agent)
    phone = settings.phone(name)
    trunk = settings.trunk(phone.trunk) if phone.trunk else None
    return phone_account(phone), address(phone, trunk, agent, extension), dict(phone.headers)


def _tls(media: MediaSettings) -> Tls | None:
    if media.transport is not Transport.TLS:
        return None
    tls = media.tls
    return Tls(tls.verify, tls.ca_file, tls.certificate_file, tls.key_file)


def _of_trunk(trunk: Trunk, engine: Engine, port: int) -> Account:
    credentials = None
    if trunk.authentication is not None:
        auth = trunk.authentication
        credentials = Credentials(auth.user, auth.password.get_secret_value(), auth.realm)
    uri = f"sip:{trunk.place};transport={trunk.transport.value}"
    user = trunk.from_user or (trunk.authentication.user if trunk.authentication else trunk.shown_caller_id)
    return Account(
        id=trunk_account(trunk.name),
        identity=f"<sip:{user or 'cornetta'}@{trunk.from_domain or trunk.host}>",
        transport=trunk.transport,
        bind_address=engine.address,
        bind_port=port,
        public_address=trunk.public_address or engine.public_address or "",
        host=uri,
        registrar=uri if trunk.registration else "",
        register_expires_s=trunk.registration_expires_s,
        credentials=credentials,
        outbound_proxy=trunk.outbound_proxy,
        peers=trunk.peers,
        codecs=tuple(codec.value for codec in trunk.codecs),
        srtp=trunk.srtp,
        tls=_tls(trunk),
        session_timers=trunk.session_timers,
        session_expires_s=trunk.session_expires_s,
        dtmf=trunk.dtmf,
        rtp_timeout_s=trunk.rtp_timeout_s,
        keepalive_s=trunk.keepalive_s,
    )


def _of_phone(phone: StaticPhone, engine: Engine, port: int) -> Account:
    return Account(
        id=phone_account(phone),
        identity=f"<sip:cornetta@{in_brackets(engine.public_address or engine.address)}>",
        transport=phone.transport,
        bind_address=engine.address,
        bind_port=port,
        public_address=engine.public_address or "",
        codecs=tuple(codec.value for codec in phone.codecs),
        srtp=phone.srtp,
        tls=_tls(phone),
        session_timers=phone.session_timers,
        session_expires_s=phone.session_expires_s,
        dtmf=phone.dtmf,
        rtp_timeout_s=phone.rtp_timeout_s,
    )


def configure(settings: Settings, engine: Engine) -> Configure:
    """The whole configuration of one engine. Accounts keep their order, and with it their ports."""
    accounts: list[Account] = []
    ports = iter(range(engine.sip_port_low, engine.sip_port_high + 1))
    accounts.extend(_of_trunk(trunk, engine, next(ports)) for trunk in settings.trunks)
    accounts.extend(
        _of_phone(phone, engine, next(ports))
        for phone in settings.phones
        if isinstance(phone, StaticPhone) and phone.trunk is None
    )
    media = Media(
        address=engine.address,
        public_address=engine.public_address or "",
        rtp_port_low=engine.rtp_port_low,
        rtp_port_high=engine.rtp_port_high,
        clock_rate_hz=engine.clock_rate_hz,
    )
    made = Configure(0, tuple(accounts), media, engine.unattended_s, engine.unattended_message)
    return msgspec.structs.replace(made, revision=_revision(made))


def _revision(made: Configure) -> int:
    """The revision, equal for equal configurations, by which an engine recognises one that it has."""
    return int.from_bytes(hashlib.sha256(telephony_bytes(made)).digest()[:6], "big")


def telephony_bytes(command: telephony.Command) -> bytes:
    return msgspec.msgpack.encode(command)
