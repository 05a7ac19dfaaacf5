"""Dialing: all rules once more, a trunk, the committed attempt, the INVITE; the next trunk if this one is silent."""

from __future__ import annotations

from msgspec import structs

from dialer.callflow.agent.legs import LegContext, hang_up, write_context
from dialer.callflow.agent.shortage import refuse_if_short
from dialer.callflow.pacing import observations
from dialer.campaigns.campaign import Campaign
from dialer.compliance.check import RuleRefusal, check, check_number
from dialer.core.moves import DIALED, FAILED_OVER, Move, advance_all
from dialer.core.step import Step
from dialer.core.timers import nothing_heard_timer
from dialer.interactions.attempt import Attempt, TrunkDial, call_id_of, make_attempt
from dialer.interactions.interaction import INTERACTION_TABLE, Interaction
from dialer.interactions.leg import ROLES, Leg, LegPurpose, LegState, make_leg
from dialer.interactions.party import Party
from dialer.machine import Machine
from dialer.records.treatment import rest_of
from dialer.trunks.accounts import trunk_account
from dialer.trunks.choice import choose
from dialer.trunks.number import identity, identity_headers, request_uri
from dialer.trunks.trunk import Trunk
from dialer.vocabulary.errors import Refused
from dialer.vocabulary.events import ClaimedRecord
from dialer.vocabulary.ids import LegId, TrunkName
from dialer.vocabulary.reasons.dialing import CallHasNoEngine, EngineOfCallAway, StoreAway, TrunksDown, TrunksFull
from dialer.vocabulary.reasons.trunks import NoProgress, NothingHeard
from dialer.vocabulary.telephony import Dial
from dialer.vocabulary.writes import AddDial, BeginAttempt

#: How long an agent whose phone is up already waits for the trunks' calls per second.
RATE_PATIENCE_S = 10.0


#: The shortest wait, lest rounding lets a timer fire too early again and again.
_LOOK_AGAIN_S = 0.01


def refuse_now(step: Step, campaign: Campaign, interaction: Interaction, made: int) -> RuleRefusal | None:
    """The rule that forbids dialing this record now, or None. `made` attempts were made by this interaction."""
    refusal = check_number(campaign.settings, interaction.number)
    if refusal is not None or interaction.record is None:
        return refusal
    record = structs.replace(interaction.record, attempts=interaction.record.attempts + made)
    return check(campaign.settings.calling_window, record, campaign.settings.max_attempts, step.utc)


def open_interaction(step: Step, campaign: Campaign, record: ClaimedRecord) -> Interaction:
    """An interaction of a claimed record, with nobody in it yet and nothing dialed."""
    id_ = step.world.mint.interaction()
    interaction = Interaction(
        id=id_,
        campaign=campaign.name,
        number=record.number,
        contact=record.contact,
        record=record,
        bridge=step.world.mint.bridge(),
        machine=Machine(INTERACTION_TABLE, id_),
        begun_at=step.utc,
        data=dict(record.data),
    )
    step.world.interactions[id_] = interaction
    campaign.served += 1
    return interaction


def place_over(
    step: Step, campaign: Campaign, interaction: Interaction, party: Party, engaged: Leg, move: Move
) -> None:
    """Begin an attempt for an agent whose engaged leg is up: it waits in the bridge. Raises Refused like `place`."""
    interaction.engine = engaged.engine
    place(step, campaign, interaction, move)
    party.leg = engaged.id
    engaged.interaction = interaction.id
    step.audio_changed(interaction)


def place(step: Step, campaign: Campaign, interaction: Interaction, move: Move = DIALED) -> None:
    """Begin an attempt, by a move that dials. Raises Refused, with nothing changed, when a rule, the store, the engine
    or every trunk says no. The do-not-call list is looked up by the store as it commits the attempt."""
    world = step.world
    refusal = refuse_now(step, campaign, interaction, interaction.attempts)
    if refusal is not None:
        raise Refused(refusal.reason)
    if world.store_problem:
        raise Refused(StoreAway(world.store_problem))
    engine = world.engines.get(interaction.engine) if interaction.engine else None
    if engine is None or not engine.takes_calls:
        raise Refused(EngineOfCallAway())
    refuse_if_short(step, engine)
    choice = choose(world.trunks_of(campaign), frozenset(), step.now)
    if choice.trunk is None:
        kind = TrunksDown if choice.is_dead else TrunksFull
        raise Refused(kind(choice.states, len(choice.states)))
    if interaction.attempt is not None:
        interaction.call_again()
    attempt = make_attempt(world.mint.attempt(), interaction.number, step.utc, step.now)
    interaction.attempt = attempt
    interaction.attempts += 1
    interaction.found_result = None
    record = interaction.record
    step.write(
        BeginAttempt(
            attempt=attempt.id,
            interaction=interaction.id,
            campaign=campaign.name,
            record=record.record if record else None,
            fence=record.fence if record else 0,
            number=interaction.number,
            agent=interaction.agent,
            at=step.utc,
            abandoned_since=_abandoned_since(step, campaign, interaction),
        )
    )
    observations.dialed(step, interaction)
    dial_over(step, campaign, interaction, attempt, choice.trunk, move)


def _abandoned_since(step: Step, campaign: Campaign, interaction: Interaction) -> float | None:
    """An abandoned contact gets no call without an agent for some time, in all campaigns (Ofcom, "Revised statement of
    policy on the persistent misuse of an electronic communications network or service", 2010: 72 h)."""
    rest = rest_of(campaign.settings).delay_s
    unattended = interaction.ahead and interaction.agent is None
    return step.utc - rest if unattended and rest else None


def waits_for_rate(step: Step, campaign: Campaign, timer: str, since: float) -> bool:
    """Whether nothing but the trunks' calls per second stands against a call now; then `timer` is started for when
    the next may leave. An agent who has picked up (monotonic `since`) is not sent away for a moment's wait."""
    choice = choose(step.world.trunks_of(campaign), frozenset(), step.now)
    if choice.trunk is not None or choice.opens_at is None or choice.opens_at - since > RATE_PATIENCE_S:
        return False
    step.start_timer(timer, max(_LOOK_AGAIN_S, choice.opens_at - step.now))
    return True


def dial_over(
    step: Step, campaign: Campaign, interaction: Interaction, attempt: Attempt, trunk: Trunk, move: Move
) -> None:
    """Send the attempt over one trunk: the n-th INVITE, committed before it leaves."""
    if interaction.engine is None:
        raise Refused(CallHasNoEngine())
    n = len(attempt.dials)
    settings = trunk.settings
    caller_id = _caller_id(campaign, settings.caller_ids, settings.shown_caller_id)
    leg = make_leg(step.world.mint.leg(), interaction.engine, trunk_account(trunk.name), LegPurpose.CONTACT)
    leg.interaction = interaction.id
    leg.dial = n
    advance_all(step, move, interaction, contact=leg)
    step.add_leg(leg)
    interaction.contact_leg = leg.id
    call_id = call_id_of(step.world.mint, attempt.id, n)
    dial = TrunkDial(n, trunk.name, leg.id, call_id, caller_id, step.utc)
    attempt.dials.append(dial)
    trunk.bucket.take(step.now)
    step.write(AddDial(attempt.id, n, dial.call_id, leg.id, trunk.name, caller_id, step.utc))
    step.interaction_changed(interaction)
    command = Dial(
        leg=leg.id,
        account=leg.account,
        uri=request_uri(attempt.number, settings),
        call_id=dial.call_id,
        timeout_s=campaign.settings.ring_timeout_s,
        role=ROLES[LegPurpose.CONTACT],
        identity=identity(caller_id, settings),
        headers=identity_headers(caller_id, settings),
        context=write_context(LegContext(LegPurpose.CONTACT, interaction.id, None, attempt.id, n)),
        bridge=interaction.bridge,
    )
    step.tell_after(leg.engine, command, guard=attempt.id)
    step.start_timer_after(nothing_heard_timer(leg.id), settings.nothing_heard_s, attempt.id)


def _caller_id(campaign: Campaign, owned: tuple[str, ...], usual: str) -> str:
    """The campaign's numbers in turn, of those that the trunk owns; the trunk's own without one."""
    ours = [number for number in campaign.settings.caller_ids if number in owned]
    return ours[campaign.served % len(ours)] if ours else usual


def next_trunk(step: Step, campaign: Campaign, interaction: Interaction, attempt: Attempt) -> bool:
    """Try the next trunk; False if there is none that may take the call, or nothing is to be dialed any more."""
    engine = step.world.engines.get(interaction.engine) if interaction.engine else None
    if engine is None or not engine.takes_calls or step.world.store_problem or not campaign.is_running:
        return False
    choice = choose(step.world.trunks_of(campaign), attempt.trunks, step.now)
    if choice.trunk is None or refuse_now(step, campaign, interaction, interaction.attempts - 1) is not None:
        return False
    dial_over(step, campaign, interaction, attempt, choice.trunk, FAILED_OVER)
    return True


def on_nothing_heard(step: Step, leg_id: LegId) -> None:
    """Not even a 100 in the trunk's time: give this leg up. Its end, which comes at once, tries the next trunk."""
    leg = step.world.legs.get(leg_id)
    if leg is None or leg.state is not LegState.INITIATED or leg.interaction is None:
        return
    interaction = step.world.interactions.get(leg.interaction)
    if interaction is None or interaction.attempt is None:
        return
    trunk = step.world.trunks.get(TrunkName(interaction.attempt.dial.trunk))
    if trunk is not None:
        trunk.complain(NothingHeard(trunk.settings.nothing_heard_s), step.utc)
        step.trunk_changed(trunk.name)
    hang_up(step, leg_id)


def on_no_progress(step: Step, leg_id: LegId) -> None:
    """A 100 and nothing more in the trunk's time: give this leg up. Its end tries the next trunk."""
    leg = step.world.legs.get(leg_id)
    interaction = step.world.interactions.get(leg.interaction) if leg is not None and leg.interaction else None
    attempt = interaction.attempt if interaction is not None else None
    if leg is None or attempt is None or leg.state is not LegState.PROGRESS or attempt.alerted:
        return
    mark_stalled(step, attempt)
    hang_up(step, leg_id)


def mark_stalled(step: Step, attempt: Attempt) -> None:
    """The trunk of this dial has taken the call and let it lie: no answer of the contact's."""
    attempt.dial.stalled = True
    trunk = step.world.trunks.get(TrunkName(attempt.dial.trunk))
    if trunk is not None:
        trunk.complain(NoProgress(round(step.utc - attempt.dial.begun_at)), step.utc)
        step.trunk_changed(trunk.name)
