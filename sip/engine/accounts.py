"""The accounts of the engine: applies the difference between two configurations."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId

from .account import SipAccount, account_config, hosts_of, problem_of, registrar_of
from .border import Border
from .endpoint import KNOWN_CODECS, Endpoint
from .locating import Query
from .loop import Loop
from .names import Names
from .registry import Registry
from .sdp import codec_name
from .transports import Transports, transport_key
from .uris import port_of

_DIALED_BOUND = 1024


class Accounts:
    """Accounts by id. Owner thread only."""

    def __init__(
        self,
        loop: Loop,
        endpoint: Endpoint,
        registry: Registry,
        names: Names,
        border: Border,
        incoming: Callable[[SipAccount, pj.OnIncomingCallParam], None],
        answered: Callable[[SipAccount, pj.OnSendRequestParam], None],
    ) -> None:
        self._loop = loop
        self._endpoint = endpoint
        self._registry = registry
        self._names = names
        self._border = border
        names.changed = self._addresses_changed
        self._incoming = incoming
        self._answered = answered
        self._transports = Transports(loop, endpoint)
        self._accounts: dict[AccountId, SipAccount] = {}
        self._leaving: list[SipAccount] = []
        self._dialed: OrderedDict[str, None] = OrderedDict()
        self.media = telephony.Media()
        self.revision = 0

    def get(self, account: AccountId) -> SipAccount | None:
        return self._accounts.get(account)

    def states(self) -> tuple[telephony.AccountState, ...]:
        return tuple(account.state() for account in self._accounts.values())

    def apply(self, command: telephony.Configure) -> tuple[str, ...]:
        """Make the accounts those of the command; returns the failures in words."""
        problems: list[str] = []
        self.sweep()
        media_changed = command.media != self.media and self.revision != 0
        self.media, self.revision = command.media, command.revision
        self._switch_codecs(command, problems)
        wanted = {account.id: account for account in command.accounts}
        for identity in tuple(self._accounts):
            if identity not in wanted:
                self._retire(self._accounts.pop(identity))
        for account in command.accounts:
            present = self._accounts.get(account.id) or self._revive(account)
            if present is None:
                self._create(account, problems)
            elif present.settings != account or media_changed:
                self._change(present, account, problems)
        for account in command.accounts:
            unknown = sorted({query.host for query in hosts_of(account) if not self._known(query)})
            problems += [f"account {account.id}: {host} has no address yet; it is looked up again" for host in unknown]
        self.sweep()
        self._let_in()
        return tuple(problems)

    def _addresses_changed(self) -> None:
        """DNS has new addresses of a registrar, a proxy or a trunk."""
        problems: list[str] = []
        for account in tuple(self._accounts.values()):
            if account.settings is not None and hosts_of(account.settings):
                self._change(account, account.settings, problems)
                self._register_where_it_is(account)
        for problem in problems:
            self._loop.fault("address_changed", ValueError(problem))
        self._let_in()

    def _register_where_it_is(self, account: SipAccount) -> None:
        """REGISTER anew where the registrar has another address now."""
        settings = account.settings
        if settings is None or not settings.registrar:
            return
        before, account.registers_at = account.registers_at, self._names.first(registrar_of(settings))
        if before not in (None, account.registers_at) and account.registers_at is not None:
            try:
                account.setRegistration(True)
            except pj.Error as problem:
                self._loop.fault("register", problem)

    def _unreachable(self, account: SipAccount) -> None:
        """The next REGISTER, which pjsip sends by itself, goes to another server where there is one."""
        if account.settings is None or not account.settings.registrar:
            return
        silent = self._names.first(registrar_of(account.settings))
        if silent is not None:
            self._names.failed(silent)
            account.registers_at = self._names.first(registrar_of(account.settings))

    def account_of(self, account: telephony.Account | None, source: str) -> bool:
        """Whether a request from `source` ("address:port") is one that the account takes."""
        if account is None:
            return False
        address = source.rpartition(":")[0].strip("[]")
        own = self._own(account)
        return any(_matches(address, peer) for peer in (own if account.peers else (*own, *self._dialed)))

    def _known(self, query: Query) -> bool:
        return bool(self._names.addresses(query))

    def _own(self, account: telephony.Account) -> frozenset[str]:
        """Addresses and networks of the account's peer: listed ones, and those of its names."""
        named = (self._names.addresses(query) for query in hosts_of(account))
        return frozenset(account.peers).union(*named)

    def _let_in(self) -> None:
        """Tell the border the known addresses: those that any account lists or names, and those that we have dialed.
        And tell where credentials may go: to the account's own peer."""
        known: set[str] = set(self._dialed)
        places: set[str] = set()
        for account in (*self._accounts.values(), *self._leaving):
            if account.settings is None:
                continue
            own = self._own(account.settings)
            known |= own
            if account.settings.credentials is not None:
                # An account without a peer can only mean the hosts that it dials.
                theirs = own or frozenset(self._dialed)
                places |= {f"{network} {account.settings.credentials.user}" for network in theirs}
        self._border.let_in(known - {""})
        self._endpoint.tell_credentials(tuple(places))

    def keep_alive(self, patience_s: float, ping: bool, account: AccountId) -> None:
        """Double CRLF to the account's peer, or only the end of connections that did not answer the last one."""
        known = self._accounts.get(account)
        if known is not None:
            self._endpoint.keep_alive(known.port, patience_s, ping)

    def dialed(self, address: str) -> None:
        """Remember an address to which we send requests; the oldest are forgotten."""
        known = address in self._dialed
        self._dialed[address] = None
        self._dialed.move_to_end(address)
        if len(self._dialed) > _DIALED_BOUND:
            self._dialed.popitem(last=False)
        if not known:
            self._let_in()

    def by_port(self, request_uri: str) -> SipAccount | None:
        """The account whose own transport a request was sent to, by the port of its URI."""
        port = port_of(request_uri) or (5061 if request_uri.startswith("sips:") else 5060)
        return next((one for one in self._accounts.values() if one.port == port), None)

    def sweep(self) -> None:
        """Remove retired accounts whose last leg is gone."""
        for account in tuple(self._leaving):
            settings = account.settings
            if settings is None or self._registry.of_account(settings.id) == 0:
                self._leaving.remove(account)
                self._remove(account)

    def close(self) -> bool:
        """Remove all; whether any of them had a registration that is now being taken back."""
        registered = any(account.state().registered for account in self._accounts.values())
        for account in (*self._accounts.values(), *self._leaving):
            self._remove(account)
        self._accounts.clear()
        self._leaving.clear()
        return registered

    def _switch_codecs(self, command: telephony.Configure, problems: list[str]) -> None:
        wanted = {codec_name(codec) for account in command.accounts for codec in account.codecs}
        known = ", ".join(KNOWN_CODECS)
        problems += [f"codec {name} is not known; known are {known}" for name in sorted(wanted - set(KNOWN_CODECS))]
        self._endpoint.enable_codecs(tuple(wanted & set(KNOWN_CODECS)) or ("PCMU", "PCMA"))

    def _create(self, settings: telephony.Account, problems: list[str]) -> None:
        account = SipAccount(self._incoming, self._answered, self._unreachable, self._loop)
        account.settings = settings
        try:
            account.transport_id, account.port = self._transports.take(settings)
            account.create(account_config(settings, self.media, account.transport_id, self._known))
        except pj.Error as problem:
            problems.append(problem_of(settings, problem))
            if account.transport_id >= 0:
                self._transports.give_back(settings, account.transport_id, account.port)
            return
        account.registers_at = self._names.first(registrar_of(settings)) if settings.registrar else None
        self._accounts[settings.id] = account

    def _change(self, present: SipAccount, settings: telephony.Account, problems: list[str]) -> None:
        """Change an account in place; one whose transport changes is replaced."""
        if present.settings is None or transport_key(present.settings) != transport_key(settings):
            del self._accounts[settings.id]
            self._retire(present)
            self.sweep()
            self._create(settings, problems)
            return
        try:
            present.modify(account_config(settings, self.media, present.transport_id, self._known))
            present.settings = settings
        except pj.Error as problem:
            problems.append(problem_of(settings, problem))

    def _revive(self, settings: telephony.Account) -> SipAccount | None:
        """Take back an account that was to be removed with its last leg and is configured again."""
        for account in self._leaving:
            if account.settings is not None and account.settings.id == settings.id:
                if transport_key(account.settings) != transport_key(settings):
                    continue
                self._leaving.remove(account)
                account.retired = False
                self._accounts[settings.id] = account
                return account
        return None

    def _retire(self, account: SipAccount) -> None:
        account.retired = True
        self._leaving.append(account)

    def _remove(self, account: SipAccount) -> None:
        account.end()
        if account.settings is not None and account.transport_id >= 0:
            self._transports.give_back(account.settings, account.transport_id, account.port)
            account.transport_id = -1


def _matches(address: str, peer: str) -> bool:
    """`peer` is an address, a network such as 192.0.2.0/24, or a name (which matches only itself)."""
    if address == peer:
        return True
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(peer, strict=False)
    except ValueError:
        return False
