"""The finding of a trial: good, wrong with the remedy, or not tried with the reason."""

from __future__ import annotations

import enum

from msgspec import Struct


class Verdict(enum.StrEnum):
    """How a trial ended."""

    GOOD = "good"
    WRONG = "wrong"
    NOT_TRIED = "not tried"


class Finding(Struct, frozen=True):
    """One trial: its subject, its observation, and the line to change at the peer if it was wrong."""

    trial: str
    verdict: Verdict
    said: str
    remedy: str = ""

    def lines(self) -> str:
        """For a terminal: one line, and the remedy below it."""
        line = f"{self.verdict.value:>9}  {self.trial}: {self.said}"
        return f"{line}\n           {self.remedy}" if self.remedy else line


def good(trial: str, said: str) -> Finding:
    return Finding(trial, Verdict.GOOD, said)


def wrong(trial: str, said: str, remedy: str) -> Finding:
    return Finding(trial, Verdict.WRONG, said, remedy)


def not_tried(trial: str, why: str) -> Finding:
    return Finding(trial, Verdict.NOT_TRIED, why)
