"""Invariants after each event, and at the end."""

from __future__ import annotations

from dialer.agents.agent import AgentState
from dialer.interactions.interaction import InteractionState
from dialer.simulation.engine import Line
from dialer.simulation.node import SimulatedNode
from dialer.vocabulary.ids import BridgeId
from dialer.vocabulary.results import CallResult, RecordStatus
from dialer.world.joint import validate
from dialer.world.world import World
from tests.simulation.centre import Centre

_S, _I = AgentState, InteractionState


def check(world: World) -> None:
    """After each message."""
    validate(world)


def check_strangers(centre: Centre) -> None:
    """After each message: a bridge holds one contact and one agent at most, and a free agent hears no leg."""
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
    """Between events: legs in conversation are joined, legs on hold are not."""
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
    """After all agents have gone home: no leg or record is left, every attempt has its one result."""
    # An engine without a socket reports the end of a call when it is back.
    check_drained(centre, slack_s=6.0)
    kept = [id_ for id_, row in centre.tables.records.items() if row.state.status is RecordStatus.RETRIEVED]
    assert not kept, f"records that nobody gives back: {kept}"


def check_drained(node: SimulatedNode, slack_s: float = 0.01) -> None:
    """No leg stands, all desks are empty, and every attempt has its one result. `slack_s`: how late events may come."""
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
    """Contacts dialed ahead without an agent in time were abandoned, and no others except those whose answer crossed
    our giving up, or was lost with an engine or a node."""
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
