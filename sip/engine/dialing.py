"""The begin and end of legs: Dial, incoming INVITEs, Alert, Answer, Reject, HangUp."""

from __future__ import annotations

from functools import partial

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.ids import AccountId, EngineId, LegId
from dialer.vocabulary.telephony import ClearedBy, Header, LegRole, LegStanding

from . import reasons
from .account import SipAccount, next_hop, with_transport
from .accounts import Accounts
from .dialogs import Dialogs
from .endpoint import Endpoint
from .leg import Ending, Leg, SipCall, audio_only
from .locating import Target
from .loop import Loop, crossed_end, describe
from .names import Names
from .registry import Registry
from .shortage import shortage_of
from .silent_servers import SilentServers
from .uris import host_of

_SIP_ERRORS = range(171_000, 171_400)
"""pjsip's own errors about URIs, headers and dialogs (PJSIP_ERRNO_START + 1000)."""
SILENT_S = 2.0
"""Without even a 100 for this long, the next address of a host is tried if it has several."""
_OVERLOADED = 503
"""The server itself cannot take the INVITE (RFC 3261 21.5.4): another one of the same name may."""
ENDED_WITHIN_S = 10.0
"""A leg that was hung up is cleared after this time, even if its last transactions still run."""


class Dialing:
    """Owner thread only."""

    def __init__(
        self,
        loop: Loop,
        endpoint: Endpoint,
        registry: Registry,
        accounts: Accounts,
        dialogs: Dialogs,
        names: Names,
        silent_servers: SilentServers,
        engine: EngineId,
        boot: str,
    ) -> None:
        """`engine` and `boot` begin the ids of incoming legs, which are minted here."""
        self._loop = loop
        self._endpoint = endpoint
        self._registry = registry
        self._accounts = accounts
        self._dialogs = dialogs
        self._names = names
        self._silent_servers = silent_servers
        self._engine = engine
        self._prefix = f"{engine}-{boot}"
        self._minted = 0
        self._commands: dict[LegId, telephony.Dial] = {}
        self.draining = False
        dialogs.elsewhere = self._elsewhere
        dialogs.cleared_listeners.append(self._forget)

    # -- outgoing

    def dial(self, command: telephony.Dial) -> None:
        if command.leg in self._registry:
            self._loop.fault("dial", ValueError("a leg of this id exists"), command.leg)
            return
        leg = Leg(
            id=command.leg,
            account=command.account,
            call_id=command.call_id,
            role=command.role,
            incoming=False,
            begun_at=self._loop.now(),
            context=command.context,
            bridge_at_answer=command.bridge,
        )
        self._registry.add(leg)
        full = self._is_full()
        refusal = self._refusal(command)
        if refusal or full:
            self._dialogs.clear(leg, ClearedBy.REFUSED, reason=refusal or full, exhausted=not refusal)
            return
        leg.ring_timer = self._loop.after(command.timeout_s, lambda: self.end(leg, ClearedBy.TIMEOUT))
        account = self._accounts.get(command.account)
        if account is not None and account.settings is not None:
            query = next_hop(account.settings, command.uri)
            self._names.locate(query, lambda hops: self._begin(leg, command, hops))

    def _refusal(self, command: telephony.Dial) -> str:
        """The reason against a Dial, "" when it may be carried out."""
        account = self._accounts.get(command.account)
        if account is None:
            return f"there is no account {command.account}"
        if self.draining:
            return "the engine is draining"
        texts = [command.uri, command.identity, command.call_id]
        texts += [text for header in command.headers for text in (header.name, header.value)]
        if any(reasons.unsafe(text) for text in texts):
            return "a header or URI holds a line break"
        if not host_of(command.uri):
            return "the URI is not a SIP URI"
        return ""

    def _is_full(self) -> str:
        """The reason why there is no room for another leg, "" where there is room."""
        capacity = self._endpoint.capacity
        if max(len(self._registry), self._registry.slots_in_use() + 1) <= capacity:
            return ""
        return (
            f"all {capacity} legs of {self._engine} are in use; start another engine, or lower max_legs of the trunks"
        )

    def _begin(self, leg: Leg, command: telephony.Dial, hops: tuple[Target, ...]) -> None:
        """The first INVITE of a leg, to the first address of its host."""
        if leg.cleared:
            return
        if not hops:
            self._dialogs.clear(leg, ClearedBy.TRANSPORT, reason="the host has no address")
            return
        for hop in hops:
            self._accounts.dialed(hop.address)
        leg.other_hops = hops
        self._invite_next(leg, command)

    def _invite_next(self, leg: Leg, command: telephony.Dial) -> None:
        """INVITE at the next address (RFC 3263 4.3); an error of pjsip clears the leg."""
        account = self._accounts.get(command.account)
        if account is None or account.settings is None:
            self._dialogs.clear(leg, ClearedBy.REFUSED, reason="the account is gone")
            return
        leg.hop, *others = leg.other_hops
        leg.other_hops = tuple(others)
        leg.call = SipCall(account, -1, leg, self._dialogs, self._loop)
        self._commands[leg.id] = command
        query = next_hop(account.settings, command.uri)
        self._names.pin(query, leg.hop)
        try:
            leg.call.makeCall(with_transport(command.uri, account.settings.transport), self._parameters(command))
        except pj.Error as problem:
            shortage = shortage_of(problem, self._engine, self._accounts.media)
            refused = shortage or problem.status in _SIP_ERRORS
            by = ClearedBy.REFUSED if refused else ClearedBy.TRANSPORT
            self._dialogs.clear(leg, by, reason=shortage or describe(problem), exhausted=bool(shortage))
            return
        finally:
            self._names.settle(query)
        self._dialogs.changed(leg)
        if leg.other_hops:
            self._loop.after(SILENT_S, partial(self._silent, leg, leg.call))

    def _forget(self, leg: Leg) -> None:
        self._commands.pop(leg.id, None)

    def _parameters(self, command: telephony.Dial) -> pj.CallOpParam:
        prm = audio_only()
        prm.opt.customCallId = command.call_id
        prm.txOption.localUri = command.identity
        add_headers(prm, command.headers)
        return prm

    def _silent(self, leg: Leg, call: SipCall) -> None:
        """An INVITE got no answer at all: the next server gets it, and a later answer is ended and reported."""
        if not leg.cleared and leg.call is call and not leg.heard and not leg.clearing_by:
            self._go_elsewhere(leg)

    def _elsewhere(self, leg: Leg, ending: Ending) -> bool:
        """An INVITE without an answer, or that the server cannot serve, goes to the next address."""
        if leg.incoming or leg.cleared or leg.clearing_by or leg.answered_at is not None:
            return False
        overloaded = ending.code == _OVERLOADED and not leg.alerted and reasons.q850(ending.message) is None
        if not overloaded and (leg.heard or ending.from_peer):
            return False
        return self._go_elsewhere(leg)

    def _go_elsewhere(self, leg: Leg) -> bool:
        command = self._commands.get(leg.id)
        if leg.hop is None or command is None:
            return False
        self._names.failed(leg.hop)
        if not leg.other_hops:
            return False
        if leg.call is not None:
            self._give_up(leg, leg.call)
        leg.heard = False
        self._loop.soon(lambda: None if leg.cleared else self._invite_next(leg, command))
        return True

    def _give_up(self, leg: Leg, call: SipCall) -> None:
        """Give up this INVITE of a leg, but not the leg."""
        call.given_up = True
        if call.isActive():
            self._silent_servers.leave(leg, SILENT_S)
            call.hangup(pj.CallOpParam())
        leg.call = None
        self._registry.let_go(call)

    # -- incoming

    def incoming(self, received_by: SipAccount, prm: pj.OnIncomingCallParam) -> None:
        """An INVITE: offered to the node, or refused here without an event."""
        message = prm.rdata.wholeMsg
        settings = received_by.settings
        leg = self._new_incoming(received_by, message)
        leg.call = SipCall(received_by, prm.callId, leg, self._dialogs, self._loop)
        self._registry.add(leg)
        refusal = self._incoming_refusal(received_by, prm.rdata.srcAddress)
        if refusal or settings is None:
            self._refuse_silently(leg, refusal or 403)
            return
        self._loop.emit(
            telephony.LegOffered(
                leg=leg.id,
                account=settings.id,
                call_id=leg.call_id,
                from_uri=reasons.bare_uri(reasons.header(message, "From")),
                to_uri=reasons.bare_uri(reasons.header(message, "To")),
                request_uri=reasons.request_uri(message),
                headers=reasons.headers_of(message),
                at=leg.begun_at,
            )
        )

    def _new_incoming(self, account: SipAccount, message: str) -> Leg:
        self._minted += 1
        return Leg(
            id=LegId(f"{self._prefix}-N{self._minted}"),
            account=account.settings.id if account.settings is not None else AccountId(""),
            call_id=reasons.header(message, "Call-ID"),
            role=LegRole.OTHER,
            incoming=True,
            begun_at=self._loop.now(),
            standing=LegStanding.OFFERED,
            heard=True,
        )

    def _incoming_refusal(self, account: SipAccount, source: str) -> int:
        """The SIP code to refuse with, 0 to offer."""
        settings = account.settings
        if settings is None or not settings.offers_incoming or not self._accounts.account_of(settings, source):
            return 403
        if self.draining or self._registry.slots_in_use() > self._endpoint.capacity:
            return 503
        return 0

    def _refuse_silently(self, leg: Leg, code: int) -> None:
        """Answer finally without an event for the node."""
        call = leg.call
        leg.cleared = True
        if call is not None:
            prm = pj.CallOpParam()
            prm.statusCode = code
            try:
                call.hangup(prm)
            except pj.Error as problem:
                self._loop.fault("refuse", problem)
        self._registry.forget(leg, self._loop.now())

    def alert(self, leg: Leg, code: int) -> None:
        self._respond(leg, code)
        leg.alerted = True

    def answer(self, leg: Leg) -> None:
        self._respond(leg, 200)

    def _respond(self, leg: Leg, code: int) -> None:
        if leg.call is None or not leg.incoming or leg.standing is LegStanding.CONNECTED:
            return
        prm = audio_only()
        prm.statusCode = code
        try:
            leg.call.answer(prm)
        except pj.Error as problem:
            self._loop.fault("answer", problem, leg.id)
            self.end(leg, ClearedBy.PEER if crossed_end(problem) else ClearedBy.REFUSED)

    def reject(self, leg: Leg, command: telephony.Reject) -> None:
        if not leg.incoming or leg.answered_at is not None or self._unsafe(leg, command.headers, command.reason):
            return
        leg.reject_code = command.code
        self.end(leg, ClearedBy.US, command.code, command.headers, command.reason)

    # -- ending

    def hang_up(self, leg: Leg, command: telephony.HangUp) -> None:
        if not self._unsafe(leg, command.headers, ""):
            self.end(leg, ClearedBy.US, command.code, command.headers)

    def _unsafe(self, leg: Leg, headers: tuple[Header, ...], reason: str) -> bool:
        texts = [reason] + [text for header in headers for text in (header.name, header.value)]
        if any(reasons.unsafe(text) for text in texts):
            self._loop.fault("headers", ValueError("a header holds a line break"), leg.id)
            return True
        return False

    def end(self, leg: Leg, by: ClearedBy, code: int = 0, headers: tuple[Header, ...] = (), reason: str = "") -> None:
        """End a leg in any state. pjsua reports the end at once; the last transactions run on."""
        if leg.cleared:
            return
        leg.clearing_by = leg.clearing_by or by
        if leg.call is None or leg.call.getId() < 0:
            self._dialogs.clear(leg, leg.clearing_by)
            return
        prm = pj.CallOpParam()
        prm.statusCode = code
        prm.reason = reason
        add_headers(prm, headers)
        try:
            leg.call.hangup(prm)
        except pj.Error as problem:
            self._loop.fault("hang_up", problem, leg.id)
            self._dialogs.clear(leg, leg.clearing_by)
            return
        # pjsip reports the end at once, except for calls whose peer sent odd messages before: those would stay for a
        # minute.
        code, why = (200 if leg.answered_at is not None else 0), leg.mute if leg.clearing_by is ClearedBy.MEDIA else ""
        ended_by = leg.clearing_by
        self._loop.after(ENDED_WITHIN_S, lambda: self._dialogs.clear(leg, ended_by, code=code, reason=why))


def add_headers(prm: pj.CallOpParam, headers: tuple[Header, ...]) -> None:
    for header in headers:
        extra = pj.SipHeader()
        extra.hName, extra.hValue = header.name, header.value
        prm.txOption.headers.append(extra)
