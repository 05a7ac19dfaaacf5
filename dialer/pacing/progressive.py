"""Progressive pacing: one call for one free agent, who is reserved for it. Nobody is ever abandoned."""

from __future__ import annotations

from dialer.pacing.pacer import Decision, Observation, PacingSnapshot


class Progressive:
    """A Pacer that dials 1:1. Contacts who already wait have the idle agents first."""

    def observe(self, observation: Observation) -> None:
        """1:1 needs no forecast."""

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        dial = max(0, snapshot.idle - snapshot.waiting)
        reason = f"one call for each of {dial} idle agents" if dial else "no agent is idle"
        return Decision(dial, reason, figures={"idle": snapshot.idle, "waiting": snapshot.waiting})
