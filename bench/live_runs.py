"""Live runs of the lab, taken together."""

from __future__ import annotations

import statistics
from typing import Any

from msgspec import Struct

from dialer.lab.report import RunReport
from dialer.simulation.tally import percent

#: The figures of each run, besides its seed.
OF_EACH = (
    "utilisation",
    "abandonment",
    "wait_s",
    "dials_per_answer",
    "attempts",
    "answers",
    "abandoned",
    "results",
    "audio_both_ways",
    "cross_talk",
    "answer_to_agent_ms",
    "decisions",
    "decision_us",
)
#: Faults, by their names in the result and its gates.
FAULTS = {
    "lost": "lost",
    "duplicates": "duplicates",
    "unknown_invites": "unknown_invites",
    "orphans": "orphan_legs",
    "cross_talk": "cross_talk",
}


class LiveRuns(Struct, frozen=True):
    """At least one run of equal agents, answer rate and length."""

    runs: tuple[RunReport, ...]

    @property
    def utilisation(self) -> float:
        """Median over the runs, percent."""
        return round(statistics.median(each.utilisation for each in self.runs), 2)

    @property
    def abandonment(self) -> float:
        """Abandoned in all runs, in percent of the live answers of all."""
        return round(percent(self._sum("abandoned"), self._sum("answers")), 2)

    @property
    def faults(self) -> dict[str, int]:
        """The number of faults in all runs together, by name."""
        return {name: self._sum(field) for name, field in FAULTS.items()}

    def _sum(self, field: str) -> int:
        return sum(getattr(each, field) for each in self.runs)

    def as_json(self) -> list[dict[str, Any]]:
        """Each run by itself."""
        return [{"seed": each.seed} | {name: getattr(each, name) for name in OF_EACH} for each in self.runs]
