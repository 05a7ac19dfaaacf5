"""Who of a team does what since when, as a pacer hears it."""

from __future__ import annotations

from dialer.pacing.pacer import AgentStage, Observation, Observed

BUSY = (AgentStage.TALK, AgentStage.WRAP)


class Team:
    """Follows AGENT_CHANGED. `busy` has those in conversation or after-call work, with stage and its begin."""

    def __init__(self) -> None:
        self._stages: dict[str, AgentStage] = {}
        self.busy: dict[str, tuple[AgentStage, float]] = {}
        self.talking = 0
        self.present = 0

    def observe(self, observation: Observation) -> None:
        stage = observation.stage
        if observation.kind is not Observed.AGENT_CHANGED or stage is None:
            return
        before = self._stages.get(observation.agent, AgentStage.OUT)
        self._stages[observation.agent] = stage
        self.talking += (stage is AgentStage.TALK) - (before is AgentStage.TALK)
        self.present += (stage is not AgentStage.OUT) - (before is not AgentStage.OUT)
        if stage in BUSY:
            self.busy[observation.agent] = (stage, observation.at)
        else:
            self.busy.pop(observation.agent, None)
