"""`cornetta check --live`: each trunk is probed, a phone is called, and each finding is printed as it is made."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from config.model import ProbeKind, Settings, StaticPhone, Trunk, split_reference
from dialer.cli import node_api
from dialer.cli.live_check import remedies, trials
from dialer.cli.live_check.ends import STEP_S, PersonsPhone, Softphone, WatchedEngine, dialer_end, phone_end
from dialer.cli.live_check.findings import Finding, Verdict, good, not_tried, wrong
from dialer.trunks.accounts import configure, phone_target, trunk_account
from dialer.vocabulary import telephony
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.telephony import Account, AccountState, Configure, Header, ProbeCompleted

Say = Callable[[str], None]


class LiveCheck(Struct, frozen=True):
    """The plan of a check. `phone` is a reference such as 101@desks, "" for the trunks alone. With `secret`, the
    phone's own password, the check plays the phone; else a person at the phone gets instructions. `silence_s` is how
    long a dead end may go unnoticed, `step_s` how long the ends of a call may take to report each other's actions."""

    settings: Settings
    phone: str = ""
    secret: str = ""
    silence_s: float = 45.0
    step_s: float = STEP_S

    async def findings(self, say: Say) -> AsyncIterator[Finding]:
        """Try everything; each finding as it is made. Raises EngineUnavailable, NotFound or ValueError."""
        engine = self.settings.engines[0]
        made = configure(self.settings, engine)
        with tempfile.TemporaryDirectory(prefix="cornetta-check-") as folder:
            async with WatchedEngine("check-dialer", Path(folder), dialer_end(made, engine)) as dialer:
                for trunk in self.settings.trunks:
                    yield await _probe(dialer, trunk)
                    if trunk.registration:
                        yield await _registration(self.settings, trunk)
                if not self.phone:
                    yield not_tried("phones", "name one by --phone, for example --phone 101@desks")
                    return
                async for finding in self._phone(dialer, made, Path(folder), say):
                    yield finding

    async def _phone(self, dialer: WatchedEngine, made: Configure, folder: Path, say: Say) -> AsyncIterator[Finding]:
        account, uri, named = phone_target(self.settings, self.phone, "check")
        headers = tuple(Header(name, value) for name, value in named.items())
        srtp = next(each.srtp for each in made.accounts if each.id == account)
        if not self.secret:
            line = trials.Line(dialer, PersonsPhone(self.phone, say), account, uri, headers, srtp)
            async for finding in _by_hand(line):
                yield finding
            return
        mine = next(each for each in made.accounts if each.id == account)
        end = self._phone_end(made, mine)
        for number, part in enumerate((self._alive, self._dies, self._loses_us)):
            async with WatchedEngine(f"check-phone-{number}", folder, end) as far:
                found = await _registered(far)
                if found is not None:
                    yield found
                    return
                phone = Softphone(far, self.step_s)
                findings = await part(trials.Line(dialer, phone, account, uri, headers, srtp), phone, uri)
                for finding in findings:
                    yield finding
                if findings[0].trial == "call to the phone" and findings[0].remedy:
                    return

    def _phone_end(self, made: Configure, account: Account) -> Configure:
        name, extension = split_reference(self.phone, "check")
        phone = self.settings.phone(name)
        if isinstance(phone, StaticPhone) or phone.trunk is None:
            raise ValueError(
                f"{self.phone} is a phone at a fixed address and registers nowhere; leave out --phone-secret, and "
                "press the keys at the phone yourself"
            )
        return phone_end(made, account, extension, self.secret, _registrar(self.settings.trunk(phone.trunk)))

    async def _alive(self, line: trials.Line, phone: Softphone, uri: str) -> list[Finding]:
        leg = await line.connect()
        found = [await trials.ring(line, leg)]
        if not line.dialer.is_up(leg):
            return found
        found.append(await trials.audio(line, phone, leg))
        found.append(trials.headers(line, phone))
        found.append(await trials.hold(line, leg))
        found.append(await trials.bye(line, leg))
        # An allowed transfer leaves legs behind, so it is tried in a call of its own.
        leg = await line.connect()
        found.append(await trials.transfer(line, phone, leg, uri))
        await line.dialer.clear()
        return found

    async def _dies(self, line: trials.Line, phone: Softphone, uri: str) -> list[Finding]:
        return await trials.dead_phone(line, phone, self.silence_s)

    async def _loses_us(self, line: trials.Line, phone: Softphone, uri: str) -> list[Finding]:
        return [await trials.dead_dialer(line, phone, self.silence_s)]


async def _by_hand(line: trials.Line) -> AsyncIterator[Finding]:
    leg = await line.connect()
    yield await trials.ring(line, leg)
    if not line.dialer.is_up(leg):
        return
    yield await trials.hold(line, leg)
    yield await trials.bye(line, leg)
    for trial in ("audio both ways", "headers to the phone", "transfer by a key of the phone"):
        yield not_tried(trial, trials.NEEDS_SECRET)
    yield not_tried("phone or engine that dies in a call", trials.NEEDS_SECRET)


def _registrar(trunk: Trunk) -> str:
    return f"sip:{trunk.host}:{trunk.sip_port};transport={trunk.transport.value}"


async def _probe(dialer: WatchedEngine, trunk: Trunk) -> Finding:
    trial = f"OPTIONS to trunk {trunk.name}"
    if trunk.probe is ProbeKind.NONE:
        return not_tried(trial, "the trunk has `probe: none`")
    account = trunk_account(trunk.name)
    dialer.send(telephony.Probe(account, _registrar(trunk), trunk.probe_deadline_s))

    def answers() -> list[ProbeCompleted]:
        return [each for each in dialer.of(ProbeCompleted) if each.account == account]

    await dialer.comes(lambda: bool(answers()), trunk.probe_deadline_s + STEP_S)
    told = answers()[-1] if answers() else None
    if told is None or told.code == 0:
        why = f" ({told.reason})" if told is not None and told.reason else ""
        return wrong(trial, f"no answer within {trunk.probe_deadline_s:g} s{why}", remedies.NO_ANSWER)
    return good(trial, f"{told.code} {told.reason} after {told.round_trip_ms:.1f} ms")


async def _registration(settings: Settings, trunk: Trunk) -> Finding:
    """As the running node sees it: a second registration would replace its own."""
    trial = f"registration of trunk {trunk.name}"
    try:
        told: dict[str, Any] = await node_api.ask(settings, "GET", f"/trunks/{trunk.name}")
    except (node_api.NodeUnreachable, node_api.NodeRefused):
        return not_tried(trial, "no node runs here; `cornetta run` registers, and GET /api/v1/trunks tells how it went")
    if told.get("registered"):
        return good(trial, "registered by the running node")
    return wrong(trial, told.get("last_error") or "not registered", remedies.of_code(401, trunk.srtp))


async def _registered(far: WatchedEngine) -> Finding | None:
    """The fault in the registration of the phone that the check plays; None where it is registered."""

    def told() -> list[AccountState]:
        return far.of(AccountState)

    await far.comes(lambda: any(each.registered or each.code >= 400 for each in told()), STEP_S)
    state = told()[-1] if told() else None
    if state is not None and state.registered:
        return None
    trial = "registration of the phone"
    if state is None or state.code in (0, 408):
        return wrong(trial, "no answer", remedies.REGISTRATION_SILENT)
    return wrong(
        trial, f"{state.code} {state.reason}", "--phone-secret must be the password of the phone's `type = auth`"
    )


async def tell(check: LiveCheck, say: Say) -> int:
    """Try everything and print each finding; the exit code is 1 if there is a fault. Raises Refused for a phone that
    is not in the configuration."""
    wrongs = 0
    try:
        async for finding in check.findings(say):
            say(finding.lines())
            wrongs += finding.verdict is Verdict.WRONG
    except (NotFound, ValueError) as error:
        raise Refused("no_phone", f"--phone {check.phone}: {error}") from error
    say(f"{wrongs} to change" if wrongs else "nothing to change")
    return 1 if wrongs else 0
