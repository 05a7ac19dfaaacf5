"""Agents at their desks: they log in, finish their after-call work, take breaks and go home."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from dialer.agents.agent import AgentState
from dialer.callflow.outcome.outcome import Done
from dialer.simulation.laws import Laws
from dialer.simulation.node import SimulatedNode
from dialer.vocabulary import commands as c
from dialer.vocabulary.ids import AgentName, InteractionId
from dialer.vocabulary.writes import SaveAgent

#: The reason that agents give for a break; every configuration has it.
BREAK = "break"


class Desks:
    """Acts on the agents' states as they are written to the store, as a desktop does."""

    def __init__(self, node: SimulatedNode, agents: Iterable[AgentName], laws: Laws, seed: int) -> None:
        self._node = node
        self._laws = laws
        self._wraps = Random(f"{seed}/wraps")
        self._breaks = Random(f"{seed}/breaks")
        self._agents = tuple(agents)
        #: When each agent's next break is due, in seconds of the agenda.
        self._break_due: dict[AgentName, float] = {}
        self._leaves_at: dict[AgentName, float] = {}
        #: Agents who take a break, or have announced one for after the conversation.
        self._resting: set[AgentName] = set()
        #: The call of each agent's after-call work. The system may close it at the limit of after-call work, before the
        #: agent is done, and the next one may have begun by then.
        self._finishing: dict[AgentName, InteractionId | None] = {}
        #: The end of each agent's after-call work; read by rules that know the future.
        self.done_at: dict[AgentName, float] = {}
        #: Length of the next after-call work, drawn when the conversation begins.
        self.wrap_s: dict[AgentName, float] = {}

    def open(self, length_s: float) -> None:
        """Everybody comes to work, for a shift of `length_s`."""
        now = self._node.agenda.now
        leaving = round(len(self._agents) * self._laws.log_off_percent / 100)
        for number, name in enumerate(self._agents):
            if self._laws.breaks is not None:
                self._break_due[name] = now + self._laws.breaks.work(self._breaks)
            if number < leaving:
                self._leaves_at[name] = now + length_s * self._breaks.uniform(0.75, 1.0)
                self._node.agenda.later(self._leaves_at[name] - now, lambda name=name: self._go_home(name))  # type: ignore[misc]  # mypy cannot infer lambdas with defaults
            self._node.ask(c.LogIn(name))
            self._node.ask(c.GoReady(name))

    def close(self) -> None:
        """Everybody goes home after the present call."""
        for name in self._agents:
            self._leaves_at[name] = self._node.agenda.now
            self._node.ask(c.LogOut(name))

    def agent_changed(self, write: SaveAgent) -> None:
        """An agent's state was committed."""
        name = write.agent
        if write.state == AgentState.BUSY:
            self.wrap_s[name] = self.draw_wrap(name)
            self._announce(name)
        elif write.state == AgentState.AFTER_CALL_WORK:
            self._wrap_up(name)
        elif write.state == AgentState.READY:
            self._cut_short(name)
            self._break_if_due(name)

    def draw_wrap(self, name: AgentName) -> float:
        """Seconds of the next after-call work of an agent."""
        return self._laws.wrap.draw(self._wraps)

    def _wrap_up(self, name: AgentName) -> None:
        work = self._node.world.interactions.get(self._node.world.agents[name].interaction or InteractionId(""))
        if work is not None and work.after_call is not None and work.after_call.shown:
            return  # The result of a contact who was not reached closes by itself.
        seconds = self.wrap_s.pop(name, None) or self.draw_wrap(name)
        interaction = self._node.world.agents[name].interaction
        self._finishing[name] = interaction
        self.done_at[name] = self._node.agenda.now + seconds
        self._node.agenda.later(seconds, lambda: self._done(name, interaction))

    def _cut_short(self, name: AgentName) -> None:
        """An agent who was made ready by the limit of after-call work, before they were done, takes the next call."""
        self._finishing.pop(name, None)
        self.done_at.pop(name, None)

    def _done(self, name: AgentName, interaction: InteractionId | None) -> None:
        """The after-call work is done. An agent who is left not ready by an overrun of the limit or by
        `after_call.then` presses Ready: otherwise the shift would lose one agent after the other."""
        if name not in self._finishing or self._finishing[name] != interaction:
            return
        del self._finishing[name]
        self.done_at.pop(name, None)
        agent = self._node.world.agents[name]
        if interaction is not None and agent.interaction == interaction:
            self._node.ask(Done(name, interaction))
        if agent.state is AgentState.NOT_READY and name not in self._resting:
            self._node.ask(c.GoReady(name))

    def _is_due(self, name: AgentName) -> bool:
        due = self._break_due.get(name)
        return due is not None and due <= self._node.agenda.now

    def _announce(self, name: AgentName) -> None:
        """During a conversation an agent announces a break before the next one, if agents announce breaks."""
        breaks = self._laws.breaks
        if breaks is not None and breaks.announced and self._is_due(name):
            self._node.ask(c.GoNotReady(name, BREAK))
            self._rest(name)

    def _break_if_due(self, name: AgentName) -> None:
        if not self._is_due(name):
            return
        self._node.ask(c.GoNotReady(name, BREAK))
        self._rest(name)

    def _rest(self, name: AgentName) -> None:
        breaks = self._laws.breaks
        if breaks is None:
            return
        self._resting.add(name)
        rest_s = breaks.rest(self._breaks)
        self._break_due[name] = self._node.agenda.now + rest_s + breaks.work(self._breaks)
        self._node.agenda.later(rest_s, lambda: self._come_back(name))

    def _come_back(self, name: AgentName) -> None:
        self._resting.discard(name)
        if self._leaves_at.get(name, self._node.agenda.now + 1) > self._node.agenda.now:
            self._node.ask(c.GoReady(name))

    def _go_home(self, name: AgentName) -> None:
        self._node.ask(c.LogOut(name))
