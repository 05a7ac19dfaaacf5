"""The two ends of a check: an engine as the dialer, and the phone, played by an engine or held by a person."""

from __future__ import annotations

import itertools
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec.structs import replace

from config.model import Engine
from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, BridgeId, LegId
from dialer.vocabulary.telephony import Account, Configure, Credentials, Header, Media, Transport
from sip.driven_engine import DrivenEngine, NotInTime

E = TypeVar("E", bound=telephony.Event)

PHONE_ACCOUNT = AccountId("phone")
BRIDGE = BridgeId("check")
RING_S = 25.0
STEP_S = 6.0
"""How long an end may take to report an action of the other one; after that the report counts as missing."""
PERSON_S = 40.0
"""The same where a person has to press a key first."""


class WatchedEngine(DrivenEngine):
    """An engine that keeps every event of the check."""

    def __init__(self, name: str, folder: Path, configuration: Configure) -> None:
        super().__init__(name, folder, configuration, speaking=False)
        self.events: list[telephony.Event] = []

    def _said(self, sequence: int, event: telephony.Event) -> None:
        self.events.append(event)
        super()._said(sequence, event)

    def of(self, kind: type[E], since: int = 0) -> list[E]:
        """Events of this kind, of those that came after the first `since`."""
        return [each for each in itertools.islice(self.events, since, None) if isinstance(each, kind)]

    async def comes(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Whether the condition came to hold in time."""
        try:
            await self.until(condition, within_s, "what was tried")
        except NotInTime:
            return False
        return True

    def call(self, account: AccountId, uri: str, headers: Sequence[Header] = ()) -> LegId:
        """Dial, and hear the answering side from the first packet on."""
        leg = LegId(f"check-{secrets.token_hex(8)}")
        self.send(telephony.Dial(leg, account, uri, leg, RING_S, headers=tuple(headers), bridge=BRIDGE))
        return leg

    def is_up(self, leg: LegId) -> bool:
        return leg in self.answered and leg not in self.cleared

    async def clear(self) -> None:
        """End every leg that is up."""
        await self.hang_up([leg for leg in self.answered if leg not in self.cleared])


class Phone(Protocol):
    """The phone of a check. `patience_s` is how long it may take to do something; `plays` whether it can be told to
    play a tone, to die, to transfer."""

    patience_s: float
    plays: bool

    async def answer(self) -> None: ...

    async def hold(self) -> None: ...

    async def resume(self) -> None: ...

    async def hang_up(self) -> None: ...


class PersonsPhone:
    """A phone on a desk: the person at it gets instructions."""

    patience_s = PERSON_S
    plays = False

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._name = name
        self._say = say

    async def answer(self) -> None:
        self._say(f"{self._name} rings: pick it up")

    async def hold(self) -> None:
        self._say(f"put the call on hold at {self._name}")

    async def resume(self) -> None:
        self._say(f"take it off hold at {self._name}")

    async def hang_up(self) -> None:
        self._say(f"hang up {self._name}")


class Softphone:
    """A phone played by an engine, registered at the Asterisk with the phone's own user and password."""

    plays = True

    def __init__(self, engine: WatchedEngine, patience_s: float = STEP_S) -> None:
        self.engine = engine
        self.patience_s = patience_s

    @property
    def leg(self) -> LegId | None:
        """The call that it has, ringing or up: the last one."""
        return next((each.leg for each in reversed(self.engine.offered) if each.leg not in self.engine.cleared), None)

    @property
    def ringing(self) -> LegId | None:
        """The call that rings. One that has just ended may be up here for a moment still."""
        over = self.engine.cleared.keys() | self.engine.answered.keys()
        return next((each.leg for each in self.engine.offered if each.leg not in over), None)

    async def answer(self) -> None:
        if await self.engine.comes(lambda: self.ringing is not None, RING_S) and self.ringing is not None:
            self.engine.send(telephony.Answer(self.ringing), telephony.Join(self.ringing, BRIDGE))

    async def hold(self) -> None:
        if self.leg is not None:
            self.engine.send(telephony.HoldPeer(self.leg))

    async def resume(self) -> None:
        if self.leg is not None:
            self.engine.send(telephony.ResumePeer(self.leg))

    async def hang_up(self) -> None:
        if self.leg is not None:
            self.engine.send(telephony.HangUp(self.leg))


def free_port(engine: Engine, transport: Transport) -> int:
    """A free SIP port of the slot, or any (0). The last ones are tried first: a running engine has the first ones."""
    kind = socket.SOCK_DGRAM if transport is Transport.UDP else socket.SOCK_STREAM
    for port in range(engine.sip_port_high, engine.sip_port_low - 1, -1):
        with socket.socket(socket.AF_INET6 if ":" in engine.address else socket.AF_INET, kind) as probe:
            try:
                probe.bind((engine.address, port))
            except OSError:
                continue
            return port
    return 0


def dialer_end(made: Configure, engine: Engine) -> Configure:
    """The accounts of the node's engine, on ports of their own; none registers, so that no registration is replaced.
    Silence ends no leg: the check waits for the peer to notice."""
    accounts = tuple(
        replace(
            each, registrar="", bind_port=free_port(engine, each.transport), rtp_timeout_s=0.0, offers_incoming=False
        )
        for each in made.accounts
    )
    return replace(made, accounts=accounts, waiting_message="")


def phone_end(made: Configure, account: Account, user: str, password: str, registrar: str) -> Configure:
    """A softphone `user` that registers where the account's trunk is, on the same machine as the dialer."""
    identity = f"<sip:{user}@{registrar.removeprefix('sip:').partition(';')[0]}>"
    phone = Account(
        id=PHONE_ACCOUNT,
        identity=identity,
        transport=account.transport,
        bind_address=account.bind_address,
        public_address=account.public_address,
        registrar=registrar,
        register_expires_s=60,
        credentials=Credentials(user, password),
        codecs=account.codecs,
        srtp=account.srtp,
        tls=account.tls,
        rtp_timeout_s=0.0,
        offers_incoming=True,
    )
    media = made.media
    return Configure(1, (phone,), Media(media.address, media.public_address, media.rtp_port_low, media.rtp_port_high))
