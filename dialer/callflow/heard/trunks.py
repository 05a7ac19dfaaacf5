"""Trunks under watch: OPTIONS at intervals, registrations."""

from __future__ import annotations

from dialer.core.step import Step
from dialer.core.timers import probe_timer
from dialer.trunks.accounts import trunk_account
from dialer.trunks.trunk import Trunk, TrunkState, TrunkTrigger
from dialer.vocabulary.ids import AccountId, EngineId, TrunkName
from dialer.vocabulary.reasons.trunks import (
    AccountUnusable,
    Complaint,
    NoAnswerToProbe,
    RegistrationRefused,
    unreachable,
)
from dialer.vocabulary.telephony import AccountState, Probe, ProbeCompleted
from dialer.vocabulary.writes import SaveTrunk


def begin(step: Step) -> None:
    """Probe every trunk at once, then at its interval."""
    for trunk in step.world.trunks.values():
        if trunk.is_probed:
            step.start_timer(probe_timer(trunk.name), 0.0)


def on_probe_due(step: Step, name: TrunkName) -> None:
    trunk = step.world.trunks.get(name)
    if trunk is None or not trunk.is_probed:
        return
    settings = trunk.settings
    engine = step.world.usable_engine()
    if engine is not None:
        uri = f"sip:{settings.place};transport={settings.transport.value}"
        step.tell(engine.id, Probe(trunk_account(name), uri, settings.probe_deadline_s))
    step.start_timer(probe_timer(name), settings.probe_interval_s)


def _trunk_of(step: Step, account: AccountId) -> Trunk | None:
    return step.world.trunks.get(TrunkName(account.removeprefix("trunk/")))


def on_probe_completed(step: Step, engine: EngineId, event: ProbeCompleted) -> None:
    """Any SIP answer is a sign of life; so many misses in a row and the trunk is down."""
    trunk = _trunk_of(step, event.account)
    if trunk is None:
        return
    if event.code > 0:
        trunk.misses = 0
        trunk.round_trip_ms = event.round_trip_ms
        change(step, trunk, TrunkTrigger.ANSWERED)
    else:
        trunk.misses += 1
        trunk.complain(_why_missed(step, engine, trunk, event), step.utc)
        if trunk.misses >= trunk.settings.probe_misses_down:
            change(step, trunk, TrunkTrigger.LOST)


def change(step: Step, trunk: Trunk, trigger: TrunkTrigger) -> None:
    """What was heard of a trunk, or was not. Its way up and down is told."""
    before = trunk.state
    trunk.machine.advance(trigger, step.now)
    if trunk.state is not before:
        step.write(SaveTrunk(trunk.name, trunk.state, trunk.last_error, step.utc))
        step.history(f"trunk_{trunk.state}", trunk=trunk.name, last_error=trunk.last_error)
        step.trunk_changed(trunk.name)
        if trunk.state is TrunkState.UP:
            step.start_timer("pace", 0.0)


def _why_missed(step: Step, engine: EngineId, trunk: Trunk, event: ProbeCompleted) -> Complaint:
    problem = _problem_of(step, engine, event.account)
    if problem:
        return AccountUnusable(problem)
    return unreachable(0, event.reason) if event.reason else NoAnswerToProbe(trunk.settings.probe_deadline_s)


def _problem_of(step: Step, engine: EngineId, account: AccountId) -> str:
    """Why the engine could not make the account, "" if it could: a probe then says merely that there is none."""
    known = step.world.engines.get(engine)
    begins = f"account {account}: "
    return next((each for each in known.problems if each.startswith(begins)), "") if known is not None else ""


def on_account_state(step: Step, engine: EngineId, event: AccountState) -> None:
    trunk = _trunk_of(step, event.account)
    if trunk is None or not trunk.settings.registration:
        return
    if not event.registered and event.code >= 300:
        trunk.complain(RegistrationRefused(event.code, f"{event.code} {event.reason}".strip()), step.utc)
    if trunk.registered != event.registered:
        trunk.registered = event.registered
        kind = "trunk_registration" if event.registered else "trunk_registration_lost"
        step.history(kind, trunk=trunk.name, registered=event.registered, code=event.code, last_error=trunk.last_error)
        step.start_timer("pace", 0.0)
    step.trunk_changed(trunk.name)
