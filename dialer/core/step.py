"""A step: the decisions from one message. Handlers fill it; it carries nothing out."""

from __future__ import annotations

from collections.abc import Iterator

from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.leg import Leg
from dialer.interactions.living import encode
from dialer.interactions.party import Party
from dialer.ports import Moment
from dialer.trunks.accounts import trunk_of
from dialer.trunks.trunk import Trunk
from dialer.vocabulary import telephony, topics, writes
from dialer.vocabulary.ids import AgentName, AttemptId, CampaignName, EngineId, InteractionId, RecordId, TrunkName
from dialer.vocabulary.outputs import CancelTimer, Output, Publish, StartTimer, Tell
from dialer.vocabulary.telephony import Source
from dialer.vocabulary.topics import A, B, Fact, Floor, Model, OwnDesk, TeamSupervisors
from dialer.world.teams import Grouping, grouping, teams_of
from dialer.world.world import World


class Step:
    """Collects a handler's decisions about `world` at `at`.

    `at_once` leaves before the commit, `after` once the writes are durable. Changed read models are published to their
    audiences after the commit, each once. `reply` answers a command.
    """

    def __init__(self, world: World, at: Moment) -> None:
        self.world = world
        self.at = at
        #: Monotonic seconds.
        self.now = at.monotonic
        #: UTC epoch seconds.
        self.utc = at.utc
        self.writes: list[writes.Write] = []
        self.at_once: list[Output] = []
        self.reply: object = None
        self._after: list[Output] = []
        self._changed: dict[Publish, None] = {}
        self._dirty: dict[InteractionId, Interaction] = {}
        self._heard_anew: dict[InteractionId, Interaction] = {}
        #: Sounds that are played once, over what a leg hears: the beep at a connection.
        self.cues: list[tuple[Leg, Source]] = []

    def utc_of(self, monotonic: float) -> float:
        """UTC epoch seconds of a monotonic time, also of an event that arrives late after an outage."""
        return self.utc - max(0.0, self.now - monotonic)

    def write(self, *items: writes.Write) -> None:
        self.writes.extend(items)

    def tell(self, engine: EngineId, command: telephony.Command) -> None:
        """A command that leaves before the commit, as audio must not wait for a disk."""
        self.at_once.append(Tell(engine, command))

    def tell_after(self, engine: EngineId, command: telephony.Command, guard: AttemptId | None = None) -> None:
        self._after.append(Tell(engine, command, guard))

    def start_timer(self, key: str, after_s: float) -> None:
        self.at_once.append(StartTimer(key, after_s))

    def start_timer_after(self, key: str, after_s: float, guard: AttemptId) -> None:
        """A timer that starts when the attempt `guard` was committed, and not at all if it was refused."""
        self._after.append(StartTimer(key, after_s, guard))

    def cancel_timer(self, key: str) -> None:
        self.at_once.append(CancelTimer(key))

    def put(self, output: Output) -> None:
        """An output that leaves before the commit."""
        self.at_once.append(output)

    def _mark(self, topic: Model[A], audience: A, key: str) -> None:
        """The object `key` changed."""
        self._changed[Publish(topic, audience, key)] = None

    def agent_changed(self, agent: AgentName) -> None:
        self._mark(topics.DESK_AGENT, OwnDesk(agent), agent)
        self._mark(topics.TEAM_AGENT, TeamSupervisors(self.world.agents[agent].teams), agent)

    def regrouped(self, before: Grouping) -> None:
        """Teams of agents and campaigns may have changed: supervisors whose teams an object has left are told, too."""
        now = grouping(self.world)
        for agent, teams in before.agents.items():
            if teams != now.agents[agent]:
                self._mark(topics.TEAM_AGENT, TeamSupervisors(teams | now.agents[agent]), agent)
        for id_, teams in before.interactions.items():
            if teams != now.interactions[id_]:
                self._mark(topics.TEAM_INTERACTION, TeamSupervisors(teams | now.interactions[id_]), id_)

    def desk_cleared(self, agent: AgentName, interaction: InteractionId) -> None:
        """The agent's desk is empty: an expired offer must not stay on it with its Accept button."""
        self._mark(topics.DESK_INTERACTION, OwnDesk(agent), interaction)

    def notices_changed(self, agent: AgentName) -> None:
        """A notice came, was acknowledged, or was replaced by a newer one of its campaign."""
        self._mark(topics.DESK_NOTICES, OwnDesk(agent), agent)

    def show_record(self, agent: AgentName, interaction: InteractionId) -> None:
        """The desktop gets the record before any audio: the record leaves with the commands to the engine, not after
        the commit. It is rendered when it leaves, and so shows the result of the whole step."""
        self.at_once.append(Publish(topics.DESK_INTERACTION, OwnDesk(agent), interaction))
        self.at_once.append(Publish(topics.DESK_AGENT, OwnDesk(agent), agent))

    def campaign_changed(self, campaign: CampaignName) -> None:
        self._mark(topics.FLOOR_CAMPAIGN, Floor(), campaign)

    def trunk_changed(self, trunk: TrunkName) -> None:
        self._mark(topics.FLOOR_TRUNK, Floor(), trunk)

    def add_leg(self, leg: Leg) -> None:
        """Add a leg, of a contact or an agent. It counts in the limits of its trunk."""
        self.world.legs[leg.id] = leg
        trunk = self._trunk_of(leg)
        if trunk is not None:
            trunk.legs.add(leg.id)
            self.trunk_changed(trunk.name)

    def remove_leg(self, leg: Leg) -> None:
        """Remove a leg that has ended."""
        self.world.legs.pop(leg.id, None)
        trunk = self._trunk_of(leg)
        if trunk is not None:
            trunk.legs.discard(leg.id)
            self.trunk_changed(trunk.name)

    def _trunk_of(self, leg: Leg) -> Trunk | None:
        name = trunk_of(leg.account)
        return None if name is None else self.world.trunks.get(name)

    def interaction_changed(self, interaction: Interaction) -> None:
        """The interaction is written and published to its agent at the end of the step."""
        self._dirty[interaction.id] = interaction
        if interaction.agent is not None:
            self._mark(topics.DESK_INTERACTION, OwnDesk(interaction.agent), interaction.id)
        self._mark(topics.TEAM_INTERACTION, TeamSupervisors(teams_of(self.world, interaction)), interaction.id)

    def audio_changed(self, interaction: Interaction) -> None:
        """The audio plan may have changed: the difference is sent to the engine at the end of the step."""
        self._heard_anew[interaction.id] = interaction

    @property
    def touched(self) -> Iterator[Interaction]:
        """The changed interactions, in the order in which their audio changed."""
        yield from list(self._heard_anew.values())
        yield from [each for each in self._dirty.values() if each.id not in self._heard_anew]

    def publish(self, topic: Fact[A, B], audience: A, key: str, body: B) -> None:
        """Publish a fact after the commit."""
        self._after.append(Publish(topic, audience, key, body))

    def save_party(self, interaction: Interaction, party: Party) -> None:
        self.write(
            writes.AddParty(
                party.id, interaction.id, party.agent, party.state, party.offered_at, party.talking_at, party.ended_at
            )
        )

    def history(
        self,
        kind: str,
        *,
        campaign: CampaignName | None = None,
        agent: AgentName | None = None,
        interaction: Interaction | None = None,
        record: RecordId | None = None,
        **facts: object,
    ) -> None:
        """One line of the append-only history."""
        attempt = interaction.attempt.id if interaction is not None and interaction.attempt is not None else None
        if interaction is not None and interaction.record is not None:
            record = interaction.record.record
        self.write(
            writes.AddHistory(
                kind,
                self.utc,
                campaign or (interaction.campaign if interaction else None),
                agent or (interaction.agent if interaction else None),
                record,
                interaction.id if interaction else None,
                attempt,
                facts or None,
            )
        )

    def finish(self) -> tuple[list[Output], list[Output]]:
        """Close the step: outputs at once, outputs after the commit."""
        self.writes.extend(_saved(interaction, self.at) for interaction in self._dirty.values())
        return self.at_once, [*self._after, *self._changed]


def _saved(interaction: Interaction, at: Moment) -> writes.SaveInteraction:
    open_ = interaction.state is not InteractionState.FINALIZED
    return writes.SaveInteraction(
        interaction=interaction.id,
        campaign=interaction.campaign,
        record=interaction.record.record if interaction.record else None,
        fence=interaction.record.fence if interaction.record else 0,
        agent=interaction.agent or (interaction.parties[-1].agent if interaction.parties else None),
        number=interaction.number,
        contact=interaction.contact,
        state=interaction.state,
        found_result=interaction.found_result,
        agent_result=interaction.agent_result,
        disposition=interaction.disposition,
        note=interaction.note,
        begun_at=interaction.begun_at,
        connected_at=interaction.connected_at,
        cleared_at=interaction.cleared_at,
        finalized_at=None if open_ else at.utc - (at.monotonic - interaction.machine.since),
        live=encode(interaction) if open_ else None,
    )
