"""What is true after each event, and what is true at the end."""

from __future__ import annotations

from dialer.agents.agent import Agent, AgentState
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.party import PartyState
from dialer.simulation.engine import Line
from dialer.simulation.node import SimulatedNode
from dialer.vocabulary.ids import BridgeId
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.world.world import World
from tests.simulation.centre import Centre

_S, _I, _P = AgentState, InteractionState, PartyState

#: The agent's states that fit the state of an interaction on the desk, and those of the party in it.
FITTING = {
    _I.PREVIEW: ({_S.RESERVED}, {_P.OFFERED, _P.ALERTING}),
    _I.DIALING: ({_S.RESERVED}, {_P.ALERTING}),
    _I.QUEUED: ({_S.RESERVED}, {_P.ALERTING}),
    _I.CONNECTED: ({_S.BUSY}, {_P.TALKING, _P.HOLDING}),
    _I.CLEARED: ({_S.AFTER_CALL_WORK, _S.NOT_READY, _S.RESERVED}, {_P.AFTER_CALL, _P.ALERTING}),
}


def check(world: World) -> None:
    """After each message."""
    for agent in world.agents.values():
        _check_agent(world, agent)
    for interaction in world.interactions.values():
        _check_interaction(world, interaction)
    _check_records(world)
    for leg in world.legs.values():
        assert leg.state not in ("null", "cleared"), f"{leg.id} is kept in {leg.state}"
    for trunk in world.trunks.values():
        assert trunk.legs <= set(world.legs), f"{trunk.name} counts legs that are gone"


def _check_agent(world: World, agent: Agent) -> None:
    if agent.engaged is not None:
        assert agent.engaged in world.legs, f"{agent.name}'s engaged leg is gone"
    if agent.interaction is None:
        assert agent.state in (_S.LOGGED_OUT, _S.NOT_READY, _S.READY), f"{agent.name} is {agent.state} for nothing"
        assert agent.pending is None, f"{agent.name} waits for {agent.pending} with nothing on the desk"
        return
    interaction = world.interactions.get(agent.interaction)
    assert interaction is not None, f"{agent.name} has an interaction that is gone"
    assert interaction.agent == agent.name


def _check_interaction(world: World, interaction: Interaction) -> None:
    assert interaction.state in FITTING, f"{interaction.id} is kept in {interaction.state}"
    party = interaction.owner
    if party is None:
        alone = interaction.state is _I.QUEUED or (interaction.ahead and interaction.state is _I.DIALING)
        assert alone, f"nobody is in {interaction.id}, {interaction.state}"
        return
    agent = world.agents[party.agent]
    assert agent.interaction == interaction.id
    agents, parties = FITTING[interaction.state]
    assert agent.state in agents, f"{agent.name} is {agent.state} in {interaction.state} {interaction.machine.story}"
    assert party.state in parties, f"party is {party.state} in {interaction.state} {party.machine.story}"
    has_contact = interaction.state in (_I.DIALING, _I.QUEUED, _I.CONNECTED)
    assert (interaction.contact_leg is not None) == has_contact, f"{interaction.id} {interaction.state}"
    if interaction.contact_leg is not None:
        assert interaction.contact_leg in world.legs


def _check_records(world: World) -> None:
    held = [each.record.record for each in world.interactions.values() if each.record is not None]
    held.extend(record.record for campaign in world.campaigns.values() for record in campaign.pool)
    assert len(held) == len(set(held)), "a record is handled twice"


def check_strangers(centre: Centre) -> None:
    """After each message: a bridge holds one contact and one agent at most, and an agent who is free hears nobody."""
    world = centre.world
    free = {each.engaged for each in world.agents.values() if each.engaged is not None and each.interaction is None}
    bridges: dict[BridgeId, list[Line]] = {}
    for line in centre.engine.lines.values():
        if line.is_up and line.bridge is not None:
            bridges.setdefault(line.bridge, []).append(line)
    for bridge, lines in bridges.items():
        contacts = [line.dial.leg for line in lines if line.is_contact]
        agents = [line.dial.leg for line in lines if not line.is_contact]
        assert len(contacts) <= 1, f"{contacts} hear each other in {bridge}"
        assert len(agents) <= 1, f"{agents} hear each other in {bridge}"
        assert not contacts or not free.intersection(agents), f"{agents} is free and hears {contacts}"


def check_audio(centre: Centre) -> None:
    """While nothing is under way: who talks is joined, who is on hold is not."""
    world, lines = centre.world, centre.engine.lines
    for interaction in world.interactions.values():
        party = interaction.owner
        if interaction.state is not _I.CONNECTED or party is None or interaction.reconnecting:
            continue
        ours = {leg: world.legs[leg] for leg in (interaction.contact_leg, party.leg) if leg in world.legs}
        if len(ours) < 2 or not all(leg.is_connected and id_ in lines for id_, leg in ours.items()):
            continue
        contact, phone = lines[interaction.contact_leg], lines[party.leg]  # type: ignore[index]  # both are in `ours`
        assert contact.bridge == phone.bridge == interaction.bridge, f"{interaction.id} is not joined"
        if interaction.holds:
            assert contact.hears == phone.hears == contact.heard_by == phone.heard_by == (), "held, and heard"
        else:
            assert contact.hears is None
            assert contact.heard_by is None
            assert phone.hears is None
            assert phone.heard_by == (() if party.muted else None)
            assert not contact.playing, "music in a conversation"


def check_end(centre: Centre) -> None:
    """Everybody went home: nothing is left over, every attempt has its one result."""
    # An engine whose socket is down tells of the end of a call when it is back.
    check_drained(centre, slack_s=6.0)
    kept = [id_ for id_, row in centre.tables.records.items() if row.state.status is RecordStatus.RETRIEVED]
    assert not kept, f"records that nobody gives back: {kept}"


def check_drained(node: SimulatedNode, slack_s: float = 0.01) -> None:
    """Nothing is on a line or a desk, and every attempt has its one result. `slack_s`: how late news may come."""
    world, tables = node.world, node.tables
    assert not world.interactions, f"left over: {[(each.id, each.state) for each in world.interactions.values()]}"
    assert not world.legs, f"left over: {[(leg.id, leg.purpose, leg.state) for leg in world.legs.values()]}"
    assert not node.engine.lines, f"orphans: {list(node.engine.lines)}"
    assert {agent.state for agent in world.agents.values()} == {_S.LOGGED_OUT}
    open_ = [name for name, attempt in tables.attempts.items() if attempt.settled is None]
    assert not open_, f"attempts without a result: {open_}"
    _check_abandoned(node, slack_s)
    living = [save.interaction for save, _ in tables.interactions.values() if save.live is not None]
    assert not living, f"interactions open in the store: {living}"


def _check_abandoned(node: SimulatedNode, slack_s: float) -> None:
    """Who was dialled for nobody in particular and had no agent in time was abandoned, and nobody else was, but those
    whose answer crossed our giving up, or was lost with an engine or a node."""
    limits_s = {each.name: each.predictive.connect_limit_s for each in node.settings.campaigns}
    for name, attempt in node.tables.attempts.items():
        settled = attempt.settled
        if settled is None or attempt.begun.agent is not None or settled.answered_at is None:
            continue
        waited_s = (settled.connected_at or settled.ended_at) - settled.answered_at
        limit_s = limits_s[attempt.begun.campaign]
        lost = settled.result in (CallResult.SYSTEM_LOST, CallResult.ABANDONED)
        if settled.connected_at is not None and waited_s < limit_s - slack_s:
            assert not settled.abandoned, f"{name} had an agent after {waited_s:.2f} s"
        if waited_s > limit_s + slack_s:
            assert settled.abandoned or lost, f"{name} waited {waited_s:.2f} s: {settled}"
