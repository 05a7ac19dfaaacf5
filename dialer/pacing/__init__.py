"""Pacing: how many records to dial now."""

from dialer.pacing.pacer import (
    AgentStage,
    Decision,
    Observation,
    Observed,
    Outcome,
    Pacer,
    PacingSnapshot,
    Traits,
    Window,
)

__all__ = [
    "AgentStage",
    "Decision",
    "Observation",
    "Observed",
    "Outcome",
    "Pacer",
    "PacingSnapshot",
    "Traits",
    "Window",
]
