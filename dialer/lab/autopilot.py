"""Simulated agents at their desktops, who work by the same commands as people."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from random import Random

from config.model import Mode
from dialer.agents.agent import Agent, AgentState
from dialer.callflow.dial.offers import AcceptOffer, DialRecord
from dialer.callflow.outcome.end_call import EndCall
from dialer.callflow.outcome.outcome import Done, SetOutcome
from dialer.interactions.interaction import Interaction, InteractionState
from dialer.interactions.party import PartyState
from dialer.vocabulary import commands
from dialer.vocabulary.errors import Refused, StoreUnavailable
from dialer.vocabulary.ids import AgentName
from dialer.world.world import World
from sip.lab.profile import LogNormal

Ask = Callable[[commands.Command], Awaitable[object]]

#: How often a simulated agent looks at the desktop.
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Habits:
    """How simulated agents work. Times in seconds, drawn evenly between the two; `wrap_law` draws the time of the
    after-call work otherwise."""

    wrap_s: tuple[float, float] = (0.2, 1.0)
    read_s: tuple[float, float] = (0.1, 0.5)
    #: After this long an agent ends a conversation that the contact has not ended.
    talk_s: tuple[float, float] = (10.0, 16.0)
    dispositions: tuple[str, ...] = ("sale", "not_interested", "call_later")
    wrap_law: LogNormal | None = None


def wrap_times(seed: int, name: str, habits: Habits) -> Iterator[float]:
    """Seconds of an agent's after-call work, call by call: of the same seed the same, whatever happens in between."""
    random = Random(f"{seed}/{name}/wraps")
    while True:
        yield habits.wrap_law.draw(random) if habits.wrap_law is not None else random.uniform(*habits.wrap_s)


class Autopilot:
    """One simulated agent. Refusals are taken as people take them: look again."""

    def __init__(self, name: AgentName, world: Callable[[], World], ask: Ask, seed: int, habits: Habits) -> None:
        self._name = name
        self._world = world
        self._ask = ask
        self._random = Random(f"{seed}/{name}")
        self._habits = habits
        self._wraps = wrap_times(seed, name, habits)
        self._acts_at: dict[str, float] = {}
        self.working = True
        #: End conversations and after-call work at once.
        self.hurried = False

    async def work(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            command = self._next(loop.time())
            if command is not None:
                with contextlib.suppress(Refused, StoreUnavailable):
                    await self._ask(command)
                    if isinstance(command, SetOutcome):
                        continue  # Done is pressed at once
            await asyncio.sleep(LOOK_S)

    def _next(self, now: float) -> commands.Command | None:
        world = self._world()
        agent = world.agents.get(self._name)
        if agent is None or not world.restored:
            return None
        for notice in world.notices.values():
            if notice.agent == self._name:
                return commands.AcknowledgeNotice(self._name, notice.id)
        interaction = world.interactions.get(agent.interaction) if agent.interaction else None
        if interaction is not None and interaction.after_call is not None and interaction.after_call.shown:
            return None  # The result of a contact who was not reached closes by itself.
        if interaction is not None:
            return self._handle(world, agent, interaction, now)
        return self._idle(world, agent)

    def _idle(self, world: World, agent: Agent) -> commands.Command | None:
        if agent.state is AgentState.LOGGED_OUT:
            return commands.LogIn(self._name) if self.working else None
        if not self.working:
            return commands.LogOut(self._name)
        if agent.state is AgentState.NOT_READY:
            return commands.GoReady(self._name)
        for campaign in world.running_for(agent):
            if campaign.mode is Mode.PREVIEW and agent.state is AgentState.READY and agent.waits_for is None:
                return commands.GetRecord(self._name, campaign.name)
        return None

    def _handle(self, world: World, agent: Agent, interaction: Interaction, now: float) -> commands.Command | None:
        party = interaction.owner
        if party is None:
            return None
        if interaction.state is InteractionState.PREVIEW and party.state is PartyState.OFFERED:
            if not self._due(f"read {interaction.id}", self._habits.read_s, now):
                return None
            if party.offer is not None:
                automatic = world.campaigns[interaction.campaign].settings.accepts_automatically
                return None if automatic else AcceptOffer(self._name, interaction.id, party.offer)
            return DialRecord(self._name, interaction.id)
        if interaction.state is InteractionState.CONNECTED:
            if not self._due(f"talk {interaction.id}", self._habits.talk_s, now):
                return None
            return EndCall(self._name, interaction.id)
        if interaction.state is InteractionState.CLEARED and party.state is PartyState.AFTER_CALL:
            if not self._due(f"wrap {interaction.id}", self._wraps, now):
                return None
            if not interaction.disposition:
                said = self._random.choice(self._habits.dispositions)
                return SetOutcome(self._name, interaction.id, disposition=said, note="Simulated call.")
            return Done(self._name, interaction.id, "ready")
        return None

    def _due(self, what: str, law: tuple[float, float] | Iterator[float], now: float) -> bool:
        """Whether the time drawn for `what` when it was first asked for has passed."""
        if what not in self._acts_at:
            drawn = self._random.uniform(*law) if isinstance(law, tuple) else next(law)
            self._acts_at = {what: now + drawn}
        return self.hurried or now >= self._acts_at[what]
