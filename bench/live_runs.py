"""Live runs of the lab, taken together."""

from __future__ import annotations

import statistics
from typing import Any

from msgspec import Struct

from dialer.lab.report import RunReport

#: What is told of each run, besides its seed.
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
    "answer_to_agent_ms",
    "decisions",
    "decision_us",
)


class LiveRuns(Struct, frozen=True):
    """At least one run of equal agents, answer rate and length. Failures are summed: one in any run is one too many."""

    runs: tuple[RunReport, ...]

    @property
    def utilisation(self) -> float:
        """Median over the runs, percent."""
        return round(statistics.median(each.utilisation for each in self.runs), 2)

    @property
    def abandonment(self) -> float:
        """Abandoned in all runs, in percent of the live answers of all."""
        answers = sum(each.answers for each in self.runs)
        return round(100 * sum(each.abandoned for each in self.runs) / max(1, answers), 2)

    @property
    def lost(self) -> int:
        return sum(each.lost for each in self.runs)

    @property
    def duplicates(self) -> int:
        return sum(each.duplicates for each in self.runs)

    @property
    def unknown_invites(self) -> int:
        return sum(each.unknown_invites for each in self.runs)

    @property
    def orphans(self) -> int:
        return sum(each.orphan_legs for each in self.runs)

    @property
    def cross_talk(self) -> int:
        return sum(each.cross_talk for each in self.runs)

    def as_json(self) -> list[dict[str, Any]]:
        """Each run by itself."""
        return [{"seed": each.seed} | {name: getattr(each, name) for name in OF_EACH} for each in self.runs]
