"""A pacer that may fail without stopping the campaign: then, and when events come late, calls are placed 1:1."""

from __future__ import annotations

import traceback

from dialer.pacing.pacer import Decision, Observation, Pacer, PacingSnapshot

#: With events that are older than this, seconds, nothing can be forecast.
MOST_LAG_S = 1.0


class Guarded:
    """A Pacer around another. After a failure the other is not asked again: what it knows may be half written.
    `fault` tells the supervisor what happened, "" if nothing;
    `story` is the traceback for the log."""

    def __init__(self, inner: Pacer) -> None:
        self.inner = inner
        self.fault = ""
        self.story = ""

    def observe(self, observation: Observation) -> None:
        if self.fault:
            return
        try:
            self.inner.observe(observation)
        except Exception as problem:  # noqa: BLE001 - a rule that fails, however it does, must not stop a campaign
            self._fail(problem)

    def decide(self, now: float, snapshot: PacingSnapshot) -> Decision:
        """The other's decision; 1:1 if it failed, fails now, or the snapshot is out of date. The other is asked also
        then, so that its estimates go on."""
        if not self.fault:
            try:
                decision = self.inner.decide(now, snapshot)
            except Exception as problem:  # noqa: BLE001 - as above
                self._fail(problem)
            else:
                if snapshot.lag_s <= MOST_LAG_S:
                    return decision
                return one_to_one(snapshot, f"events are {snapshot.lag_s:.1f} s late", failed=False)
        return one_to_one(snapshot, f"the pacing rule failed ({self.fault})", failed=True)

    def _fail(self, problem: Exception) -> None:
        self.fault = f"{type(problem).__name__}: {problem}"
        self.story = "".join(traceback.format_exception(problem))


def one_to_one(snapshot: PacingSnapshot, reason: str, *, failed: bool) -> Decision:
    """One call for each idle agent, those that ring already and contacts who wait taken off."""
    dial = max(0, snapshot.idle - snapshot.waiting - snapshot.ringing)
    bounds = [each for each in (snapshot.in_hand, snapshot.may_dial, snapshot.records_left) if each is not None]
    figures = {
        "idle": snapshot.idle,
        "waiting": snapshot.waiting,
        "ringing": snapshot.ringing,
        "lag_s": snapshot.lag_s,
        "failed": float(failed),
    }
    return Decision(max(0, min(dial, *bounds)), f"dials 1:1: {reason}", figures=figures)
