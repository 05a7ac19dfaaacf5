"""Progressive pacing: one call for one free agent, who is reserved for it. Nobody is ever abandoned."""

from __future__ import annotations

from dialer.pacing.pacer import Decision, Observation, PacingSnapshot
from dialer.vocabulary.reasons.decisions import OneForEachIdle


class Progressive:
    """A Pacer that dials 1:1. Contacts who already wait have the idle agents first."""

    def observe(self, observation: Observation) -> None:
        """1:1 needs no forecast."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        dial = max(0, snapshot.idle - snapshot.waiting)
        return Decision(dial, OneForEachIdle(dial), figures={"idle": snapshot.idle, "waiting": snapshot.waiting})
