"""Puts the parts of the engine together and carries out commands. One per owner; owner thread only."""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj

from dialer.vocabulary import telephony
from dialer.vocabulary.telephony import ClearedBy, DtmfMode, LegSnapshot, LegStanding

from .account import SipAccount, hosts_of
from .accounts import Accounts
from .analysis.taps import NativeTap, Tap, Taps
from .border import Border
from .bridge import Bridges
from .dialing import Dialing
from .dialog_book import DialogBook
from .dialogs import Dialogs
from .endpoint import Endpoint, LateAnswer
from .hold import Holds
from .keep_alive import KeepAlive
from .leg import Leg
from .loop import Loop
from .media import Players
from .names import Names
from .orphans import Orphans
from .patchbay import Patchbay
from .probes import Probes
from .reasons import request_uri
from .recording import Recorders
from .registry import Registry
from .resolver import Resolver
from .settings import OwnerSettings
from .silent_servers import SilentServers
from .supervision import Supervision
from .unattended import Unattended

DIGITS = frozenset("0123456789*#ABCDabcd")


class Switchboard:
    """All parts of an engine around one Endpoint."""

    def __init__(
        self,
        settings: OwnerSettings,
        loop: Loop,
        endpoint: Endpoint,
        tap: Callable[[], Tap] = NativeTap,
        book: DialogBook | None = None,
    ) -> None:
        self._settings = settings
        self._loop = loop
        self.registry = Registry()
        self._resolver = Resolver(settings.nameservers)
        self._names = Names(loop, self._resolver, endpoint.tell_name)
        self._probes = Probes(loop, self._names, self._asked)
        self._border = Border(loop)
        self.accounts = Accounts(
            loop, endpoint, self.registry, self._names, self._border, self._incoming, self._probes.answered
        )
        self._keep_alive = KeepAlive(loop, self.accounts)
        patchbay = Patchbay(loop)
        self._bridges = Bridges(loop, self.registry, patchbay)
        self._players = Players(loop, patchbay, self._bridges, settings.clock_rate_hz)
        self._recorders = Recorders(loop, patchbay, self._bridges)
        self._holds = Holds(loop)
        self._taps = Taps(loop, patchbay, settings, tap)
        self._dialogs = Dialogs(
            loop, self.registry, self.accounts, self._bridges, self._players, self._recorders, self._holds
        )
        self._silent_servers = SilentServers(loop, self.registry)
        self._dialing = self._make_dialing(endpoint)
        self._supervision = Supervision(loop, self.registry, self.accounts, self._dialing.end, self._dialogs.tell_media)
        self._unattended = Unattended(loop, self.registry, self._bridges, self._players, self._dialing)
        self._orphans = Orphans(loop, self.registry, self.accounts, book)
        self._listen_to_dialogs()
        self._drained = False
        self._handlers = self._table()
        self._leg_handlers = self._leg_table()

    def _make_dialing(self, endpoint: Endpoint) -> Dialing:
        return Dialing(
            self._loop,
            endpoint,
            self.registry,
            self.accounts,
            self._dialogs,
            self._names,
            self._silent_servers,
            self._settings.engine,
            self._settings.boot,
        )

    def _listen_to_dialogs(self) -> None:
        dialogs, loop = self._dialogs, self._loop
        dialogs.mute_listeners.append(lambda leg: loop.soon(lambda: self._dialing.end(leg, ClearedBy.MEDIA)))
        dialogs.cleared_listeners += [self._supervision.clear, self._taps.clear, self._after_last]
        dialogs.changed_listeners.append(self._orphans.note)
        dialogs.cleared_listeners.append(self._orphans.clear)

    def start(self) -> None:
        self._border.start()
        self._taps.start()
        self._supervision.start()

    @property
    def abilities(self) -> frozenset[telephony.Ability]:
        """The abilities of this engine, with this build of pjsua2 and these settings."""
        able = set(telephony.Ability)
        if not self._taps.available:
            able -= {telephony.Ability.ANALYSIS, telephony.Ability.SEVERAL_TAPS}
        if not self._recorders.available:
            able.discard(telephony.Ability.STEREO_RECORDING)
        return frozenset(able)

    def handle(self, command: telephony.Command) -> None:
        """Carry out one command. Commands to cleared legs are ignored: their LegCleared is answer enough."""
        kind = type(command)
        handler = self._handlers.get(kind)
        if handler is not None:
            handler(command)
            return
        leg = self.registry.get(command.leg)  # type: ignore[union-attr]  # all commands without a handler name a leg
        if leg is not None and not leg.cleared:
            self._leg_handlers[kind](leg, command)

    def attended(self, present: bool) -> None:
        self._unattended.attended(present)

    def names_wanted(self, texts: tuple[str, ...]) -> None:
        """pjsip needs these names for messages that wait."""
        self._names.wanted(texts)

    @property
    def expects_late_answers(self) -> bool:
        return self.registry.expects_late_answers or self._silent_servers.expects_late_answers

    def late_answers(self, answers: tuple[LateAnswer, ...]) -> None:
        for answer in answers:
            if not self._silent_servers.answered(answer):
                self._dialogs.late_answer(answer.call_id)

    def forget_given_up(self) -> None:
        """Forget given-up INVITEs that cannot be answered any more."""
        now = self._loop.now()
        self.registry.forget_given_up(now)
        self._silent_servers.forget(now)

    def hang_up_all(self) -> None:
        for leg in self.registry:
            self._dialing.end(leg, ClearedBy.US)

    def close(self) -> bool:
        """Release all objects of pjsua2; returns whether registrations are being taken back."""
        self._taps.close()
        self._recorders.close()
        self._players.close()
        self.registry.turn()
        self._resolver.close()
        return self.accounts.close()

    def select(self, message: str) -> int:
        """The index of the account whose transport a request was sent to, -1 where none is."""
        account = self.accounts.by_port(request_uri(message))
        return account.getId() if account is not None else -1

    # -- commands without a leg

    def _table(self) -> dict[type, Callable[..., object]]:
        return {
            telephony.Configure: self._configure,
            telephony.Dial: self._dialing.dial,
            telephony.Probe: self._probe,
            telephony.Snapshot: self._snapshot,
            telephony.Drain: self._drain,
        }

    def _configure(self, command: telephony.Configure) -> None:
        """Carried out when the names of its hosts are known; a later Configure takes the place of one that waits."""
        hosts = [query for account in command.accounts for query in hosts_of(account)]
        self._names.want(hosts, lambda: self._apply(command))

    def _apply(self, command: telephony.Configure) -> None:
        problems = self.accounts.apply(command)
        self._keep_alive.apply(command.accounts)
        self._unattended.unattended_s = command.unattended_s
        self._unattended.waiting_message = command.waiting_message
        self._orphans.end()
        at = self._loop.now()
        self._loop.emit(telephony.ConfigurationTaken(revision=command.revision, problems=problems, at=at))

    def _asked(self, address: str) -> None:
        self.accounts.dialed(address)

    def _probe(self, command: telephony.Probe) -> None:
        self._probes.send(self.accounts.get(command.account), command)

    def _snapshot(self, command: telephony.Snapshot) -> None:
        self._loop.emit(
            telephony.SnapshotTaken(
                engine=self._settings.engine,
                boot=self._settings.boot,
                legs=tuple(snapshot_of(leg, self._recorders.running(leg)) for leg in self.registry),
                accounts=self.accounts.states(),
                at=self._loop.now(),
            )
        )

    @property
    def draining(self) -> bool:
        """Whether the engine takes no new calls any more."""
        return self._dialing.draining

    def _drain(self, command: telephony.Drain) -> None:
        self._dialing.draining = True
        self._after_last(None)

    def _after_last(self, leg: Leg | None) -> None:
        """Drained, once, when a draining engine has no legs left but those of agents without a contact."""
        if self._dialing.draining and not self._drained:
            self._loop.soon(self._tell_drained)

    def _tell_drained(self) -> None:
        if all(leg.role is telephony.LegRole.AGENT for leg in self.registry) and not self._drained:
            self._drained = True
            self._loop.emit(telephony.Drained(at=self._loop.now()))

    def _incoming(self, account: SipAccount, prm: pj.OnIncomingCallParam) -> None:
        self._dialing.incoming(account, prm)

    # -- commands to a leg

    def _leg_table(self) -> dict[type, Callable[..., object]]:
        return {
            telephony.Alert: lambda leg, command: self._dialing.alert(leg, command.code),
            telephony.Answer: lambda leg, command: self._dialing.answer(leg),
            telephony.Reject: self._dialing.reject,
            telephony.HangUp: self._dialing.hang_up,
            telephony.Join: self._join,
            telephony.Leave: lambda leg, command: self._bridges.leave(leg),
            telephony.SendDigits: self._send_digits,
            telephony.SetVolume: self._bridges.set_volume,
            telephony.Play: self._players.play,
            telephony.StopPlay: lambda leg, command: self._players.stop(leg),
            telephony.StartRecording: self._recorders.start,
            telephony.PauseRecording: self._recorders.pause,
            telephony.ResumeRecording: self._recorders.resume,
            telephony.StopRecording: self._recorders.stop,
            telephony.StartAnalysis: self._taps.begin,
            telephony.StopAnalysis: self._taps.end,
            telephony.Refer: self._refer,
            telephony.HoldPeer: lambda leg, command: self._holds.want(leg, True),
            telephony.ResumePeer: lambda leg, command: self._holds.want(leg, False),
        }

    def _join(self, leg: Leg, command: telephony.Join) -> None:
        self._bridges.join(leg, command)
        if command.stops_play:
            self._players.stop(leg)

    def _send_digits(self, leg: Leg, command: telephony.SendDigits) -> None:
        account = self.accounts.get(leg.account)
        if leg.call is None or leg.standing is not LegStanding.CONNECTED or not set(command.digits) <= DIGITS:
            self._loop.fault("send_digits", ValueError("no digits, or the leg is not connected"), leg.id)
            return
        mode = account.settings.dtmf if account is not None and account.settings is not None else DtmfMode.RFC4733
        if mode is DtmfMode.INBAND:
            self._players.inject_digits(leg, command.digits)
            return
        prm = pj.CallSendDtmfParam()
        prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if mode is DtmfMode.INFO else pj.PJSUA_DTMF_METHOD_RFC2833
        prm.digits = command.digits
        try:
            leg.call.sendDtmf(prm)
        except pj.Error as problem:
            self._loop.fault("send_digits", problem, leg.id)

    def _refer(self, leg: Leg, command: telephony.Refer) -> None:
        if leg.call is None or "\r" in command.uri or "\n" in command.uri:
            self._loop.fault("refer", ValueError("not a URI, or the leg has no call"), leg.id)
            return
        try:
            leg.call.xfer(command.uri, pj.CallOpParam())
        except pj.Error as problem:
            self._loop.fault("refer", problem, leg.id)


def snapshot_of(leg: Leg, recordings: tuple[telephony.RecordingSnapshot, ...]) -> LegSnapshot:
    return LegSnapshot(
        leg=leg.id,
        account=leg.account,
        call_id=leg.call_id,
        role=leg.role,
        standing=leg.standing,
        context=leg.context,
        bridge=leg.bridge,
        hears=leg.hears,
        heard_by=leg.heard_by,
        held_by_us=leg.held_by_us,
        held_by_peer=leg.held_by_peer,
        answered_at=leg.answered_at,
        begun_at=leg.begun_at,
        silent=leg.silent,
        recordings=recordings,
    )
