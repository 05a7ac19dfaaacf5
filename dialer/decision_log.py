"""Pacing decisions in the log, at debug level."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from dialer.callflow.world import World

log = structlog.get_logger(__name__)


class DecisionLog:
    """Writes the decisions that were made since it was last asked."""

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world
        self._written: dict[str, int] = {}

    def write(self) -> None:
        """One line for each new decision; those that have left the ring meanwhile are lost."""
        for name, governor in self._world().pacers.items():
            new = governor.made - self._written.get(name, 0)
            self._written[name] = governor.made
            for decision in list(governor.decisions)[-new:] if new > 0 else ():
                log.debug(
                    "pacing_decision",
                    campaign=name,
                    basis=decision.basis,
                    dial=decision.dial,
                    shed=decision.shed,
                    reason=decision.reason,
                    idle=decision.idle,
                    busy=decision.busy,
                    ringing=decision.ringing,
                    waiting=decision.waiting,
                    figures=decision.figures,
                )
