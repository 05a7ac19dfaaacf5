"""Pacing: how many records to dial now."""

from dialer.pacing.pacer import Decision, Observation, Pacer, PacingSnapshot

__all__ = ["Decision", "Observation", "Pacer", "PacingSnapshot"]
