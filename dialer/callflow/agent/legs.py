"""Legs: ringing an agent's phone, joining, holding apart, hanging up."""

from __future__ import annotations

import msgspec

from dialer.agents.agent import Agent
from dialer.callflow.agent.shortage import refuse_if_short
from dialer.core.step import Step
from dialer.interactions.interaction import Interaction
from dialer.interactions.leg import ROLES, Leg, LegPurpose, LegState, LegTrigger, make_leg
from dialer.trunks.accounts import phone_target, trunk_of
from dialer.vocabulary.errors import NotFound, Refused
from dialer.vocabulary.ids import AccountId, AgentName, AttemptId, EngineId, InteractionId, LegId
from dialer.vocabulary.reasons.dialing import EngineTakesNone, NoPhone, PhoneUnusable
from dialer.vocabulary.telephony import Dial, HangUp, Header


class LegContext(msgspec.Struct, frozen=True, omit_defaults=True):
    """Travels with the leg as opaque text and comes back in the engine's snapshot."""

    purpose: LegPurpose
    interaction: InteractionId | None = None
    agent: AgentName | None = None
    attempt: AttemptId | None = None
    dial: int = 0


_ENCODER = msgspec.json.Encoder()


_DECODER = msgspec.json.Decoder(LegContext)


def write_context(context: LegContext) -> str:
    return _ENCODER.encode(context).decode()


def read_context(text: str) -> LegContext | None:
    """None for a context that is not ours."""
    try:
        return _DECODER.decode(text)
    except msgspec.DecodeError:
        return None


def ring_agent(
    step: Step,
    agent: Agent,
    purpose: LegPurpose,
    timeout_s: float,
    interaction: Interaction | None = None,
    *,
    stays: bool = False,
) -> Leg:
    """Ring an agent's phone. `stays`: once answered it is the agent's engaged leg, which a node that starts later
    finds by its context. Raises Refused, with nothing changed, when there is no engine, it is short of something,
    or there is no usable phone."""
    engine = _engine_of(step, interaction)
    account, uri, headers = _target(step, agent)
    leg = make_leg(step.world.mint.leg(), engine, account, purpose)
    leg.agent = agent.name
    leg.interaction = interaction.id if interaction else None
    leg.machine.advance(LegTrigger.DIAL, step.now)
    step.add_leg(leg)
    charge(step, leg)
    if interaction is not None:
        interaction.engine = engine
    context = LegContext(LegPurpose.ENGAGED if stays else purpose, leg.interaction, agent.name)
    step.tell(
        engine,
        Dial(
            leg=leg.id,
            account=account,
            uri=uri,
            call_id=step.world.mint.unguessable(leg.id),
            timeout_s=timeout_s,
            role=ROLES[purpose],
            headers=headers,
            context=write_context(context),
        ),
    )
    return leg


def _engine_of(step: Step, interaction: Interaction | None) -> EngineId:
    """The interaction's engine, or any if it has none: legs of two cannot be joined. Raises Refused. A phone that was
    lost in a conversation is rung even over an engine that is short of something: the contact is on the line."""
    named = interaction.engine if interaction is not None else None
    engine = step.world.engines.get(named) if named else step.world.usable_engine(step.now)
    if engine is None or not engine.takes_calls:
        raise Refused(EngineTakesNone())
    if interaction is None or not interaction.reconnecting:
        refuse_if_short(step, engine)
    return engine.id


def _target(step: Step, agent: Agent) -> tuple[AccountId, str, tuple[Header, ...]]:
    """Account, URI and headers by which the agent's phone is rung. Raises Refused."""
    if not agent.phone:
        raise no_phone(agent)
    try:
        account, uri, headers = phone_target(step.world.settings, agent.phone, agent.name)
    except (NotFound, ValueError) as error:
        raise Refused(PhoneUnusable(agent.phone, str(error))) from error
    return account, uri, tuple(Header(name, value) for name, value in headers.items())


def no_phone(agent: Agent) -> Refused:
    """What is said where an agent without a phone should be rung."""
    return Refused(NoPhone(agent.name, agent.display_name))


def charge(step: Step, leg: Leg) -> None:
    """Count a leg to a phone in the calls per second of its trunk. It waits for nobody: an agent who is not rung may
    leave a contact waiting."""
    name = trunk_of(leg.account)
    trunk = step.world.trunks.get(name) if name else None
    if trunk is not None:
        trunk.bucket.charge(step.now)


def hang_up(step: Step, leg_id: LegId | None, code: int = 0) -> None:
    """End a leg in any state; a leg that is gone already is no mistake."""
    leg = step.world.legs.get(leg_id) if leg_id else None
    if leg is None or leg.state is LegState.CLEARING:
        return
    waits_for_commit = leg.state is LegState.INITIATED
    leg.machine.advance(LegTrigger.HANG_UP, step.now)
    step.tell(leg.engine, HangUp(leg.id, code))
    if waits_for_commit:
        # Its Dial may still wait for its commit and would leave after this HangUp: the second one follows it.
        step.tell_after(leg.engine, HangUp(leg.id, code))
